using System.Text;
using Larder.Serialization;

namespace Larder.Inspection;

/// <summary>Makes text of values, to look at.</summary>
internal static class Preview
{
    private const byte JsonFormat = 1;

    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static EntryPreview Of(HeldValue value, int maxLength, CacheOptions options)
    {
        if (value.Stored is { } stored)
        {
            return Of(stored, value.Length, maxLength);
        }

        try
        {
            var written = Payload.Write(value.Object, SerializerSet.Of(options));
            return Of(written, written.Payload.Length, maxLength);
        }
        catch (CacheSerializationException exception)
        {
            // It is in memory as the object that it is, and need not be serializable.
            return new EntryPreview { Format = PreviewFormat.Text, Text = $"{value.Object} ({exception.Message})" };
        }
    }

    private static EntryPreview Of(StoredValue stored, long length, int maxLength)
    {
        var shown = stored.Payload.Span[..Math.Min(stored.Payload.Length, maxLength)];
        var (format, text) = stored.Format switch
        {
            PayloadFormat.Null => (PreviewFormat.Null, "null"),
            PayloadFormat.Utf16 => (PreviewFormat.Text, Encoding.Unicode.GetString(shown[..(shown.Length & ~1)])),
            PayloadFormat.Text or PayloadFormat.Integer => (PreviewFormat.Text, TextOf(shown) ?? ""),
            PayloadFormat.SerializerBase + JsonFormat when TextOf(shown) is { } json => (PreviewFormat.Json, json),
            PayloadFormat.Foreign when TextOf(shown) is { } foreign && !foreign.AsSpan().ContainsAnyInRange('\0', '\b') => (PreviewFormat.Text, foreign),
            _ => (PreviewFormat.Hex, Convert.ToHexStringLower(shown)),
        };
        return new EntryPreview { Format = format, Text = text, Length = length, IsTruncated = shown.Length < length };
    }

    /// <summary>Reads UTF-8 of which the last character may be cut off.</summary>
    private static string? TextOf(ReadOnlySpan<byte> bytes)
    {
        for (var cut = 0; cut < 4 && cut <= bytes.Length; cut++)
        {
            try
            {
                return s_strict.GetString(bytes[..^cut]);
            }
            catch (DecoderFallbackException)
            {
                // One byte less.
            }
        }

        return null;
    }
}
