using Larder.Soak.Processes;

namespace Larder.Soak.Consistency;

/// <summary>What one process did and saw in a cell.</summary>
internal sealed record ConsistencyFigures
{
    public long Reads { get; init; }

    public long Loads { get; init; }

    /// <summary>Invalidations that were acknowledged, by <see cref="Source.InvalidationKind"/>.</summary>
    public long[] Writes { get; init; } = new long[5];

    /// <summary>Invalidations that threw, and were tried again.</summary>
    public long Refused { get; init; }

    /// <summary>Invalidations that were put off until Redis came back.</summary>
    public long Deferred { get; init; }

    /// <summary>Invalidations that were refused until the end.</summary>
    public long Abandoned { get; init; }

    /// <summary>Invalidations that are still put off.</summary>
    public long Undelivered { get; init; }

    /// <summary>Reads that threw.</summary>
    public long ReadErrors { get; init; }

    /// <summary>Reads that returned the value of another key, or one that never was.</summary>
    public long WrongValues { get; init; }

    public long ViolationCount { get; init; }

    /// <summary>The first of them.</summary>
    public IReadOnlyList<Violation> Violations { get; init; } = [];

    /// <summary>The messages of the first errors.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];

    public LatencyHistogram ReadTimes { get; init; } = new();

    public LatencyHistogram WriteTimes { get; init; } = new();

    public IReadOnlyList<Stall> Stalls { get; init; } = [];
}
