using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Larder.Redis.Protocol;

/// <summary>Reads a whole frame that <see cref="RespScanner"/> has let through, value by value, in the order of its bytes.</summary>
internal ref struct RespReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private int _at;

    public RespReader(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
        Type = default;
        Text = default;
    }

    /// <summary>Gets the type of the value that was read last.</summary>
    public RespType Type { get; private set; }

    /// <summary>Gets the number of values in the aggregate whose header was read last, two for each pair of a map.</summary>
    public int Count { get; private set; }

    /// <summary>Gets the bytes of the string, number or error that was read last.</summary>
    public ReadOnlySpan<byte> Text { get; private set; }

    /// <summary>Gets where the bytes of the string that was read last begin in the frame.</summary>
    public int TextOffset { get; private set; }

    /// <summary>Gets whether the value that was read last is a null, of either version of the protocol.</summary>
    public bool IsNull { get; private set; }

    /// <summary>Gets whether the value that was read last is an error.</summary>
    public readonly bool IsError => Type is RespType.SimpleError or RespType.BulkError;

    /// <summary>Gets whether the value that was read last contains others.</summary>
    public readonly bool IsAggregate => !IsNull && Type is RespType.Array or RespType.Set or RespType.Map or RespType.Push;

    /// <summary>Gets the integer that was read last; also of a string that holds one.</summary>
    public readonly long Integer =>
        Type == RespType.Boolean ? (Text[0] == 't' ? 1 : 0)
        : Utf8Parser.TryParse(Text, out long value, out var read) && read == Text.Length ? value
        : throw new FormatException($"A reply is no integer, but a {Type}.");

    /// <summary>Gets the text that was read last; <see langword="null"/> for a null.</summary>
    public readonly string? String => IsNull ? null : Encoding.UTF8.GetString(Text);

    /// <summary>Reads the next value, or the header of the next aggregate; attributes are left out.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Read()
    {
        while (_at < _bytes.Length)
        {
            Type = (RespType)_bytes[_at];
            _at = RespLine.Next(_bytes, _at, out var text);
            Text = text;
            (IsNull, Count) = (false, 0);
            switch (Type)
            {
                case RespType.BulkString or RespType.VerbatimString or RespType.BulkError:
                    ReadString(RespLine.Length(text, RespLimits.MaxString, mayBeNull: true));
                    return true;
                case RespType.Array or RespType.Set or RespType.Push:
                    Count = RespLine.Length(text, RespLimits.MaxElements, mayBeNull: true);
                    (IsNull, Count) = (Count < 0, Math.Max(0, Count));
                    return true;
                case RespType.Map:
                    Count = 2 * RespLine.Length(text, RespLimits.MaxElements / 2);
                    return true;
                case RespType.Attribute:
                    Skip(2 * RespLine.Length(text, RespLimits.MaxElements / 2));
                    continue;
                case RespType.Null:
                    IsNull = true;
                    return true;
                default:
                    return true;
            }
        }

        return false;
    }

    /// <summary>Reads values without using them, with all that they contain.</summary>
    public void Skip(int values)
    {
        for (long left = values; left > 0 && Read(); left--)
        {
            left += Count;
        }
    }

    /// <summary>Reads the next value and all that it contains into objects, for callers who send commands of their own.</summary>
    /// <returns>Strings as bytes, integers, doubles, booleans, arrays of these; <see langword="null"/> for a null.</returns>
    public object? ReadObject()
    {
        if (!Read() || IsNull)
        {
            return null;
        }

        switch (Type)
        {
            case RespType.Integer:
                return Integer;
            case RespType.Boolean:
                return Text[0] == 't';
            case RespType.Double:
                return ReadDouble(Text);
            case RespType.SimpleError or RespType.BulkError:
                return new CacheServerException(String!);
            case RespType.SimpleString or RespType.BigNumber:
                return String;
            case RespType.Array or RespType.Set or RespType.Map or RespType.Push:
                var items = new List<object?>(Math.Min(Count, 4096));
                for (var left = Count; left > 0; left--)
                {
                    items.Add(ReadObject());
                }

                return items.ToArray();
            default:
                return Text.ToArray();
        }
    }

    private static double ReadDouble(ReadOnlySpan<byte> text) => text switch
    {
        [(byte)'i', (byte)'n', (byte)'f'] => double.PositiveInfinity,
        [(byte)'-', (byte)'i', (byte)'n', (byte)'f'] => double.NegativeInfinity,
        _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : double.NaN,
    };

    private void ReadString(int length)
    {
        if (length < 0)
        {
            IsNull = true;
            Text = default;
            return;
        }

        // Text of a verbatim string comes after its format, three bytes and a colon.
        var skipped = Type == RespType.VerbatimString && length >= 4 && _bytes[_at + 3] == ':' ? 4 : 0;
        TextOffset = _at + skipped;
        Text = _bytes.Slice(TextOffset, length - skipped);
        _at += length + 2;
    }
}
