namespace Larder;

/// <summary>The store of a cache refused a command: it is read-only, out of memory, the user lacks a permission, or the value is of another kind.</summary>
public sealed class CacheServerException : CacheException
{
    /// <summary>Makes an error.</summary>
    public CacheServerException()
    {
    }

    /// <summary>Makes an error.</summary>
    /// <param name="message">The server's message, beginning with its code.</param>
    public CacheServerException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an error.</summary>
    /// <param name="message">The server's message, beginning with its code.</param>
    /// <param name="innerException">Why.</param>
    public CacheServerException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Gets the code with which the server's message begins, such as <c>OOM</c>, <c>READONLY</c>, <c>NOPERM</c>, <c>WRONGTYPE</c> or <c>ERR</c>.</summary>
    public string Code => Message.Split(' ', 2)[0];
}
