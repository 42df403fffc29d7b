namespace Larder;

/// <summary>A value could not be turned into bytes, for a tier that stores bytes.</summary>
public sealed class CacheSerializationException : CacheException
{
    /// <summary>Makes an error.</summary>
    public CacheSerializationException()
    {
    }

    /// <summary>Makes an error.</summary>
    /// <param name="message">What happened.</param>
    public CacheSerializationException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an error.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">Why.</param>
    public CacheSerializationException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
