using System.Buffers.Binary;
using System.IO.Compression;

namespace Larder.Cli.Replay.Simulation;

/// <summary>Reads NAME.u64.gz: gzip of little-endian 64-bit integers, one key, or one size, per access.</summary>
internal static class TraceNumbers
{
    public const string KeysSuffix = ".u64.gz";
    public const string SizesSuffix = ".sizes.u64.gz";

    /// <summary>Reads a file.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="limit">How many numbers are read at most.</param>
    /// <exception cref="InvalidDataException">It ends within a number.</exception>
    public static List<ulong> Read(string path, int limit)
    {
        var numbers = new List<ulong>();
        using var stream = new BufferedStream(new GZipStream(File.OpenRead(path), CompressionMode.Decompress), 1 << 16);
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        while (numbers.Count < limit)
        {
            switch (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false))
            {
                case 0:
                    return numbers;
                case sizeof(ulong):
                    numbers.Add(BinaryPrimitives.ReadUInt64LittleEndian(bytes));
                    break;
                default:
                    throw new InvalidDataException($"{path} ends within a number. It must hold 8 bytes per access.");
            }
        }

        return numbers;
    }

    /// <summary>Reads a trace: its keys, and its sizes if there is a file of them beside.</summary>
    /// <param name="path">The file of the keys.</param>
    /// <param name="name">The name of the trace.</param>
    /// <param name="limit">How many accesses are read at most.</param>
    /// <exception cref="InvalidDataException">A file is damaged, or there are not as many sizes as accesses.</exception>
    public static Trace ReadTrace(string path, string name, int limit)
    {
        var accesses = Read(path, limit);
        var sizesPath = path[..^KeysSuffix.Length] + SizesSuffix;
        var sizes = File.Exists(sizesPath) ? Read(sizesPath, limit) : null;
        return sizes is null || sizes.Count == accesses.Count
            ? new Trace(name, accesses, sizes)
            : throw new InvalidDataException($"{sizesPath} has {sizes.Count} sizes for {accesses.Count} accesses. It needs one size per access.");
    }
}
