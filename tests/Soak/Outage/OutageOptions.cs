namespace Larder.Soak.Outage;

/// <summary>The load of an outage, and what is allowed in it.</summary>
internal sealed record OutageOptions
{
    public int Processes { get; init; } = 2;

    /// <summary>How long Redis is away.</summary>
    public TimeSpan Away { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long is measured before, and after.</summary>
    public TimeSpan Around { get; init; } = TimeSpan.FromSeconds(5);

    public int Keys { get; init; } = 500;

    /// <summary>Reads a second, of all processes together.</summary>
    public int Reads { get; init; } = 4_000;

    /// <summary>How many readers a process has.</summary>
    public int Readers { get; init; } = 4;

    /// <summary>How long a read may take longer than before, for 99 of 100, once the breaker is open.</summary>
    public TimeSpan AddedLimit { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>The slowest read in the first second: the timeout of a command.</summary>
    public TimeSpan SlowLimit { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How soon Redis is used again.</summary>
    public TimeSpan RecoveryLimit { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How much longer all this may take on a machine that has more to do.</summary>
    public TimeSpan Slack { get; init; } = TimeSpan.FromMilliseconds(250);

    public static OutageOptions From(Arguments arguments)
    {
        var defaults = new OutageOptions();
        return new()
        {
            Processes = Math.Max(1, arguments.Number("processes", defaults.Processes)),
            Away = arguments.Seconds("away", defaults.Away.TotalSeconds),
            Around = arguments.Seconds("around", defaults.Around.TotalSeconds),
            Keys = Math.Max(1, arguments.Number("keys", defaults.Keys)),
            Reads = Math.Max(1, arguments.Number("reads", defaults.Reads)),
            Readers = Math.Max(1, arguments.Number("readers", defaults.Readers)),
            AddedLimit = arguments.Seconds("added-limit", defaults.AddedLimit.TotalSeconds),
            SlowLimit = arguments.Seconds("slow-limit", defaults.SlowLimit.TotalSeconds),
            RecoveryLimit = arguments.Seconds("recovery-limit", defaults.RecoveryLimit.TotalSeconds),
            Slack = arguments.Seconds("slack", defaults.Slack.TotalSeconds),
        };
    }
}
