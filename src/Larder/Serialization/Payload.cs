using System.Buffers;
using System.Buffers.Text;
using System.Text;
using Larder.Memory;

namespace Larder.Serialization;

/// <summary>The value of a stored entry as bytes: bytes, text and integers as they are, everything else by the serializer.</summary>
internal static class Payload
{
    public static PayloadFormat Write<T>(T value, ICacheSerializer serializer, IBufferWriter<byte> output)
    {
        switch (value)
        {
            case null:
                return PayloadFormat.Null;
            case byte[] bytes:
                output.Write(bytes);
                return PayloadFormat.Bytes;
            case ReadOnlyMemory<byte> bytes:
                output.Write(bytes.Span);
                return PayloadFormat.Bytes;
            case string text when typeof(T) == typeof(string):
                Encoding.UTF8.GetBytes(text, output);
                return PayloadFormat.Text;
            case var _ when Integers.TryToInt64(value, out var integer):
                Utf8Formatter.TryFormat(integer, output.GetSpan(20), out var written);
                output.Advance(written);
                return PayloadFormat.Integer;
            default:
                Serialize(value, serializer, output);
                return PayloadFormat.SerializerBase + serializer.FormatId;
        }
    }

    /// <summary>Reads a value.</summary>
    /// <returns>Whether the payload is of the type that is asked for.</returns>
    public static bool TryRead<T>(PayloadFormat format, ReadOnlyMemory<byte> payload, ICacheSerializer serializer, out T? value)
    {
        value = default;
        switch (format)
        {
            case PayloadFormat.Null:
                return default(T) is null;
            case PayloadFormat.Bytes when typeof(T) == typeof(byte[]):
                value = (T)(object)payload.ToArray();
                return true;
            case PayloadFormat.Bytes when typeof(T) == typeof(ReadOnlyMemory<byte>):
                value = (T)(object)new ReadOnlyMemory<byte>(payload.ToArray());
                return true;
            case PayloadFormat.Text when typeof(T) == typeof(string) || typeof(T) == typeof(object):
                value = (T)(object)Encoding.UTF8.GetString(payload.Span);
                return true;
            case PayloadFormat.Integer:
                return Utf8Parser.TryParse(payload.Span, out long integer, out var read) && read == payload.Length && Integers.TryConvert(integer, out value);
            case >= PayloadFormat.SerializerBase when format == PayloadFormat.SerializerBase + serializer.FormatId:
                value = serializer.Deserialize<T>(new ReadOnlySequence<byte>(payload));
                return value is not null;
            default:
                return false;
        }
    }

    private static void Serialize<T>(T value, ICacheSerializer serializer, IBufferWriter<byte> output)
    {
        try
        {
            serializer.Serialize(value, output);
        }
        catch (Exception exception) when (exception is not CacheSerializationException)
        {
            throw new CacheSerializationException($"A value of type {typeof(T)} could not be serialized by {serializer.GetType().Name}: {exception.Message}", exception);
        }
    }
}
