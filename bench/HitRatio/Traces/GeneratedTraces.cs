namespace Larder.HitRatio.Traces;

/// <summary>Workloads made of formulas, the same at each run, for where there are no recorded ones.</summary>
internal static class GeneratedTraces
{
    private const int Accesses = 1_000_000;
    private const int KeyCount = 50_000;

    private static readonly Dictionary<string, Func<int, Trace>> Makers = new(StringComparer.Ordinal)
    {
        ["zipf_0.7"] = limit => Make("zipf_0.7", limit, Zipf(0.7)),
        ["zipf_0.9"] = limit => Make("zipf_0.9", limit, Zipf(0.9)),
        ["zipf_1.1_sizes"] = limit => Sized("zipf_1.1_sizes", limit, Zipf(1.1)),
        ["scan"] = limit => Make("scan", limit, Scan()),
        ["loop"] = limit => Make("loop", limit, Loop()),
        ["shifting"] = limit => Make("shifting", limit, Shifting()),
    };

    public static IReadOnlyList<string> Names => [.. Makers.Keys];

    public static Trace Read(string name, int limit) => Makers[name](Math.Min(limit, Accesses));

    private static Trace Make(string name, int limit, IEnumerable<ulong> keys) => new(name, [.. keys.Take(limit)]);

    /// <summary>Sizes without regard to popularity, most of them some KiB and a few very large.</summary>
    private static Trace Sized(string name, int limit, IEnumerable<ulong> source)
    {
        var random = new Random(2);
        var sizes = Enumerable.Range(0, KeyCount).Select(_ => (ulong)Math.Min(1 << 24, 256 * Math.Pow(1 - random.NextDouble(), -1.2))).ToArray();
        ulong[] keys = [.. source.Take(limit)];
        return new Trace(name, keys, [.. keys.Select(key => sizes[key])]);
    }

    /// <summary>The key of rank r is read in proportion to 1 / r^skew.</summary>
    private static IEnumerable<ulong> Zipf(double skew)
    {
        var random = new Random(1);
        var upTo = new double[KeyCount];
        var sum = 0.0;
        for (var rank = 0; rank < KeyCount; rank++)
        {
            upTo[rank] = sum += Math.Pow(rank + 1, -skew);
        }

        while (true)
        {
            var place = Array.BinarySearch(upTo, random.NextDouble() * sum);
            yield return (ulong)Math.Min(KeyCount - 1, place < 0 ? ~place : place);
        }
    }

    /// <summary>A popular set, disturbed by reading 10,000 keys once, over and over.</summary>
    private static IEnumerable<ulong> Scan()
    {
        const int Pause = 30_000;
        const int Length = 10_000;
        ulong fresh = KeyCount;
        var count = 0;
        foreach (var key in Zipf(0.9))
        {
            yield return key;
            var length = ++count % Pause == 0 ? Length : 0;
            for (var i = 0; i < length; i++)
            {
                yield return fresh++;
            }
        }
    }

    /// <summary>One access in five goes to a popular set, the others go round a loop of 10,000 keys.</summary>
    private static IEnumerable<ulong> Loop()
    {
        const int Length = 10_000;
        ulong at = 0;
        foreach (var key in Zipf(0.9))
        {
            yield return Length + key;
            for (var i = 0; i < 4; i++)
            {
                yield return at++ % Length;
            }
        }
    }

    /// <summary>Every 100,000 accesses other keys are popular.</summary>
    private static IEnumerable<ulong> Shifting()
    {
        const int Period = 100_000;
        const int Shift = 7_919;
        ulong count = 0;
        foreach (var key in Zipf(0.9))
        {
            yield return (key + (count++ / Period * Shift)) % KeyCount;
        }
    }
}
