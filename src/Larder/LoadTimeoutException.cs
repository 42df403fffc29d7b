namespace Larder;

/// <summary>A load took longer than the load timeout, and there was no stale value to serve in its place.</summary>
public sealed class LoadTimeoutException : TimeoutException
{
    /// <summary>Makes an error.</summary>
    public LoadTimeoutException()
    {
    }

    /// <summary>Makes an error.</summary>
    /// <param name="message">What happened.</param>
    public LoadTimeoutException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an error.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">Why.</param>
    public LoadTimeoutException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
