namespace Larder.Cli.Targets;

/// <summary>A process that shares a cache.</summary>
internal sealed record NodeRow
{
    public required string Id { get; init; }

    public string Application { get; init; } = "";

    public string Environment { get; init; } = "";

    public string Machine { get; init; } = "";

    public int ProcessId { get; init; }

    public string Version { get; init; } = "";

    public DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset ReportedAt { get; init; }

    public TimeSpan? ClockSkew { get; init; }

    public long WorkingSet { get; init; }

    /// <summary>Gets what the process calls the cache.</summary>
    public string Cache { get; init; } = "";

    public string Status { get; init; } = "";

    public long Reads { get; init; }

    public long Hits { get; init; }

    public long Loads { get; init; }

    public long Entries { get; init; }

    public long Bytes { get; init; }

    public long PendingInvalidations { get; init; }

    public string LocalCopies { get; init; } = "";
}
