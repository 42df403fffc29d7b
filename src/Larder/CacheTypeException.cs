namespace Larder;

/// <summary>An entry holds another type than the operation needs, such as a counter that is not an integer.</summary>
public sealed class CacheTypeException : CacheException
{
    /// <summary>Makes an error.</summary>
    public CacheTypeException()
    {
    }

    /// <summary>Makes an error.</summary>
    /// <param name="message">What happened.</param>
    public CacheTypeException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an error.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">Why.</param>
    public CacheTypeException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
