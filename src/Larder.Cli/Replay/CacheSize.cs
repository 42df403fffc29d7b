using System.Globalization;

namespace Larder.Cli.Replay;

/// <summary>A size of a cache: a number of entries or bytes, or a share of what the trace has.</summary>
/// <param name="Number">The number; zero for a share.</param>
/// <param name="Share">The share, above 0 up to 1.</param>
internal readonly record struct CacheSize(long Number, double Share)
{
    /// <summary>Gets the sizes of a curve, from a thousandth of all keys to all of them.</summary>
    public static IReadOnlyList<CacheSize> Curve { get; } = [.. new[] { 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1 }.Select(share => new CacheSize(0, share))];

    /// <summary>Reads <c>1%,5%,20000</c>.</summary>
    /// <exception cref="FormatException">It is malformed.</exception>
    public static IReadOnlyList<CacheSize> ParseList(string text) => [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(Parse)];

    /// <summary>Gets the size for a trace.</summary>
    /// <param name="whole">How many keys, or bytes of objects, it has.</param>
    public long Of(long whole) => Number > 0 ? Number : Math.Max(1, (long)(whole * Share));

    private static CacheSize Parse(string text)
    {
        if (text.EndsWith('%') && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is > 0 and <= 100)
        {
            return new CacheSize(0, percent / 100);
        }

        if (text.Any(char.IsAsciiLetter))
        {
            return new CacheSize(Hosting.SettingsText.Size(text), 0);
        }

        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? new CacheSize(number, 0)
            : throw new FormatException($"'{text}' is no size: write a share such as 5%, a number of entries such as 20000, or with --bytes a size such as 64MiB.");
    }
}
