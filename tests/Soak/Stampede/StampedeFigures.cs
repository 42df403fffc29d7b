using Larder.Soak.Processes;

namespace Larder.Soak.Stampede;

/// <summary>What the callers of one process got.</summary>
internal sealed record StampedeFigures
{
    /// <summary>Calls that returned a value.</summary>
    public long Values { get; init; }

    /// <summary>Calls that threw what the variant is meant to throw.</summary>
    public long ExpectedErrors { get; init; }

    /// <summary>Calls that threw anything else.</summary>
    public long OtherErrors { get; init; }

    /// <summary>The values that were returned.</summary>
    public IReadOnlyList<long> DistinctValues { get; init; } = [];

    /// <summary>The messages of the first errors that were not expected.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];

    /// <summary>The times of the calls.</summary>
    public LatencyHistogram Times { get; init; } = new();

    /// <summary>The times from the value's being there to its being returned.</summary>
    public LatencyHistogram WakeUps { get; init; } = new();
}
