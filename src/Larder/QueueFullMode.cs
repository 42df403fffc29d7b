namespace Larder;

/// <summary>What becomes of a write when the queue of write-behind is full.</summary>
public enum QueueFullMode
{
    /// <summary>It waits for room, at most <see cref="WriteBehindOptions.FullTimeout"/>.</summary>
    Wait,

    /// <summary>It is refused at once, with a <see cref="WriteQueueFullException"/>.</summary>
    Reject,

    /// <summary>It goes to the source at once, as with write-through.</summary>
    WriteThrough,
}
