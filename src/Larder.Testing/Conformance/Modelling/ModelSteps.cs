using System.Globalization;

namespace Larder.Testing.Conformance.Modelling;

/// <summary>Draws steps. What a step does depends on its draw and on the state in which it runs, and on nothing else.</summary>
internal sealed partial class ModelSteps
{
    /// <summary>The keys: few, so that steps meet; with separators, glob characters and letters beyond ASCII.</summary>
    public static readonly string[] Keys = ["a", "b", "a:b", "li*t", "list", "ключ"];

    private static readonly string[] s_tags = ["red", "blue", "a*"];

    /// <summary>Patterns and the keys that they match, by hand: the model must not share the matcher's mistakes.</summary>
    private static readonly (string Pattern, string[] Keys)[] s_patterns =
    [
        ("*", Keys),
        ("?", ["a", "b"]),
        ("a*", ["a", "a:b"]),
        ("*b", ["b", "a:b"]),
        ("[ab]", ["a", "b"]),
        ("[^a]*", ["b", "li*t", "list", "ключ"]),
        ("li\\*t", ["li*t"]),
        ("li?t", ["li*t", "list"]),
        ("[a-c]:b", ["a:b"]),
        ("к*ч", ["ключ"]),
        ("A", []),
        ("*:*:*", []),
    ];

    private static readonly CachePolicy s_sliding = new() { SlidingExpiration = TimeSpan.FromMilliseconds(200) };
    private static readonly CachePolicy s_capped = new() { SlidingExpiration = TimeSpan.FromMilliseconds(200), TimeToLive = TimeSpan.FromMilliseconds(700) };
    private static readonly CachePolicy s_reserve = new() { MaxStale = TimeSpan.FromMilliseconds(1_000), FailurePause = TimeSpan.Zero };
    private static readonly long[] s_numbers = [0, 1, -7, 41, int.MaxValue, int.MaxValue + 1L, long.MaxValue, long.MinValue];

    private readonly Random _random;
    private readonly (int Weight, Func<ModelStep> Draw)[] _draws;
    private readonly int _weight;
    private int _values;

    public ModelSteps(int seed)
    {
        _random = new Random(seed);
        _draws =
        [
            (10, Set), (4, Add), (4, Replace), (4, Exchange), (6, CompareAndSet), (5, Increment), (4, Update),
            (3, Remove), (4, CompareAndRemove), (5, Expire), (4, Persist),
            (10, Get), (3, Peek), (10, GetOrCreate), (5, Refresh),
            (3, GetMany), (3, GetOrCreateMany), (3, SetMany), (2, RemoveMany), (6, Transaction),
            (2, ListKeys), (2, RemoveByPattern), (4, RemoveByTag), (1, Clear), (3, Invalidate),
            (14, Advance),
        ];
        _weight = _draws.Sum(draw => draw.Weight);
    }

    public ModelStep Next()
    {
        var at = _random.Next(_weight);
        foreach (var (weight, draw) in _draws)
        {
            if (at < weight)
            {
                return draw();
            }

            at -= weight;
        }

        throw new System.Diagnostics.UnreachableException();
    }

    private ModelStep Advance()
    {
        var milliseconds = _random.Next(1, 500);
        var key = Key();
        return _random.Next(10) switch
        {
            < 5 => new ModelStep(Text($"advance {milliseconds} ms"), run => AdvanceAsync(run, milliseconds)),
            < 8 => new ModelStep(Text($"advance exactly to the expiry of {key}"), run => AdvanceAsync(run, Left(run, key))),
            8 => new ModelStep(Text($"advance to 1 ms before the expiry of {key}"), run => AdvanceAsync(run, Left(run, key) - 1)),
            _ => new ModelStep("advance 61000 ms", run => AdvanceAsync(run, 61_000)),
        };

        static long Left(ModelRun run, string key) => (long?)run.Model.TimeToLive(key)?.TotalMilliseconds ?? 1;
    }

    private static Task AdvanceAsync(ModelRun run, long milliseconds)
    {
        run.Advance(milliseconds);
        return Task.CompletedTask;
    }

    /// <summary>Draws a key, every other time one of the first two, so that one key meets many steps in a row.</summary>
    private string Key() => Keys[_random.Next(_random.Next(2) == 0 ? 2 : Keys.Length)];

    private string[] SomeKeys() => [.. Enumerable.Range(0, _random.Next(5)).Select(_ => Key())];

    private string Tag() => s_tags[_random.Next(s_tags.Length)];

    private (string Pattern, string[] Keys) Pattern() => s_patterns[_random.Next(s_patterns.Length)];

    private ModelType Type() => _random.Next(5) switch { 0 => ModelType.Int, < 3 => ModelType.Long, _ => ModelType.Text };

    /// <summary>Draws a value: mostly one that no other write has.</summary>
    private object? Value() => _random.Next(12) switch
    {
        0 => null,
        < 5 => Text($"v{++_values}"),
        5 => s_numbers[_random.Next(s_numbers.Length)],
        6 => ++_values,
        _ => (long)++_values,
    };

    private ModelOptions Options()
    {
        string[] tags = [.. s_tags.Where(_ => _random.Next(4) == 0)];
        var (policy, name, sliding) = _random.Next(10) switch
        {
            0 or 1 => (s_sliding, "sliding 200", 200L),
            2 => (s_capped, "sliding 200 within 700", 200L),
            3 => (s_reserve, "reserve 1000", 0L),
            _ => (null, "", 0L),
        };
        TimeSpan? given = _random.Next(8) switch
        {
            0 => TimeSpan.FromMilliseconds(1),
            1 => TimeSpan.FromMilliseconds(200),
            2 => TimeSpan.FromMilliseconds(700),
            3 => TimeSpan.FromSeconds(90),
            4 => CacheTtl.Never,
            _ => null,
        };
        var byDefault = policy == s_sliding ? CacheModel.Never : policy == s_capped ? 700 : (long)CacheTtl.Short.TotalMilliseconds;
        var timeToLive = given is not { } time ? byDefault : time == CacheTtl.Never ? CacheModel.Never : (long)time.TotalMilliseconds;
        var text = string.Join(", ", new[] { given is null ? "" : Ttl(timeToLive), name, tags.Length == 0 ? "" : $"tags {string.Join(' ', tags)}" }.Where(part => part.Length > 0));
        return new ModelOptions(
            text.Length == 0 ? "" : $" ({text})",
            new CacheEntryOptions { TimeToLive = given, Policy = policy, Tags = tags.Length == 0 ? null : tags },
            timeToLive,
            sliding,
            tags);
    }

    private static string Ttl(long milliseconds) => milliseconds == CacheModel.Never ? "never" : Text($"{milliseconds} ms");

    private static string Print(object? value) => value switch { null => "null", string text => $"'{text}'", int number => Text($"(int){number}"), _ => Text($"{value}") };

    private static string List(IEnumerable<string> items) => $"[{string.Join(", ", items)}]";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
