namespace Larder.HitRatio.Traces;

/// <summary>
/// Reads NAME.u64.gz, gzip of little-endian 64-bit integers, one key per access, and NAME.sizes.u64.gz beside it, one size per access.
/// </summary>
internal static class TraceFolder
{
    public static IReadOnlyList<string> Names(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*" + TraceNumbers.KeysSuffix)
            .Select(path => Path.GetFileName(path))
            .Where(name => !name.EndsWith(TraceNumbers.SizesSuffix, StringComparison.Ordinal))
            .Select(name => name[..^TraceNumbers.KeysSuffix.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Reads a trace.</summary>
    /// <param name="folder">Where it is.</param>
    /// <param name="name">Its name.</param>
    /// <param name="limit">How many accesses are read at most.</param>
    public static Trace Read(string folder, string name, int limit) => TraceNumbers.ReadTrace(Path.Combine(folder, name + TraceNumbers.KeysSuffix), name, limit);
}
