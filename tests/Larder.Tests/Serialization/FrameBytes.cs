using System.Buffers.Binary;
using System.Numerics;

namespace Larder.Tests.Serialization;

/// <summary>The layout of a frame of version 1, as it is documented; written out here a second time, so that a change of it does not go unnoticed.</summary>
internal static class FrameBytes
{
    public const int Version = 1;
    public const int Kind = 2;
    public const int Format = 3;
    public const int TagCount = 4;
    public const int Flags = 6;
    public const int Checksum = 8;
    public const int HeaderLength = 12;
    public const int ExpiresAt = 16;
    public const int MaxStale = 40;
    public const int FirstTag = 96;

    /// <summary>Gets what stands behind the header.</summary>
    public static byte[] Payload(byte[] frame) => frame[BinaryPrimitives.ReadInt32LittleEndian(frame.AsSpan(HeaderLength))..];

    /// <summary>Makes a copy with something changed and a checksum that is right again, as only a faulty program would write it.</summary>
    public static byte[] Forge(byte[] frame, Action<byte[]> change)
    {
        var copy = frame.ToArray();
        change(copy);
        var crc = uint.MaxValue;
        foreach (var single in copy[HeaderLength..].Concat(copy[..Checksum]))
        {
            crc = BitOperations.Crc32C(crc, single);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(copy.AsSpan(Checksum), ~crc);
        return copy;
    }
}
