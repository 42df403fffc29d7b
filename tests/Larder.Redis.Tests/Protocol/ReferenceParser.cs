using Larder.Redis.Protocol;

namespace Larder.Redis.Tests.Protocol;

/// <summary>RESP as its specification tells it, by plain recursion over all bytes. Shares nothing with the parser under test but the limits.</summary>
internal sealed class ReferenceParser(byte[] bytes, int length)
{
    private readonly List<Token> _tokens = [];

    /// <summary>What a parser may say of bytes.</summary>
    public enum Verdict
    {
        Whole,
        Incomplete,
        Broken,
    }

    /// <summary>The values of the frame in the order of their bytes; attributes are left out.</summary>
    public IReadOnlyList<Token> Tokens => _tokens;

    public int FrameLength { get; private set; }

    public Verdict Parse()
    {
        try
        {
            FrameLength = Value(0, 0, isKept: true);
            return Verdict.Whole;
        }
        catch (EndOfStreamException)
        {
            return Verdict.Incomplete;
        }
        catch (InvalidDataException)
        {
            return Verdict.Broken;
        }
    }

    private int Value(int at, int depth, bool isKept)
    {
        while (true)
        {
            var next = Line(at, out var line);
            var type = (char)bytes[at];
            if (type != '|')
            {
                return AfterHeader(type, line, next, depth, isKept);
            }

            // An attribute before the whole reply counts as a level around both.
            var pairs = Count(line, RespLimits.MaxElements / 2, mayBeNull: false);
            depth = Math.Max(1, depth);
            at = Elements(2 * pairs, next, depth, isKept: false);
        }
    }

    private int AfterHeader(char type, string line, int next, int depth, bool isKept)
    {
        switch (type)
        {
            case '+' or '-' or ',' or '(':
                Keep(isKept, new Token(type, false, 0, next - 2 - line.Length, line.Length));
                return Bounded(next);
            case ':':
                if (!long.TryParse(Digits(line), out _))
                {
                    throw new InvalidDataException();
                }

                Keep(isKept, new Token(type, false, 0, next - 2 - line.Length, line.Length));
                return Bounded(next);
            case '#' when line is "t" or "f":
                Keep(isKept, new Token(type, false, 0, next - 3, 1));
                return Bounded(next);
            case '_' when line.Length == 0:
                Keep(isKept, new Token(type, true, 0, next, 0));
                return Bounded(next);
            case '$' or '=' or '!':
                return Text(type, Count(line, RespLimits.MaxString, type == '$'), next, isKept);
            case '*' or '~' or '>' or '%':
                var count = type == '%' ? 2 * Count(line, RespLimits.MaxElements / 2, false) : Count(line, RespLimits.MaxElements, type == '*');
                Keep(isKept, new Token(type, count < 0, Math.Max(0, count), 0, 0));
                return Elements(count, next, depth, isKept);
            default:
                throw new InvalidDataException();
        }
    }

    private int Text(char type, int size, int next, bool isKept)
    {
        if (size < 0)
        {
            Keep(isKept, new Token(type, true, 0, next, 0));
            return Bounded(next);
        }

        var end = Bounded((long)next + size + 2);
        if (end > length)
        {
            throw new EndOfStreamException();
        }

        if (bytes[end - 2] != '\r' || bytes[end - 1] != '\n')
        {
            throw new InvalidDataException();
        }

        var format = type == '=' && size >= 4 && bytes[next + 3] == ':' ? 4 : 0;
        Keep(isKept, new Token(type, false, 0, next + format, size - format));
        return end;
    }

    private int Elements(int count, int next, int depth, bool isKept)
    {
        if (count > 0 && depth == RespLimits.MaxDepth)
        {
            throw new InvalidDataException();
        }

        var at = Bounded(next);
        for (var i = 0; i < count; i++)
        {
            at = Value(at, depth + 1, isKept);
        }

        return at;
    }

    private int Line(int at, out string line)
    {
        for (var i = at; i < length && i < at + RespLimits.MaxLine; i++)
        {
            if (bytes[i] == '\n')
            {
                line = i >= at + 2 && bytes[i - 1] == '\r' ? string.Concat(bytes[(at + 1)..(i - 1)].Select(single => (char)single)) : throw new InvalidDataException();
                return i + 1;
            }
        }

        throw length - at < RespLimits.MaxLine ? new EndOfStreamException() : new InvalidDataException();
    }

    private static int Count(string line, int limit, bool mayBeNull) =>
        long.TryParse(Digits(line), out var count) && count >= (mayBeNull ? -1 : 0) && count <= limit ? (int)count : throw new InvalidDataException();

    /// <summary>A number has a sign or none, and digits; nothing else.</summary>
    private static string Digits(string line) =>
        line.TrimStart('+', '-') is { Length: > 0 } digits && line.Length - digits.Length <= 1 && digits.All(char.IsAsciiDigit) ? line : throw new InvalidDataException();

    private static int Bounded(long at) => at <= RespLimits.MaxFrame ? (int)at : throw new InvalidDataException();

    private void Keep(bool isKept, Token token)
    {
        if (isKept)
        {
            _tokens.Add(token);
        }
    }

    /// <summary>One value: its type, and where its text lies or how many values it holds.</summary>
    internal readonly record struct Token(char Type, bool IsNull, int Count, int Start, int Length);
}
