namespace Larder;

/// <summary>The load of a value failed in another process, whose result this one waited for.</summary>
/// <remarks>It tells the type of the exception there, and not its message, which may hold what is not to be stored.</remarks>
public sealed class CacheLoadException : CacheException
{
    /// <summary>Makes an error.</summary>
    public CacheLoadException()
    {
    }

    /// <summary>Makes an error.</summary>
    /// <param name="message">What happened.</param>
    public CacheLoadException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an error.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">Why.</param>
    public CacheLoadException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
