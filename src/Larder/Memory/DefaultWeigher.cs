using System.Collections;
using Larder.Serialization;

namespace Larder.Memory;

/// <summary>
/// What an entry is taken to weigh when no weigher is given: exact for strings and arrays of primitive types; an assumption for objects, whose
/// graph is not walked.
/// </summary>
internal static class DefaultWeigher
{
    /// <summary>The entry itself, its place in the table, and the header of the key.</summary>
    private const int EntryBytes = 88;

    /// <summary>Assumed for an object of an unknown type.</summary>
    private const int ObjectBytes = 128;

    public static long Weigh(string key, object? value) => EntryBytes + (2L * key.Length) + WeighValue(value);

    private static long WeighValue(object? value) => value switch
    {
        null => 0,
        string text => 22 + (2L * text.Length),
        byte[] bytes => 24 + bytes.LongLength,
        Array array when array.GetType().GetElementType()!.IsPrimitive => 24 + Buffer.ByteLength(array),
        ReadOnlyMemory<byte> bytes => 64 + bytes.Length,
        SerializedValue copy => 96 + copy.Length,
        ICollection collection => ObjectBytes + ((long)ObjectBytes * collection.Count),
        ValueType => 32,
        _ => ObjectBytes,
    };
}
