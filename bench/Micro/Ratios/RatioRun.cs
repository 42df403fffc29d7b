using System.Globalization;
using System.Runtime.InteropServices;

namespace Larder.Benchmarks.Ratios;

/// <summary>
/// Measures all candidates of a group in one process, in short bursts that take turns in random order, so that a disturbance meets all of them
/// alike; the 25th percentile of the bursts is what each is said to take. Absolute times still mean little; the ratios do.
/// </summary>
internal static class RatioRun
{
    /// <summary>Runs the groups.</summary>
    /// <param name="arguments">The names of the groups, <c>hot zipf churn bytes expiry</c>, or none for all; <c>--quick</c> for fewer bursts.</param>
    public static void Run(string[] arguments)
    {
        var rounds = arguments.Contains("--quick") ? 60 : 400;
        var names = arguments.Where(argument => !argument.StartsWith('-')).ToArray();
        var groups = Groups.Where(group => names.Length == 0 || names.Contains(group.Name)).ToArray();
        Print($"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} processors, {RuntimeInformation.FrameworkDescription}, {CpuClock.Description}, {rounds} bursts each");
        if (groups.Length > 0)
        {
            Print($"");
            Print($"| case | candidate | p25 ns | ratio | B/op |");
            Print($"|---|---|--:|--:|--:|");
            Array.ForEach(groups, group => group.Run(rounds));
        }

        Targets.Report(Results, Print);
        if (names.Length == 0 || names.Contains("expiry"))
        {
            Print($"");
            Expiry.Report(Print);
        }
    }

    private static List<RatioResult> Results { get; } = [];

    private static (string Name, Action<int> Run)[] Groups =>
    [
        ("hot", Hot),
        ("zipf", Zipf),
        ("churn", Churned),
        ("bytes", Bytes),
    ];

    private static void Hot(int rounds)
    {
        var keys = KeySet.Uniform(1_000, 1 << 14);
        using var caches = new CacheSet(keys);
        Report("hit, 1k hot keys", [.. Hits.All(keys, caches), .. Hits.Special(keys, caches)], burst: 10_000, rounds);
        ReportPairs("hit, 1k hot keys, 2 threads", keys, caches, burst: 50_000, rounds);
    }

    private static void Zipf(int rounds)
    {
        var keys = KeySet.Zipf(500_000, 1 << 20);
        using var caches = new CacheSet(keys);
        Report("hit, 500k entries, Zipf 0.99", Hits.All(keys, caches), burst: 20_000, rounds);
        ReportPairs("hit, 500k entries, Zipf 0.99, 2 threads", keys, caches, burst: 20_000, rounds);
    }

    private static void Churned(int rounds)
    {
        using var churn = new Churn(capacity: 50_000);
        Report("read-through, Zipf 0.99, room for 10 %", churn.ReadThrough(KeySet.Zipf(500_000, 1 << 20)), burst: 50_000, rounds / 4, processTime: true);
        Report("inserts at the limit of 50k", churn.Inserts(KeySet.Uniform(900_000, 1 << 20)), burst: 50_000, rounds / 4, processTime: true);
    }

    private static void Bytes(int rounds)
    {
        foreach (var (name, bytes) in EntryMemory.Measure(1_000_000))
        {
            Results.Add(new RatioResult(EntryMemory.Title, name, double.NaN, bytes));
            Print($"| {EntryMemory.Title} | {name} | | | {bytes:F0} |");
        }
    }

    private static void Print(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));

    private static void ReportPairs(string title, KeySet keys, CacheSet caches, int burst, int rounds)
    {
        var pairs = Hits.InPairs(keys, caches);
        Report(title, pairs, burst, rounds);
        Array.ForEach(pairs, pair => pair.Dispose());
    }

    private static void Report(string title, Candidate[] candidates, int burst, int rounds, bool processTime = false)
    {
        WarmUp(candidates, burst);
        var random = new Random(3);
        for (var round = 0; round < rounds; round++)
        {
            var order = candidates.ToArray();
            random.Shuffle(order);
            foreach (var candidate in order)
            {
                candidate.Measure(burst, processTime);
            }
        }

        foreach (var candidate in candidates)
        {
            Results.Add(new RatioResult(title, candidate.Name, candidate.Nanoseconds / candidates[0].Nanoseconds, candidate.BytesPerOperation));
            Print($"| {title} | {candidate.Name} | {candidate.Nanoseconds:F1} | {candidate.Nanoseconds / candidates[0].Nanoseconds:F2} | {candidate.BytesPerOperation:F0} |");
        }
    }

    /// <summary>Runs until everything is compiled for good, and until what is bounded is full.</summary>
    private static void WarmUp(Candidate[] candidates, int burst)
    {
        for (var round = 0; round < 30; round++)
        {
            foreach (var candidate in candidates)
            {
                candidate.Burst(burst);
            }

            // The compiler works in the background, and begins when nothing new has been called for a while.
            Thread.Sleep(round % 10 == 9 ? 250 : 1);
        }
    }
}
