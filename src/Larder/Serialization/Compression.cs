using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using System.Runtime.CompilerServices;

namespace Larder.Serialization;

/// <summary>Makes large payloads smaller, with Brotli.</summary>
internal static class Compression
{
    /// <summary>The most that a payload may become when it is expanded; what says that it is larger is not read.</summary>
    public const int MaxExpanded = 64 * 1024 * 1024;

    // Level 1 is several times as fast as 4, for a little more bytes; a cache is read and written all the time.
    private const int Quality = 1;
    private const int Window = 22;

    /// <summary>Compresses a payload, if that makes it smaller.</summary>
    /// <returns>The value and the length before; zero when it is not compressed.</returns>
    public static (StoredValue Value, int Length) Shrink(StoredValue value, int? threshold)
    {
        var length = value.Payload.Length;
        if (length < threshold || threshold is null || length > MaxExpanded)
        {
            return (value, 0);
        }

        // Room for what is smaller only: the encoder gives up where it would not be.
        var output = new byte[length - (length / 16)];
        return BrotliEncoder.TryCompress(value.Payload.Span, output, out var written, Quality, Window)
            ? (value with { Payload = output.AsMemory(0, written) }, length)
            : (value, 0);
    }

    /// <summary>Expands the payload of a frame, if it is compressed.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool TryExpand(ref EntryFrame frame, [NotNullWhen(false)] out string? problem)
    {
        problem = null;
        if (frame.UncompressedLength == 0)
        {
            return true;
        }

        if (frame.UncompressedLength is < 0 or > MaxExpanded)
        {
            problem = $"it would be {frame.UncompressedLength:N0} bytes long when expanded, and the limit is {MaxExpanded:N0}";
            return false;
        }

        var output = new byte[frame.UncompressedLength];
        if (!BrotliDecoder.TryDecompress(frame.Value.Payload.Span, output, out var written) || written != output.Length)
        {
            problem = "it could not be expanded";
            return false;
        }

        frame = frame with { Value = frame.Value with { Payload = output }, UncompressedLength = 0 };
        return true;
    }
}
