using System.Runtime.CompilerServices;

namespace Larder.Redis.Protocol;

/// <summary>
/// Finds the end of a frame in bytes that arrive in pieces, split anywhere. It goes over each header once, however many pieces there are, and
/// steps over strings without looking at them. What it has let through, <see cref="RespReader"/> reads without further checks.
/// </summary>
internal struct RespScanner
{
    private Counts _left;
    private int _depth;
    private int _at;
    private bool _endsString;
    private bool _isWhole;

    /// <summary>Gets the length that the frame has at least, as far as it is known.</summary>
    public readonly int KnownLength => _at;

    /// <summary>Goes on scanning.</summary>
    /// <param name="frame">All bytes from the beginning of the frame that are there so far: those of the calls before, and more.</param>
    /// <returns>The length of the frame; zero when it is not complete yet.</returns>
    /// <exception cref="RespProtocolException">The bytes are no frame, or break a limit.</exception>
    public int Scan(ReadOnlySpan<byte> frame)
    {
        while (_at <= frame.Length)
        {
            if (_endsString)
            {
                _endsString = false;
                if (frame[_at - 2] != '\r' || frame[_at - 1] != '\n')
                {
                    throw new RespProtocolException("A string does not end where its length says.");
                }
            }

            if (_isWhole)
            {
                var length = _at;
                (_at, _isWhole) = (0, false);
                return length;
            }

            if (_at == frame.Length)
            {
                return 0;
            }

            var next = RespLine.Next(frame, _at, out var text);
            if (next == 0)
            {
                return 0;
            }

            Step((RespType)frame[_at], text, next);
        }

        return 0;
    }

    private void Step(RespType type, ReadOnlySpan<byte> text, int next)
    {
        switch (type)
        {
            case RespType.SimpleString or RespType.SimpleError or RespType.Double or RespType.BigNumber:
                End(next);
                break;
            case RespType.Integer:
                _ = RespLine.Integer(text);
                End(next);
                break;
            case RespType.Null when text.IsEmpty:
            case RespType.Boolean when text is [(byte)'t' or (byte)'f']:
                End(next);
                break;
            case RespType.BulkString or RespType.VerbatimString or RespType.BulkError:
                var length = RespLine.Length(text, RespLimits.MaxString, mayBeNull: type == RespType.BulkString);
                _endsString = length >= 0;
                End(length < 0 ? next : next + length + 2);
                break;
            case RespType.Array or RespType.Set or RespType.Push:
                Begin(RespLine.Length(text, RespLimits.MaxElements, mayBeNull: type == RespType.Array), next);
                break;
            case RespType.Map:
                Begin(2 * RespLine.Length(text, RespLimits.MaxElements / 2), next);
                break;
            case RespType.Attribute:
                // Stands before the value that it belongs to, and takes no place of its own.
                var pairs = RespLine.Length(text, RespLimits.MaxElements / 2);
                Grow(1);
                Begin(2 * pairs, next);
                break;
            default:
                throw new RespProtocolException($"A frame begins with the byte 0x{(byte)type:X2}, which is no type of RESP.");
        }
    }

    private void Begin(int count, int next)
    {
        if (count <= 0)
        {
            End(next);
            return;
        }

        if (_depth == RespLimits.MaxDepth)
        {
            throw new RespProtocolException($"A frame is nested more than {RespLimits.MaxDepth} deep.");
        }

        _left[_depth++] = count;
        MoveTo(next);
    }

    /// <summary>Makes room for a value that follows in the same place.</summary>
    private void Grow(int more)
    {
        if (_depth == 0)
        {
            // An attribute before the whole reply: as if the two were an array.
            _left[_depth++] = 1;
        }

        _left[_depth - 1] += more;
    }

    /// <summary>Ends a value, and with it the aggregates of which it is the last.</summary>
    private void End(int next)
    {
        MoveTo(next);
        while (_depth > 0 && --_left[_depth - 1] == 0)
        {
            _depth--;
        }

        _isWhole = _depth == 0;
    }

    private void MoveTo(int next) =>
        _at = next is >= 0 and <= RespLimits.MaxFrame ? next : throw new RespProtocolException($"A frame is longer than {RespLimits.MaxFrame} bytes.");

    [InlineArray(RespLimits.MaxDepth + 1)]
    private struct Counts
    {
        private int _first;
    }
}
