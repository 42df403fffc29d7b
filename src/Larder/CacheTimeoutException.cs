namespace Larder;

/// <summary>The store of a cache did not answer within the time limit. It may have carried the command out.</summary>
public sealed class CacheTimeoutException : CacheException
{
    /// <summary>Makes an error.</summary>
    public CacheTimeoutException()
    {
    }

    /// <summary>Makes an error.</summary>
    /// <param name="message">What happened.</param>
    public CacheTimeoutException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an error.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">Why.</param>
    public CacheTimeoutException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Gets whether the store gave no sign of life at all while the command waited.</summary>
    internal bool IsSilence { get; init; }
}
