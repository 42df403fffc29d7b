using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Larder.Store;

/// <summary>
/// The text of ids in keys. Different ids have different texts, whatever characters they hold: the parts of a composite id are separated by commas, and what would be taken for a separator is escaped.
/// So no text holds a colon, and no row has the key of a query.
/// </summary>
internal static class StoreId
{
    /// <summary>Makes what turns ids of a type into text.</summary>
    /// <param name="keyText">The text of an id, for types of which it is not known; different for different ids.</param>
    /// <exception cref="ArgumentException">The type has no text that is sure to be unique, and none was given.</exception>
    public static Func<TKey, string> Of<TKey>(Func<TKey, string>? keyText)
        where TKey : notnull
    {
        if (keyText is not null)
        {
            return key => Text(keyText(key));
        }

        return typeof(ITuple).IsAssignableFrom(typeof(TKey)) && typeof(TKey).GetGenericArguments() is { Length: > 0 and < 8 } parts && parts.All(IsPlain)
            ? static key => Tuple((ITuple)key)
            : IsPlain(typeof(TKey))
            ? static key => Text(key)
            : throw new ArgumentException($"Ids of type {typeof(TKey)} have no text that is sure to be unique. Say how they become text: KeyText = id => id.Value.ToString().", nameof(keyText));
    }

    /// <summary>Makes the text of a composite id, or of one with a single part.</summary>
    /// <exception cref="ArgumentException">A part is of a type that has no text that is sure to be unique.</exception>
    public static string Of(params ReadOnlySpan<object?> parts)
    {
        if (parts.Length == 1)
        {
            return Text(parts[0]);
        }

        var texts = new string[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            texts[i] = Text(parts[i]);
        }

        return string.Join(',', texts);
    }

    private static string Tuple(ITuple tuple) => string.Join(',', Enumerable.Range(0, tuple.Length).Select(i => Text(tuple[i])));

    private static bool IsPlain(Type type) => Nullable.GetUnderlyingType(type) is { } inner ? IsPlain(inner)
        : type.IsEnum || type == typeof(string) || type == typeof(Guid) || type == typeof(DateOnly) || type == typeof(Int128) || type == typeof(UInt128)
            || Type.GetTypeCode(type) is TypeCode.Boolean or TypeCode.Char or (>= TypeCode.SByte and <= TypeCode.UInt64);

    private static string Text(object? part) => part switch
    {
        null => "%-",
        string text => Escape(text),
        char character => Escape(character.ToString()),
        bool flag => flag ? "true" : "false",
        DateOnly date => date.ToString("O", CultureInfo.InvariantCulture),
        Enum value => value.ToString("D"),
        IFormattable number when IsPlain(part.GetType()) => number.ToString(null, CultureInfo.InvariantCulture),
        byte[] bytes => Convert.ToHexString(bytes),
        _ => throw new ArgumentException($"An id has a part of type {part.GetType()}, which has no text that is sure to be unique: '{part}'. Give its text instead.", nameof(part)),
    };

    private static string Escape(string text)
    {
        if (text.Length > 0 && text.AsSpan().IndexOfAny("%:,") < 0 && Keys.Utf16.IsWellFormed(text))
        {
            return text;
        }

        // No other text has a percent sign at its end.
        var escaped = new StringBuilder(text.Length == 0 ? "%" : "", text.Length + 8);
        for (var i = 0; i < text.Length; i++)
        {
            var character = text[i];
            if (char.IsSurrogate(character) && (i + 1 >= text.Length || !char.IsSurrogatePair(character, text[i + 1])))
            {
                escaped.Append(CultureInfo.InvariantCulture, $"%u{(int)character:X4}");
            }
            else if (char.IsSurrogate(character))
            {
                escaped.Append(character).Append(text[++i]);
            }
            else if (character is '%' or ':' or ',')
            {
                escaped.Append(CultureInfo.InvariantCulture, $"%{(int)character:X2}");
            }
            else
            {
                escaped.Append(character);
            }
        }

        return escaped.ToString();
    }
}
