namespace Larder;

/// <summary>A lock is no longer held: its lease ran out before it could be renewed, it was released, or the cache was disposed.</summary>
public sealed class CacheLockLostException : CacheException
{
    /// <summary>Makes an error.</summary>
    public CacheLockLostException()
    {
    }

    /// <summary>Makes an error.</summary>
    /// <param name="message">What happened.</param>
    public CacheLockLostException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an error.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">Why.</param>
    public CacheLockLostException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
