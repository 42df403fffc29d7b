namespace Larder;

/// <summary>The base of the errors that a cache itself raises.</summary>
public class CacheException : Exception
{
    /// <summary>Makes an error.</summary>
    public CacheException()
    {
    }

    /// <summary>Makes an error.</summary>
    /// <param name="message">What happened.</param>
    public CacheException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an error.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">Why.</param>
    public CacheException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
