namespace Larder.Serialization;

/// <summary>A value as bytes, and what must be known to read it.</summary>
/// <param name="Payload">The bytes.</param>
/// <param name="Format">How they are to be read.</param>
/// <param name="Type">The type of a value that was serialized, see <see cref="TypeId"/>; zero for other values.</param>
internal readonly record struct StoredValue(ReadOnlyMemory<byte> Payload, PayloadFormat Format, long Type);
