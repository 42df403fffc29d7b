using Larder.Soak.Processes;

namespace Larder.Soak.Outage;

/// <summary>What one process saw.</summary>
internal sealed record OutageFigures
{
    /// <summary>The times of the reads, by <see cref="OutagePhase"/>; less the time in which the process stood still.</summary>
    public IReadOnlyList<LatencyHistogram> Reads { get; init; } = [];

    /// <summary>How often the loader was called, by <see cref="OutagePhase"/>.</summary>
    public IReadOnlyList<long> Loads { get; init; } = [];

    /// <summary>Reads that threw.</summary>
    public long Errors { get; init; }

    /// <summary>Reads in which the machine let the process wait.</summary>
    public long InStalls { get; init; }

    /// <summary>Reads that took longer than 100 ms while Redis was away.</summary>
    public long SlowReads { get; init; }

    /// <summary>When a failure of Redis was last counted, in ticks of <see cref="Clock"/>.</summary>
    public long LastFailure { get; init; }

    /// <summary>When Redis first answered after its return; 0 if it did not.</summary>
    public long FirstAnswer { get; init; }

    /// <summary>The messages of the first errors.</summary>
    public IReadOnlyList<string> Messages { get; init; } = [];

    public IReadOnlyList<Stall> Stalls { get; init; } = [];
}
