using System.Collections;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Larder.Store;

/// <summary>The hash of a query: the first 128 bits of SHA-256 over its text and its parameters, each with its type and its length, so that no two queries read the same.</summary>
internal static class QueryHash
{
    public static string Of(string text, ReadOnlySpan<object?> parameters)
    {
        using var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes, Encoding.Unicode))
        {
            Write(writer, text);
            foreach (var parameter in parameters)
            {
                Write(writer, parameter);
            }
        }

        return Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray()).AsSpan(0, 16));
    }

    private static void Write(BinaryWriter writer, object? value)
    {
        var type = value?.GetType();
        switch (value)
        {
            case null:
                writer.Write("null");
                break;
            case byte[] bytes:
                writer.Write("bytes");
                writer.Write(bytes.Length);
                writer.Write(bytes);
                break;
            case string text:
                writer.Write("text");
                writer.Write(text.Length);
                foreach (var character in text)
                {
                    // One by one: an encoding would make several ill-formed texts the same.
                    writer.Write((ushort)character);
                }

                break;
            case Enum:
                writer.Write(type!.FullName!);
                writer.Write(((Enum)value).ToString("D"));
                break;
            case DateTime or DateTimeOffset or DateOnly or TimeOnly:
                writer.Write(type!.FullName!);
                writer.Write(((IFormattable)value).ToString("O", CultureInfo.InvariantCulture));
                break;
            case TimeSpan duration:
                writer.Write("duration");
                writer.Write(duration.Ticks);
                break;
            case char or bool or sbyte or byte or short or ushort or int or uint or long or ulong or Int128 or UInt128 or float or double or decimal or Guid:
                writer.Write(type!.FullName!);
                writer.Write(Convert.ToString(value, CultureInfo.InvariantCulture)!);
                break;
            case IEnumerable list:
                writer.Write("list");
                foreach (var item in list)
                {
                    Write(writer, item);
                }

                writer.Write("end");
                break;
            default:
                throw new ArgumentException($"A parameter of a query is of type {type}, of which it is not known what tells two values apart: '{value}'. Give its parts instead.", nameof(value));
        }
    }
}
