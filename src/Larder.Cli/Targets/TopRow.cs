namespace Larder.Cli.Targets;

/// <summary>How a cache does in a process. What is not known is <see langword="null"/>, such as rates at the first look.</summary>
internal sealed record TopRow
{
    /// <summary>Gets the process, or the name of the cache where one process is asked.</summary>
    public required string Name { get; init; }

    public string Status { get; init; } = "";

    public double? ReadsPerSecond { get; init; }

    public double? WritesPerSecond { get; init; }

    public double? LoadsPerSecond { get; init; }

    public double? EvictionsPerSecond { get; init; }

    /// <summary>Gets the share of the reads of the last while that were hits; of all reads as long as there is no while.</summary>
    public double? HitShare { get; init; }

    public TimeSpan? ReadP50 { get; init; }

    public TimeSpan? ReadP99 { get; init; }

    public TimeSpan? LoadP99 { get; init; }

    public long Entries { get; init; }

    public long Bytes { get; init; }

    public long Reads { get; init; }

    public long Hits { get; init; }

    /// <summary>Gets how many loads were spared.</summary>
    public long Saved { get; init; }
}
