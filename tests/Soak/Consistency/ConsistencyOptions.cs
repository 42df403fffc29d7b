using System.Globalization;
using Larder.Soak.Caches;
using Larder.Soak.Source;

namespace Larder.Soak.Consistency;

/// <summary>The load of a cell.</summary>
internal sealed record ConsistencyOptions
{
    public int Processes { get; init; } = 3;

    public int Keys { get; init; } = 1_000;

    /// <summary>How long the cell writes and reads.</summary>
    public TimeSpan Length { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Writes a second, of all processes together.</summary>
    public int Writes { get; init; } = 250;

    /// <summary>The most reads a second, of all processes together.</summary>
    public int Reads { get; init; } = 45_000;

    /// <summary>How many readers a process has.</summary>
    public int Readers { get; init; } = 8;

    /// <summary>How many writers a process has.</summary>
    public int Writers { get; init; } = 12;

    /// <summary>The longest delay of the loader, in milliseconds; each load has a random one, and one in 20 ten times that.</summary>
    public int LoadMilliseconds { get; init; } = 4;

    /// <summary>The length of the rows; small ones below 32.</summary>
    public int ValueBytes { get; init; }

    public int Seed { get; init; } = Random.Shared.Next();

    /// <summary>How long the local copies of a node may be trusted without a sign of life of Redis.</summary>
    public TimeSpan TrustPeriod { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How much later than promised a read may be, for a machine that has more to do.</summary>
    public TimeSpan Slack { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How late a read in another process may be while nothing is disturbed.</summary>
    public TimeSpan PushLimit { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Whether no read at all may be late.</summary>
    public bool IsStrict { get; init; }

    /// <summary>The ways in which rows are invalidated.</summary>
    public IReadOnlyList<InvalidationKind> Kinds { get; init; } = Enum.GetValues<InvalidationKind>();

    /// <summary>Configuration of all caches, each <c>key=value</c>.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>Further configuration of the last process, which keeps no local copies by it: none of its reads may be late.</summary>
    public IReadOnlyList<string> RemoteSettings { get; init; } = [];

    /// <summary>What stands in for the cache; with it the run must fail.</summary>
    public Control Control { get; init; }

    public static ConsistencyOptions From(Arguments arguments)
    {
        var defaults = new ConsistencyOptions();
        return new()
        {
            Processes = Math.Clamp(arguments.Number("processes", defaults.Processes), 1, SourceOfRecord.MaxProcesses - 1),
            Keys = Math.Max(10, arguments.Number("keys", defaults.Keys)),
            Length = arguments.Seconds("seconds", defaults.Length.TotalSeconds),
            Writes = Math.Max(1, arguments.Number("writes", defaults.Writes)),
            Reads = Math.Max(1, arguments.Number("reads", defaults.Reads)),
            Readers = Math.Max(1, arguments.Number("readers", defaults.Readers)),
            Writers = Math.Max(1, arguments.Number("writers", defaults.Writers)),
            LoadMilliseconds = Math.Max(0, arguments.Number("load-ms", defaults.LoadMilliseconds)),
            ValueBytes = Math.Max(0, arguments.Number("value-bytes", defaults.ValueBytes)),
            Seed = arguments.Number("seed", defaults.Seed),
            TrustPeriod = arguments.Seconds("trust", defaults.TrustPeriod.TotalSeconds),
            Slack = arguments.Seconds("slack", defaults.Slack.TotalSeconds),
            PushLimit = arguments.Seconds("push-limit", defaults.PushLimit.TotalSeconds),
            IsStrict = arguments.Has("strict"),
            Kinds = [.. arguments.Text("kinds", string.Join(',', defaults.Kinds)).Split(',').Select(kind => Enum.Parse<InvalidationKind>(kind, ignoreCase: true))],
            Settings = arguments.All("set"),
            RemoteSettings = arguments.All("set-remote"),
            Control = arguments.Choice("control", defaults.Control),
        };
    }

    /// <summary>The words that give these options to a process.</summary>
    public IEnumerable<string> Words() =>
    [
        "--processes", Text(Processes), "--keys", Text(Keys), "--writes", Text(Writes), "--reads", Text(Reads), "--readers", Text(Readers),
        "--writers", Text(Writers), "--load-ms", Text(LoadMilliseconds), "--value-bytes", Text(ValueBytes), "--seed", Text(Seed), "--kinds", string.Join(',', Kinds),
    ];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
