namespace Larder.Testing.Faults;

/// <summary>
/// Finds the frames in what a server sends, in whatever pieces it comes, and can leave the pushes out. What is not RESP, such as TLS, passes
/// from there on as it is.
/// </summary>
internal sealed class RespPushFilter(Func<bool> dropsPushes, Action dropped)
{
    private const long MaxLength = 1L << 40;
    private bool _isOff;
    private bool _isDropping;
    private bool _isInLine;
    private byte _type;
    private long _length;
    private bool _isNegative;
    private long _elementsLeft;
    private long _bodyLeft;

    /// <summary>Moves what is to pass to the front of the bytes.</summary>
    /// <returns>How many bytes pass.</returns>
    public int Filter(Span<byte> bytes)
    {
        var kept = 0;
        for (var at = 0; at < bytes.Length;)
        {
            var length = _isOff ? bytes.Length - at : Step(bytes[at..]);
            if (!_isDropping)
            {
                bytes.Slice(at, length).CopyTo(bytes[kept..]);
                kept += length;
            }

            at += length;
            if (_elementsLeft == 0 && !_isInLine && _bodyLeft == 0)
            {
                _isDropping = false;
            }
        }

        return kept;
    }

    /// <summary>Takes the next bytes that belong together: a part of a body, or of a line.</summary>
    private int Step(ReadOnlySpan<byte> bytes)
    {
        if (_bodyLeft > 0)
        {
            var length = (int)Math.Min(_bodyLeft, bytes.Length);
            _bodyLeft -= length;
            return length;
        }

        if (!_isInLine)
        {
            BeginElement(bytes[0]);
            return _isOff ? bytes.Length : 1;
        }

        var end = bytes.IndexOf((byte)'\n');
        ReadLength(bytes[..(end < 0 ? bytes.Length : end)]);
        if (end < 0)
        {
            return bytes.Length;
        }

        EndLine();
        return end + 1;
    }

    private void BeginElement(byte type)
    {
        if (!"+-:$*_,#!=(%~>|"u8.Contains(type))
        {
            _isOff = true;
            return;
        }

        if (_elementsLeft == 0)
        {
            _elementsLeft = 1;
            if (type == '>' && dropsPushes())
            {
                _isDropping = true;
                dropped();
            }
        }

        (_type, _isInLine, _length, _isNegative) = (type, true, 0, false);
    }

    private void ReadLength(ReadOnlySpan<byte> digits)
    {
        foreach (var digit in digits)
        {
            _isNegative |= digit == '-';
            _length = digit is >= (byte)'0' and <= (byte)'9' && _length < MaxLength ? (10 * _length) + digit - '0' : _length;
        }
    }

    private void EndLine()
    {
        _isInLine = false;
        _elementsLeft--;
        switch (_type)
        {
            case (byte)'$' or (byte)'=' or (byte)'!' when !_isNegative:
                _bodyLeft = _length + 2;
                break;
            case (byte)'*' or (byte)'~' or (byte)'>' when !_isNegative:
                _elementsLeft += _length;
                break;
            case (byte)'%':
                _elementsLeft += 2 * _length;
                break;
            case (byte)'|':
                // Attributes stand before the element that they belong to.
                _elementsLeft += (2 * _length) + 1;
                break;
        }
    }
}
