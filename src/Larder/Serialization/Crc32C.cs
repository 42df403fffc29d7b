using System.Buffers.Binary;
using System.Numerics;

namespace Larder.Serialization;

/// <summary>CRC-32C (Castagnoli), with the processor's instruction where there is one.</summary>
internal static class Crc32C
{
    public static uint Of(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second) => ~Append(Append(uint.MaxValue, first), second);

    private static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var single in bytes)
        {
            crc = BitOperations.Crc32C(crc, single);
        }

        return crc;
    }
}
