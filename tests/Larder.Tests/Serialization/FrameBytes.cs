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
    public const int ExpiresAt = 32;
    public const int HeaderLength = 56;

    /// <summary>Where it stands in an entry that needs the longer header.</summary>
    public const int MaxStale = 80;

    /// <summary>Where the first tag stands in an entry that needs the longer header.</summary>
    public const int FirstTag = 112;

    /// <summary>Where it stands, if there is one, in an entry that does not need the longer header.</summary>
    public const int CopyLifeInShortHeader = 64;

    /// <summary>Where the first tag stands in any other entry.</summary>
    public const int FirstTagInShortHeader = 72;

    /// <summary>Gets what stands behind the header.</summary>
    public static byte[] Payload(byte[] frame) => frame[HeaderEnd(frame)..];

    /// <summary>Gets the header.</summary>
    public static byte[] Header(byte[] frame) => frame[..HeaderEnd(frame)];

    /// <summary>Makes a copy with something changed and a checksum that is right again, as only a faulty program would write it.</summary>
    public static byte[] Forge(byte[] frame, Action<byte[]> change)
    {
        var copy = frame.ToArray();
        change(copy);
        var crc = uint.MaxValue;
        foreach (var single in copy[(frame[Format] == 3 ? 32 : 16)..HeaderEnd(frame)].Concat(copy[..Checksum]))
        {
            crc = BitOperations.Crc32C(crc, single);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(copy.AsSpan(Checksum), ~crc);
        return copy;
    }

    private static int HeaderEnd(byte[] frame) => BinaryPrimitives.ReadInt32LittleEndian(frame.AsSpan(HeaderLength));
}
