using System.Buffers.Text;

namespace Larder.Redis.Protocol;

/// <summary>The first line of each frame: its type, then a text, a number, or the length of what follows.</summary>
internal static class RespLine
{
    /// <summary>Finds the line that begins at an offset.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="at">Where the line begins, with the type.</param>
    /// <param name="text">The line without its type and its end.</param>
    /// <returns>Where the next one begins; zero when the end of the line is not there yet.</returns>
    public static int Next(ReadOnlySpan<byte> bytes, int at, out ReadOnlySpan<byte> text)
    {
        var line = bytes[at..Math.Min(bytes.Length, at + RespLimits.MaxLine)];
        var end = line.IndexOf((byte)'\n');
        if (end < 0)
        {
            text = default;
            return line.Length < RespLimits.MaxLine ? 0 : throw new RespProtocolException($"A line is longer than {RespLimits.MaxLine} bytes.");
        }

        if (end < 2 || line[end - 1] != '\r')
        {
            throw new RespProtocolException("A line does not end with CR LF.");
        }

        text = line[1..(end - 1)];
        return at + end + 1;
    }

    /// <summary>Reads a length or a count: a decimal number; for the types of RESP2 also −1, which is its null.</summary>
    public static int Length(ReadOnlySpan<byte> text, int limit, bool mayBeNull = false)
    {
        // One digit, as most headers of arrays have.
        if (text.Length == 1 && (uint)(text[0] - '0') <= 9)
        {
            return text[0] - '0';
        }

        if (!Utf8Parser.TryParse(text, out long value, out var read) || read != text.Length || value < (mayBeNull ? -1 : 0))
        {
            throw new RespProtocolException("A length is not a number. Streamed strings and aggregates are not supported, and sent by no server.");
        }

        return value <= limit ? (int)value : throw new RespProtocolException($"A length of {value} is above the limit of {limit}.");
    }

    public static long Integer(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out long value, out var read) && read == text.Length
            ? value
            : throw new RespProtocolException("An integer is not a number.");
}
