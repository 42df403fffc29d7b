using System.Buffers.Binary;
using System.IO.Compression;

namespace Larder.HitRatio.Traces;

/// <summary>
/// Reads NAME.u64.gz, gzip of little-endian 64-bit integers, one key per access, and NAME.sizes.u64.gz beside it, one size per access.
/// </summary>
internal static class TraceFolder
{
    private const string KeysSuffix = ".u64.gz";
    private const string SizesSuffix = ".sizes.u64.gz";

    public static IReadOnlyList<string> Names(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*" + KeysSuffix)
            .Select(path => Path.GetFileName(path))
            .Where(name => !name.EndsWith(SizesSuffix, StringComparison.Ordinal))
            .Select(name => name[..^KeysSuffix.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Reads a trace.</summary>
    /// <param name="folder">Where it is.</param>
    /// <param name="name">Its name.</param>
    /// <param name="limit">How many accesses are read at most.</param>
    public static Trace Read(string folder, string name, int limit)
    {
        var accesses = ReadNumbers(Path.Combine(folder, name + KeysSuffix), limit);
        var sizesPath = Path.Combine(folder, name + SizesSuffix);
        var sizes = File.Exists(sizesPath) ? ReadNumbers(sizesPath, limit) : null;
        return sizes is null || sizes.Count == accesses.Count
            ? new Trace(name, accesses, sizes)
            : throw new InvalidDataException($"{sizesPath} has {sizes.Count} sizes for {accesses.Count} accesses. It needs one size per access.");
    }

    private static List<ulong> ReadNumbers(string path, int limit)
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
}
