using System.Buffers;
using System.Buffers.Text;
using System.IO.Pipelines;
using System.Text;

namespace Larder.Testing.Faults;

/// <summary>Reads commands as a server does: arrays of bulk strings, or a line of words.</summary>
internal sealed class RespCommandReader(Stream stream)
{
    private const int MaxWords = 1024 * 1024;
    private const int MaxWordBytes = 512 * 1024 * 1024;
    private readonly PipeReader _input = PipeReader.Create(stream);

    /// <summary>Reads the words of the next command.</summary>
    /// <returns>Null at the end of the connection.</returns>
    /// <exception cref="IOException">What came is not a command.</exception>
    public async ValueTask<byte[][]?> ReadAsync()
    {
        while (true)
        {
            if (await ReadLineAsync() is not { } line)
            {
                return null;
            }

            if (line.Length == 0)
            {
                continue;
            }

            if (line[0] != '*')
            {
                return [.. Text(line).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Encoding.UTF8.GetBytes)];
            }

            var count = Number(line, MaxWords);
            if (count > 0)
            {
                return await ReadWordsAsync(count);
            }
        }
    }

    private async ValueTask<byte[][]?> ReadWordsAsync(int count)
    {
        var words = new List<byte[]>();
        while (words.Count < count)
        {
            if (await ReadLineAsync() is not { } line)
            {
                return null;
            }

            if (line is not [(byte)'$', ..])
            {
                throw new IOException($"A word of a command begins with $, not with '{Text(line)}'.");
            }

            var length = Number(line, MaxWordBytes);
            var read = await _input.ReadAtLeastAsync(length + 2);
            if (read.Buffer.Length < length + 2)
            {
                return null;
            }

            words.Add(read.Buffer.Slice(0, length).ToArray());
            _input.AdvanceTo(read.Buffer.GetPosition(length + 2));
        }

        return [.. words];
    }

    private async ValueTask<byte[]?> ReadLineAsync()
    {
        while (true)
        {
            var read = await _input.ReadAsync();
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = read.Buffer.Slice(0, end).ToArray();
                _input.AdvanceTo(read.Buffer.GetPosition(1, end));
                return line is [.., (byte)'\r'] ? line[..^1] : line;
            }

            _input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted)
            {
                return null;
            }
        }
    }

    private static string Text(byte[] line) => Encoding.UTF8.GetString(line);

    private static int Number(byte[] line, int max) =>
        Utf8Parser.TryParse(line.AsSpan(1), out int value, out var used) && used == line.Length - 1 && value <= max && value >= -1
            ? value
            : throw new IOException($"'{Text(line)}' is not a length up to {max}.");
}
