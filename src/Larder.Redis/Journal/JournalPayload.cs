using System.Buffers.Binary;
using Larder.Serialization;

namespace Larder.Redis.Journal;

/// <summary>A write as bytes: a version of this form, whether it is a deletion, the key, and the value.</summary>
internal static class JournalPayload
{
    private const byte Form = 1;
    private const int HeadLength = 2;
    private const int PartHeadLength = 13;

    public static byte[] Write<TKey, T>(TKey key, T? value, bool isDeletion, SerializerSet serializers)
    {
        var keyPart = Payload.Write(key, serializers);
        var valuePart = isDeletion ? default : Payload.Write(value, serializers);
        var bytes = new byte[HeadLength + Length(keyPart) + Length(valuePart)];
        (bytes[0], bytes[1]) = (Form, isDeletion ? (byte)1 : (byte)0);
        Put(bytes.AsSpan(HeadLength), keyPart);
        Put(bytes.AsSpan(HeadLength + Length(keyPart)), valuePart);
        return bytes;
    }

    /// <summary>Reads a write.</summary>
    /// <returns>Whether it could be read.</returns>
    public static bool TryRead<TKey, T>(byte[] bytes, SerializerSet serializers, out TKey key, out T? value, out bool isDeletion)
    {
        (key, value, isDeletion) = (default!, default, false);
        try
        {
            if (bytes is not [Form, var kind and (0 or 1), ..] || !TryTake(bytes, HeadLength, out var keyPart, out var at) || !TryTake(bytes, at, out var valuePart, out at) || at != bytes.Length)
            {
                return false;
            }

            isDeletion = kind == 1;
            return Payload.TryRead(keyPart, serializers, out key!) && key is not null && (isDeletion || (Payload.TryRead(valuePart, serializers, out value) && value is not null));
        }
        catch (Exception)
        {
            // The serializer's own exceptions are of any type.
            return false;
        }
    }

    private static int Length(StoredValue part) => PartHeadLength + part.Payload.Length;

    private static void Put(Span<byte> to, StoredValue part)
    {
        to[0] = (byte)part.Format;
        BinaryPrimitives.WriteInt64LittleEndian(to[1..], part.Type);
        BinaryPrimitives.WriteInt32LittleEndian(to[9..], part.Payload.Length);
        part.Payload.Span.CopyTo(to[PartHeadLength..]);
    }

    private static bool TryTake(byte[] bytes, int at, out StoredValue part, out int end)
    {
        (part, end) = (default, at);
        if (bytes.Length - at < PartHeadLength)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at + 9));
        if (length < 0 || length > bytes.Length - at - PartHeadLength)
        {
            return false;
        }

        part = new StoredValue(bytes.AsMemory(at + PartHeadLength, length), (PayloadFormat)bytes[at], BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(at + 1)));
        end = at + PartHeadLength + length;
        return true;
    }
}
