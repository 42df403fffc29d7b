using System.Buffers.Binary;

namespace Larder.Tiers;

/// <summary>The record of a tag: which incarnation it is, and when it was last invalidated and marked stale, on the tag clock.</summary>
internal readonly record struct TagRecord(long Incarnation, long InvalidatedAt, long StaledAt)
{
    private const int Length = 24;

    public static bool TryRead(ReadOnlySpan<byte> bytes, out TagRecord tag)
    {
        if (bytes.Length != Length)
        {
            tag = default;
            return false;
        }

        tag = new TagRecord(BinaryPrimitives.ReadInt64LittleEndian(bytes), BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]));
        return true;
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[Length];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, Incarnation);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), InvalidatedAt);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), StaledAt);
        return bytes;
    }
}
