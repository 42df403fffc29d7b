using System.Globalization;
using System.Text;

namespace Larder.Redis.Tests.Protocol;

/// <summary>Makes frames of all types, and damages them. The same seed makes the same frames.</summary>
internal sealed class FrameGenerator(int seed)
{
    private const int MaxDepth = 6;
    private static readonly string[] Numbers = ["0", "1", "-1", "+7", "42", "007", "9223372036854775807", "-9223372036854775808"];
    private static readonly string[] Doubles = ["0", "1.5", "-2.25e10", "inf", "-inf", "nan", "10", "1E-300"];
    private static readonly byte[] Telling = [.. "\r\n$*%~>|_#:,(=!+-0123456789tf?"u8];

    private readonly Random _random = new(seed);
    private readonly MemoryStream _bytes = new();

    /// <summary>Makes one frame.</summary>
    public byte[] Next()
    {
        _bytes.SetLength(0);
        Value(_random.Next(MaxDepth));
        return _bytes.ToArray();
    }

    /// <summary>Changes, removes, doubles or inserts a few bytes, or cuts the end off.</summary>
    public byte[] Damage(byte[] frame)
    {
        var bytes = frame.ToList();
        for (var changes = _random.Next(1, 4); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = _random.Next(bytes.Count);
            switch (_random.Next(6))
            {
                case 0:
                    bytes[at] = (byte)_random.Next(256);
                    break;
                case 1:
                    bytes[at] = Telling[_random.Next(Telling.Length)];
                    break;
                case 2:
                    bytes.RemoveAt(at);
                    break;
                case 3:
                    bytes.Insert(at, Telling[_random.Next(Telling.Length)]);
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(_random.Next(1, 8), bytes.Count - at)));
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        return [.. bytes];
    }

    private void Value(int depth)
    {
        if (_random.Next(12) == 0)
        {
            Aggregate('|', 2, depth);
        }

        switch (_random.Next(depth > 0 ? 15 : 11))
        {
            case 0:
                Line('+', Word());
                break;
            case 1:
                Line('-', "ERR " + Word());
                break;
            case 2:
                Line(':', Numbers[_random.Next(Numbers.Length)]);
                break;
            case 3:
                Line(',', Doubles[_random.Next(Doubles.Length)]);
                break;
            case 4:
                Line('(', new string('9', _random.Next(1, 60)));
                break;
            case 5:
                Line('#', _random.Next(2) == 0 ? "t" : "f");
                break;
            case 6:
                Write(_random.Next(3) switch { 0 => "_\r\n", 1 => "$-1\r\n", _ => "*-1\r\n" });
                break;
            case 7:
                Text('!', "");
                break;
            case 8:
                Text('=', _random.Next(8) == 0 ? "" : "txt:");
                break;
            case <= 10:
                Text('$', "");
                break;
            case 11 or 12:
                Aggregate('*', 1, depth);
                break;
            case 13:
                Aggregate(_random.Next(2) == 0 ? '~' : '>', 1, depth);
                break;
            default:
                Aggregate('%', 2, depth);
                break;
        }
    }

    private void Aggregate(char type, int valuesOfOne, int depth)
    {
        var count = depth > 0 ? _random.Next(4) : 0;
        Line(type, count.ToString(CultureInfo.InvariantCulture));
        for (var left = count * valuesOfOne; left > 0; left--)
        {
            Value(depth - 1);
        }
    }

    private void Text(char type, string format)
    {
        var text = new byte[_random.Next(10) == 0 ? _random.Next(300) : _random.Next(12)];
        _random.NextBytes(text);
        Line(type, (format.Length + text.Length).ToString(CultureInfo.InvariantCulture));
        Write(format);
        _bytes.Write(text);
        Write("\r\n");
    }

    private string Word() => new('x', _random.Next(20));

    private void Line(char type, string text) => Write($"{type}{text}\r\n");

    private void Write(string text) => _bytes.Write(Encoding.Latin1.GetBytes(text));
}
