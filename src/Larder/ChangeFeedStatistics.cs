namespace Larder;

/// <summary>What a <see cref="ChangeFeed"/> has told, and what became of it.</summary>
public sealed record ChangeFeedStatistics
{
    /// <summary>Gets how many listen.</summary>
    public int Listeners { get; init; }

    /// <summary>Gets how many changes were told.</summary>
    public long Published { get; init; }

    /// <summary>Gets how many calls of handlers ended well.</summary>
    public long Handled { get; init; }

    /// <summary>Gets how many calls of handlers threw.</summary>
    public long Failed { get; init; }

    /// <summary>Gets how many calls of handlers took longer than their time limit.</summary>
    public long TimedOut { get; init; }

    /// <summary>Gets how many changes listeners lost because they were too slow.</summary>
    public long Dropped { get; init; }
}
