using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Larder.Keys;

/// <summary>
/// The characters of one interpolated key. One buffer is kept per thread; a lease number, which changes when the buffer is given
/// back, tells a key that still owns the buffer from one that was used already.
/// </summary>
internal sealed class KeyBuffer
{
    private const int MaxKeptLength = 4096;

    [ThreadStatic]
    private static KeyBuffer? s_kept;

    private char[] _chars;
    private int _length;

    private KeyBuffer(int capacity) => _chars = new char[capacity];

    public int Lease { get; private set; }

    public ReadOnlySpan<char> Text => _chars.AsSpan(0, _length);

    public static KeyBuffer Rent(int capacity)
    {
        var buffer = s_kept;
        if (buffer is null)
        {
            return new KeyBuffer(Math.Max(capacity, 128));
        }

        s_kept = null;
        return buffer;
    }

    public void Return()
    {
        Lease++;
        _length = 0;
        if (_chars.Length <= MaxKeptLength)
        {
            s_kept = this;
        }
    }

    public void Append(ReadOnlySpan<char> text)
    {
        if (_chars.Length - _length < text.Length)
        {
            Grow(text.Length);
        }

        text.CopyTo(_chars.AsSpan(_length));
        _length += text.Length;
    }

    public void Append<T>(T value, string? format)
    {
        if (value is ISpanFormattable)
        {
            int written;
            while (!((ISpanFormattable)value).TryFormat(_chars.AsSpan(_length), out written, format, CultureInfo.InvariantCulture))
            {
                Grow(_chars.Length);
            }

            _length += written;
            return;
        }

        Append(value is IFormattable formattable ? formattable.ToString(format, CultureInfo.InvariantCulture) : value?.ToString());
    }

    [DoesNotReturn]
    public static void ThrowUsedTwice() => throw new InvalidOperationException(
        "A cache key made of an interpolated string or a span is for one call only, and this one was used before. Keep the key as a string to use it again.");

    private void Grow(int more) => Array.Resize(ref _chars, Math.Max(_chars.Length * 2, _length + more));
}
