namespace Larder;

/// <summary>What write-behind has done in this process since the cache was made.</summary>
public sealed record WriteBehindStatistics
{
    /// <summary>Gets how many writes wait; in a shared journal those of the partitions that this process delivers.</summary>
    public long Queued { get; init; }

    /// <summary>Gets how long the oldest of them has waited; zero when none waits.</summary>
    public TimeSpan Lag { get; init; }

    /// <summary>Gets how many writes this process has put into the queue.</summary>
    public long Accepted { get; init; }

    /// <summary>Gets how many writes the source never saw, because a newer one of the same key came before they went.</summary>
    public long Coalesced { get; init; }

    /// <summary>Gets how many writes the source took.</summary>
    public long Delivered { get; init; }

    /// <summary>Gets how many calls of the source failed.</summary>
    public long Failures { get; init; }

    /// <summary>Gets how many writes became dead letters.</summary>
    public long DeadLettered { get; init; }

    /// <summary>Gets how many writes went to the source at once because the queue was full.</summary>
    public long WrittenThrough { get; init; }

    /// <summary>Gets how many writes were refused because the queue was full.</summary>
    public long Rejected { get; init; }
}
