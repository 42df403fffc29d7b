using System.Globalization;
using System.IO.Compression;
using Larder.Cli.CommandLine;
using Larder.Cli.Replay.Simulation;

namespace Larder.Cli.Replay;

/// <summary>
/// Reads a trace: NAME.u64.gz, or text with a key a line, and after a comma the size of its object in bytes, as logs give it after a cut. A text that ends in .gz is expanded.
/// </summary>
internal static class TraceFile
{
    public static Trace Read(FileInfo file, int limit, ProgressLine progress, CancellationToken cancellationToken)
    {
        if (!file.Exists)
        {
            throw ToolException.NotFound($"There is no trace {file.FullName}.");
        }

        var trace = file.Name.EndsWith(TraceNumbers.KeysSuffix, StringComparison.Ordinal)
            ? TraceNumbers.ReadTrace(file.FullName, file.Name[..^TraceNumbers.KeysSuffix.Length], limit)
            : ReadText(file, limit, progress, cancellationToken);
        return trace.Ids.Length > 0 ? trace : throw ToolException.Usage($"The trace {file.FullName} holds no access.", "It needs a key a line, or is a file NAME.u64.gz.");
    }

    private static Trace ReadText(FileInfo file, int limit, ProgressLine progress, CancellationToken cancellationToken)
    {
        using var stream = file.OpenRead();
        using var reader = new StreamReader(file.Extension == ".gz" ? new GZipStream(stream, CompressionMode.Decompress) : stream);
        var numbers = new Dictionary<string, ulong>(StringComparer.Ordinal);
        var (accesses, sizes) = (new List<ulong>(), new List<ulong>());
        while (accesses.Count < limit && reader.ReadLine() is { } line)
        {
            if (line.Length == 0)
            {
                continue;
            }

            // A key may hold commas; what follows the last one is a size only if it is a number.
            var comma = line.LastIndexOf(',');
            var hasSize = ulong.TryParse(line.AsSpan(comma + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var size) && comma > 0;
            var key = hasSize ? line[..comma] : line;
            accesses.Add(numbers.TryGetValue(key, out var number) ? number : numbers[key] = (ulong)numbers.Count);
            if (hasSize)
            {
                sizes.Add(size);
            }

            if (accesses.Count % 65_536 == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                progress.Report(accesses.Count);
            }
        }

        return sizes.Count == 0 || sizes.Count == accesses.Count
            ? new Trace(Path.GetFileNameWithoutExtension(file.Name), accesses, sizes.Count == 0 ? null : sizes)
            : throw ToolException.Usage(string.Create(CultureInfo.InvariantCulture, $"{file.FullName} has a size in {sizes.Count:N0} of {accesses.Count:N0} lines."), "Either all lines have one, 'key,size', or none.");
    }
}
