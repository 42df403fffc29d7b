namespace Larder.Redis.Topology;

/// <summary>
/// The slot of a key in a Redis Cluster: CRC16 (XMODEM: polynomial 0x1021, begins with zero) of the key, or of its hash tag, modulo 16,384.
/// See the Redis Cluster specification, "Key distribution model".
/// </summary>
internal static class KeySlot
{
    public const int Count = 16_384;

    private static readonly ushort[] Table = MakeTable();

    /// <summary>Gets the slot of a key.</summary>
    /// <param name="key">The key as the server sees it.</param>
    public static int Of(ReadOnlySpan<byte> key)
    {
        // The tag stands between the first opening brace and the first closing one after it; an empty one is none.
        var open = key.IndexOf((byte)'{');
        if (open >= 0 && key[(open + 1)..].IndexOf((byte)'}') is > 0 and var length)
        {
            key = key.Slice(open + 1, length);
        }

        var table = Table;
        ushort crc = 0;
        foreach (var single in key)
        {
            crc = (ushort)((crc << 8) ^ table[(crc >> 8) ^ single]);
        }

        return crc & (Count - 1);
    }

    private static ushort[] MakeTable()
    {
        var table = new ushort[256];
        for (var i = 0; i < table.Length; i++)
        {
            var crc = i << 8;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 0x8000) == 0 ? crc << 1 : (crc << 1) ^ 0x1021;
            }

            table[i] = (ushort)crc;
        }

        return table;
    }
}
