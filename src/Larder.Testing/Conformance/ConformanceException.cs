namespace Larder.Testing.Conformance;

/// <summary>A cache does not do what the contract says.</summary>
public sealed class ConformanceException : Exception
{
    /// <summary>Makes an error.</summary>
    public ConformanceException()
    {
    }

    /// <summary>Makes an error.</summary>
    /// <param name="message">What was expected and what was found.</param>
    public ConformanceException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an error.</summary>
    /// <param name="message">What was expected and what was found.</param>
    /// <param name="innerException">Why.</param>
    public ConformanceException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
