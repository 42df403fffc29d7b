using System.Globalization;

namespace Larder.Writing;

/// <summary>How keys of a type become text, where nothing else is said: only types whose text is the same everywhere and different for different keys.</summary>
internal static class KeyText
{
    public static Func<TKey, string> Of<TKey>(Func<TKey, string>? keyText)
        where TKey : notnull
    {
        if (keyText is not null)
        {
            return keyText;
        }

        if (typeof(TKey) == typeof(string))
        {
            return static key => (string)(object)key;
        }

        var type = typeof(TKey);
        var isPlain = type == typeof(Guid) || type == typeof(Int128) || type == typeof(UInt128)
            || Type.GetTypeCode(type) is TypeCode.Char or (>= TypeCode.SByte and <= TypeCode.UInt64);
        return isPlain
            ? static key => key is IFormattable formattable ? formattable.ToString(null, CultureInfo.InvariantCulture) : key.ToString()!
            : throw new ArgumentException($"Keys of type {type} have no text that is sure to be unique. Say how they become text: cache.For(source, keyText: key => ...).", nameof(keyText));
    }
}
