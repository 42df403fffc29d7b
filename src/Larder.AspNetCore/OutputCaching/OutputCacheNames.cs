using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Larder.AspNetCore.OutputCaching;

/// <summary>
/// Turns keys and tags of output caching into those of a cache. Output caching separates the parts of its keys by control characters and takes any text for a tag; here control
/// characters, halves of surrogates and the escape character itself are escaped, and what is long is cut off and told by its hash. Different names stay different.
/// </summary>
internal static class OutputCacheNames
{
    /// <summary>The longest name, in characters; the rest of a key's 1,024 is left to prefixes.</summary>
    public const int MaxLength = 512;

    private const char Escape = '%';
    private const string HashMark = "%hash:";

    private static readonly SearchValues<char> s_special = SearchValues.Create(
        [Escape, .. Enumerable.Range(0, 0x20).Select(code => (char)code), .. Enumerable.Range(0x7F, 0x21).Select(code => (char)code), .. Enumerable.Range(0xD800, 0x800).Select(code => (char)code)]);

    /// <summary>Makes a name of a text.</summary>
    public static string Of(string text)
    {
        if (text.Length is > 0 and <= MaxLength && !text.AsSpan().ContainsAny(s_special))
        {
            return text;
        }

        var name = new StringBuilder(text.Length + 32);
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogatePair(text, i))
            {
                name.Append(text, i++, 2);
            }
            else if (s_special.Contains(text[i]))
            {
                int code = text[i];
                name.Append(Escape).Append(code < 0x100 ? code.ToString("X2", CultureInfo.InvariantCulture) : "u" + code.ToString("X4", CultureInfo.InvariantCulture));
            }
            else
            {
                name.Append(text[i]);
            }
        }

        if (name.Length == 0)
        {
            return "%empty";
        }

        return name.Length <= MaxLength ? name.ToString() : Shorten(name.ToString());
    }

    private static string Shorten(string name)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
        var kept = MaxLength - HashMark.Length - hash.Length;
        return string.Concat(name.AsSpan(0, char.IsHighSurrogate(name[kept - 1]) ? kept - 1 : kept), HashMark, hash);
    }
}
