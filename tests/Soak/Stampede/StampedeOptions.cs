namespace Larder.Soak.Stampede;

/// <summary>The size of a stampede.</summary>
internal sealed record StampedeOptions
{
    public int Processes { get; init; } = 4;

    /// <summary>Callers, of all processes together.</summary>
    public int Callers { get; init; } = 10_000;

    /// <summary>How long the loader takes.</summary>
    public TimeSpan Load { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How much longer than promised a caller may wait, for a machine that has more to do: thousands of callers need time to be called.</summary>
    public TimeSpan Slack { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long half of the waiters may take to wake up once the value is there, where each process has one.</summary>
    public TimeSpan WakeUpLimit { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>Gets the same for all of them: it takes the processor a microsecond or so to call a waiter, and they share it.</summary>
    public TimeSpan CrowdWakeUpLimit => WakeUpLimit + TimeSpan.FromMicroseconds(Callers);

    /// <summary>How often the loader may be called when it throws.</summary>
    public int ThrowingCalls { get; init; } = 1;

    public int Rounds { get; init; } = 3;

    /// <summary>Gets whether there are so many rounds that the wake-up is judged by all of them together too: of a few crowds one may have met a machine that was busy with something else.</summary>
    public bool JudgesTogether => Rounds >= 10;

    public static StampedeOptions From(Arguments arguments)
    {
        var defaults = new StampedeOptions();
        return new()
        {
            Processes = Math.Max(1, arguments.Number("processes", defaults.Processes)),
            Callers = Math.Max(1, arguments.Number("callers", defaults.Callers)),
            Load = arguments.Seconds("load", defaults.Load.TotalSeconds),
            Slack = arguments.Seconds("slack", defaults.Slack.TotalSeconds),
            WakeUpLimit = arguments.Seconds("wake-up-limit", defaults.WakeUpLimit.TotalSeconds),
            ThrowingCalls = arguments.Number("throwing-calls", defaults.ThrowingCalls),
            Rounds = Math.Max(1, arguments.Number("rounds", defaults.Rounds)),
        };
    }
}
