using Larder.Serialization;

namespace Larder.Inspection;

/// <summary>A value as a tier holds it: an object in memory, or bytes of which only the beginning may have been read.</summary>
/// <param name="Object">The object, if it is one.</param>
/// <param name="Stored">The bytes, if it is stored as such.</param>
/// <param name="Length">The length of all of its bytes.</param>
internal readonly record struct HeldValue(object? Object, StoredValue? Stored, long Length)
{
    public static HeldValue OfObject(object? value) => value is SerializedValue copy ? new(null, copy.Stored, copy.Stored.Payload.Length) : new(value, null, 0);
}
