using System.Buffers.Text;

namespace Larder.Soak.Schedules;

/// <summary>Cuts what comes over a connection into commands, replies and pushes.</summary>
internal sealed class RespMessages
{
    private byte[] _bytes = [];

    /// <summary>Takes what has come, and gets the messages that are whole by it.</summary>
    public IReadOnlyList<byte[]> Add(ReadOnlySpan<byte> bytes)
    {
        _bytes = [.. _bytes, .. bytes];
        var messages = new List<byte[]>();
        while (true)
        {
            var end = 0;
            if (!TrySkip(_bytes, ref end))
            {
                return messages;
            }

            messages.Add(_bytes[..end]);
            _bytes = _bytes[end..];
        }
    }

    /// <summary>Goes to the end of the value that begins at a position, if all of it is there.</summary>
    private static bool TrySkip(ReadOnlySpan<byte> bytes, ref int position)
    {
        var length = bytes[position..].IndexOf((byte)'\n');
        if (length < 0)
        {
            return false;
        }

        var type = (char)bytes[position];
        var isNumber = Utf8Parser.TryParse(bytes[(position + 1)..], out long number, out _);
        position += length + 1;
        switch (type)
        {
            case '$' or '=' or '!' when isNumber && number >= 0:
                position += (int)number + 2;
                return position <= bytes.Length;
            case '*' or '~' or '>' or '%' when isNumber:
                for (var left = type == '%' ? 2 * number : number; left > 0; left--)
                {
                    if (!TrySkip(bytes, ref position))
                    {
                        return false;
                    }
                }

                return true;
            default:
                return true;
        }
    }
}
