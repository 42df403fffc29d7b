namespace Larder.Writing;

/// <summary>What waits or is under way for one key.</summary>
internal sealed class FlowSlot<TKey, T>(QueuedWrite<TKey, T> write)
    where TKey : notnull
{
    /// <summary>Gets or sets the write that goes next, or is under way.</summary>
    public QueuedWrite<TKey, T> Write { get; set; } = write;

    /// <summary>Gets or sets the write that came while the other was under way.</summary>
    public QueuedWrite<TKey, T>? Next { get; set; }

    public bool IsUnderWay { get; set; }

    /// <summary>Gets or sets whether it goes by itself, because it was in a batch that failed.</summary>
    public bool IsAlone { get; set; }

    /// <summary>Gets the newest write.</summary>
    public QueuedWrite<TKey, T> Newest => Next ?? Write;
}
