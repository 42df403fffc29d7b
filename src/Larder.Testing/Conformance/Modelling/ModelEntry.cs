namespace Larder.Testing.Conformance.Modelling;

/// <summary>An entry of the model.</summary>
/// <param name="Write">The number of the write that made it; the version of the real entry goes with it.</param>
/// <param name="Value">A string, <see langword="null"/>, or a 64-bit integer.</param>
/// <param name="Tags">The tags.</param>
internal sealed record ModelEntry(long Write, object? Value, string[] Tags)
{
    public required long ExpiresAt { get; init; }

    public long SlidingMs { get; init; }

    public required long CapAt { get; init; }

    public bool IsStale { get; init; }

    /// <summary>Tells whether the entry can be read as a type: text as text, integers as any integer that they fit into, null as text.</summary>
    public bool IsOf(ModelType type) => (Value, type) switch
    {
        (null or string, ModelType.Text) => true,
        (long, ModelType.Long) => true,
        (long number, ModelType.Int) => number is >= int.MinValue and <= int.MaxValue,
        _ => false,
    };
}
