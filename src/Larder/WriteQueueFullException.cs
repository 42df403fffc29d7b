namespace Larder;

/// <summary>A write was refused because the queue of write-behind is full; nothing happened to the source, the queue or the cache.</summary>
public sealed class WriteQueueFullException : CacheException
{
    /// <summary>Makes an error.</summary>
    public WriteQueueFullException()
    {
    }

    /// <summary>Makes an error.</summary>
    /// <param name="message">What happened.</param>
    public WriteQueueFullException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an error.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">Why.</param>
    public WriteQueueFullException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
