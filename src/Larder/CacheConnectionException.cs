namespace Larder;

/// <summary>The store of a cache cannot be reached: no connection, or it was lost while a command was under way.</summary>
public sealed class CacheConnectionException : CacheException
{
    /// <summary>Makes an error.</summary>
    public CacheConnectionException()
    {
    }

    /// <summary>Makes an error.</summary>
    /// <param name="message">What happened.</param>
    public CacheConnectionException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an error.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">Why.</param>
    public CacheConnectionException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Gets whether the store may have carried the command out: it had been sent, and the reply did not come.</summary>
    public bool MayHaveHappened { get; init; }

    /// <summary>Gets whether the command was refused without a try, because the store is known to be away.</summary>
    internal bool IsRefusal { get; init; }
}
