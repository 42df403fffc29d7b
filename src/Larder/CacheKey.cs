using System.Globalization;
using System.Runtime.CompilerServices;
using Larder.Keys;

namespace Larder;

/// <summary>
/// The key of a cache entry, as it is given at the call: a string, a span of characters, or an interpolated string.
/// </summary>
/// <remarks>
/// <para>
/// Strings and spans convert implicitly. An interpolated string such as <c>$"user:{id}"</c> is written straight into a pooled buffer with the
/// invariant culture, so that looking up an entry that is there allocates nothing. A key made in that way is for one call only; using it a
/// second time throws <see cref="InvalidOperationException"/>. Hold a <see cref="string"/> where a key is needed more than once.
/// </para>
/// <para>
/// A key is 1 to 1,024 UTF-16 characters long with its prefix (<see cref="CacheOptions.MaxKeyLength"/>), is compared ordinally, and may hold
/// any characters as long as they are well formed: a surrogate without its partner is refused, because different such keys would
/// become one and the same key in UTF-8. Keys are checked by the operation that they are given to, not by this type.
/// </para>
/// </remarks>
[InterpolatedStringHandler]
public readonly struct CacheKey
{
    private readonly object? _source;
    private readonly int _lease;

    /// <summary>Wraps a string.</summary>
    /// <param name="key">The key. <see langword="null"/> is refused by the operation that the key is given to.</param>
    public CacheKey(string? key) => _source = key;

    /// <summary>Begins a key made of an interpolated string; called by the compiler.</summary>
    /// <param name="literalLength">The number of constant characters.</param>
    /// <param name="formattedCount">The number of interpolated values.</param>
    public CacheKey(int literalLength, int formattedCount)
    {
        var buffer = KeyBuffer.Rent(literalLength + (formattedCount * 16));
        _source = buffer;
        _lease = buffer.Lease;
    }

    private CacheKey(KeyBuffer buffer)
    {
        _source = buffer;
        _lease = buffer.Lease;
    }

    /// <summary>Uses a string as a key.</summary>
    /// <param name="key">The key.</param>
    public static implicit operator CacheKey(string? key) => new(key);

    /// <summary>Uses characters as a key; they are copied into a pooled buffer, not into a string.</summary>
    /// <param name="key">The characters.</param>
    public static implicit operator CacheKey(ReadOnlySpan<char> key)
    {
        var buffer = KeyBuffer.Rent(key.Length);
        buffer.Append(key);
        return new CacheKey(buffer);
    }

    /// <summary>Appends constant characters; called by the compiler.</summary>
    /// <param name="value">The characters.</param>
    public void AppendLiteral(string value) => Buffer.Append(value);

    /// <summary>Appends characters; called by the compiler.</summary>
    /// <param name="value">The characters.</param>
    public void AppendFormatted(ReadOnlySpan<char> value) => Buffer.Append(value);

    /// <summary>Appends a string; called by the compiler.</summary>
    /// <param name="value">The string; <see langword="null"/> appends nothing.</param>
    public void AppendFormatted(string? value) => Buffer.Append(value);

    /// <summary>Appends a value in the invariant culture; called by the compiler.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="value">The value.</param>
    public void AppendFormatted<T>(T value) => Buffer.Append(value, format: null);

    /// <summary>Appends a value in the invariant culture; called by the compiler.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="value">The value.</param>
    /// <param name="format">The format, such as <c>N</c> or <c>yyyy-MM-dd</c>.</param>
    public void AppendFormatted<T>(T value, string? format) => Buffer.Append(value, format);

    /// <summary>Appends a padded value in the invariant culture; called by the compiler.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="value">The value.</param>
    /// <param name="alignment">The width; negative aligns to the left.</param>
    /// <param name="format">The format.</param>
    public void AppendFormatted<T>(T value, int alignment, string? format = null) =>
        Buffer.Append(string.Format(CultureInfo.InvariantCulture, $"{{0,{alignment}{(format is null ? "" : ":" + format)}}}", value));

    /// <summary>Gets the key as a string.</summary>
    /// <returns>The key, or an empty string when there is none.</returns>
    public override string ToString() => _source switch
    {
        null => "",
        string text => text,
        _ => Buffer.Text.ToString(),
    };

    /// <summary>Gets whether the key was <see langword="null"/>.</summary>
    internal bool IsNull => _source is null;

    /// <summary>Gets the characters; valid until <see cref="Release"/>.</summary>
    internal ReadOnlySpan<char> Text => _source is string text ? text : _source is null ? default : Buffer.Text;

    /// <summary>Gets the string that the key was made of, if it was made of one.</summary>
    internal string? Original => _source as string;

    /// <summary>Gives the pooled buffer back, if there is one. The key must not be used afterwards.</summary>
    internal void Release()
    {
        if (_source is KeyBuffer buffer && buffer.Lease == _lease)
        {
            buffer.Return();
        }
    }

    private KeyBuffer Buffer
    {
        get
        {
            var buffer = (KeyBuffer)_source!;
            if (buffer.Lease != _lease)
            {
                KeyBuffer.ThrowUsedTwice();
            }

            return buffer;
        }
    }
}
