using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;
using Larder.Keys;

namespace Larder.Serialization;

/// <summary>The value of a stored entry as bytes: bytes, text and integers as they are, everything else by the serializer.</summary>
internal static class Payload
{
    /// <summary>Above it a buffer is not kept for the next value, and its bytes are not copied.</summary>
    private const int LargestScratch = 64 * 1024;

    /// <summary>Where values are serialized before their length is known: growing an array for each of them takes four times its bytes.</summary>
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_scratch;

    public static StoredValue Write<T>(T value, SerializerSet serializers)
    {
        switch (value)
        {
            case null:
                return new StoredValue(default, PayloadFormat.Null, 0);
            case SerializedValue copy:
                return copy.Stored;
            case var _ when serializers.OwnOf<T>() is { } own:
                return Serialize(value, own, serializers);
            case byte[] bytes:
                return new StoredValue(bytes, PayloadFormat.Bytes, 0);
            case ReadOnlyMemory<byte> bytes:
                return new StoredValue(bytes, PayloadFormat.Bytes, 0);
            case string text when Utf16.IsWellFormed(text):
                return new StoredValue(Encoding.UTF8.GetBytes(text), PayloadFormat.Text, 0);
            case string text:
                return new StoredValue(MemoryMarshal.AsBytes<char>(text).ToArray(), PayloadFormat.Utf16, 0);
            case var _ when Integers.TryToInt64(value, out var integer):
                var digits = new byte[20];
                Utf8Formatter.TryFormat(integer, digits, out var written);
                return new StoredValue(digits.AsMemory(0, written), PayloadFormat.Integer, 0);
            default:
                return Serialize(value, serializers.Writer, serializers);
        }
    }

    /// <summary>Reads a value.</summary>
    /// <returns>Whether the payload is of the type that is asked for.</returns>
    public static bool TryRead<T>(StoredValue stored, SerializerSet serializers, out T? value)
    {
        value = default;
        var payload = stored.Payload;
        switch (stored.Format)
        {
            case PayloadFormat.Null:
                return default(T) is null;
            case PayloadFormat.Bytes when typeof(T) == typeof(ReadOnlyMemory<byte>):
                value = (T)(object)new ReadOnlyMemory<byte>(payload.ToArray());
                return true;
            case PayloadFormat.Bytes when typeof(T) == typeof(byte[]) || typeof(T).IsAssignableFrom(typeof(byte[])):
                value = (T)(object)payload.ToArray();
                return true;
            case PayloadFormat.Text when typeof(T) == typeof(string) || typeof(T).IsAssignableFrom(typeof(string)):
                value = (T)(object)Encoding.UTF8.GetString(payload.Span);
                return true;
            case PayloadFormat.Utf16 when typeof(T).IsAssignableFrom(typeof(string)):
                value = (T)(object)new string(MemoryMarshal.Cast<byte, char>(payload.Span));
                return true;
            case PayloadFormat.Integer when Utf8Parser.TryParse(payload.Span, out long integer, out var read) && read == payload.Length:
                return TryReadInteger(integer, out value);
            case PayloadFormat.Foreign:
                return TryReadForeign(payload, serializers, out value);
            case >= PayloadFormat.SerializerBase when TypeId.Allows<T>(stored.Type) && serializers.ReaderOf<T>(stored.Format) is { } serializer:
                value = serializer.Deserialize<T>(new ReadOnlySequence<byte>(payload));
                return value is not null;
            default:
                return false;
        }
    }

    /// <summary>Reads what another program wrote, as what the caller takes it for: text, bytes, an integer, or what the serializer reads.</summary>
    private static bool TryReadForeign<T>(ReadOnlyMemory<byte> payload, SerializerSet serializers, out T? value)
    {
        if (typeof(T) == typeof(string) || typeof(T) == typeof(object))
        {
            value = (T)(object)Encoding.UTF8.GetString(payload.Span);
            return true;
        }

        if (typeof(T) == typeof(byte[]) || typeof(T) == typeof(ReadOnlyMemory<byte>))
        {
            return TryRead(new StoredValue(payload, PayloadFormat.Bytes, 0), serializers, out value);
        }

        if (Utf8Parser.TryParse(payload.Span, out long integer, out var read) && read == payload.Length && Integers.TryConvert(integer, out value))
        {
            return true;
        }

        value = serializers.Writer.Deserialize<T>(new ReadOnlySequence<byte>(payload));
        return value is not null;
    }

    private static bool TryReadInteger<T>(long integer, out T? value)
    {
        if (Integers.TryConvert(integer, out value))
        {
            return true;
        }

        // As an object, for example.
        if ((object)integer is not T other)
        {
            return false;
        }

        value = other;
        return true;
    }

    private static StoredValue Serialize<T>(T value, ICacheSerializer serializer, SerializerSet serializers)
    {
        // Nobody else has it meanwhile: a serializer may write another value. After a failure it is not put back, for its writer may still have it.
        var output = t_scratch ?? new ArrayBufferWriter<byte>();
        t_scratch = null;
        try
        {
            serializer.Serialize(value, output);
            return new StoredValue(Take(output), PayloadFormat.SerializerBase + serializer.FormatId, TypeId.Of(value));
        }
        catch (Exception exception)
        {
            serializers.Problems?.CouldNotWrite(typeof(T), exception);
            throw exception as CacheSerializationException ?? new CacheSerializationException($"A value of type {typeof(T)} could not be serialized by {serializer.GetType().Name}: {exception.Message}", exception);
        }
    }

    private static ReadOnlyMemory<byte> Take(ArrayBufferWriter<byte> output)
    {
        if (output.Capacity > LargestScratch)
        {
            return output.WrittenMemory;
        }

        var bytes = output.WrittenSpan.ToArray();
        output.ResetWrittenCount();
        t_scratch = output;
        return bytes;
    }
}
