using System.Globalization;
using System.Security.Cryptography;

namespace Larder.Soak.Source;

/// <summary>
/// The text of a row of a given length: the version again and again, and what no compression makes small in between. Of a text that was put together from two versions it shows.
/// </summary>
internal static class RowText
{
    private const int BlockLength = 32;
    private const int MarkLength = 8;

    private static readonly string s_noise = RandomNumberGenerator.GetString("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 1 << 20);

    /// <summary>Makes the text of a version; below a block it is always the same.</summary>
    public static string Of(long version, int length) => length < BlockLength ? "row" : string.Create(length / BlockLength * BlockLength, version, static (text, version) =>
    {
        var mark = MarkOf(version);
        for (var at = 0; at < text.Length; at += BlockLength)
        {
            mark.CopyTo(text[at..]);
            s_noise.AsSpan(((at * 31) + (int)version) & (s_noise.Length - BlockLength), BlockLength - MarkLength).CopyTo(text[(at + MarkLength)..]);
        }
    });

    /// <summary>Tells whether a text is of one version from end to end.</summary>
    public static bool IsOf(string text, long version, int length)
    {
        if (length < BlockLength)
        {
            return text == "row";
        }

        var mark = MarkOf(version);
        for (var at = 0; at < text.Length; at += BlockLength)
        {
            if (!text.AsSpan(at).StartsWith(mark, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return text.Length == length / BlockLength * BlockLength;
    }

    private static string MarkOf(long version) => version.ToString("x8", CultureInfo.InvariantCulture);
}
