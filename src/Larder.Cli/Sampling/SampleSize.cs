using System.Globalization;

namespace Larder.Cli.Sampling;

/// <summary>How many entries are looked at: a number, a share of the keys, or all.</summary>
/// <param name="Entries">The number; <see langword="null"/> for a share or all.</param>
/// <param name="Share">The share of the keys, above 0 up to 1.</param>
internal sealed record SampleSize(long? Entries, double Share)
{
    /// <summary>Reads <c>10000</c>, <c>5%</c> or <c>all</c>.</summary>
    /// <exception cref="FormatException">It is none of them.</exception>
    public static SampleSize Parse(string text)
    {
        if (text.Equals("all", StringComparison.OrdinalIgnoreCase))
        {
            return new SampleSize(null, 1);
        }

        if (text.EndsWith('%') && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is > 0 and <= 100)
        {
            return new SampleSize(null, percent / 100);
        }

        return long.TryParse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var entries) && entries > 0
            ? new SampleSize(entries, 1)
            : throw new FormatException("a sample is a number of entries such as 10000, a share of the keys such as 5%, or all.");
    }

    /// <summary>Tells whether it is enough.</summary>
    /// <param name="entries">How many entries there are in the sample.</param>
    /// <param name="scanned">How many keys were looked at for them.</param>
    /// <param name="total">How many keys there are; negative when nobody knows.</param>
    public bool IsReached(long entries, long scanned, long total) => Entries is { } limit ? entries >= limit : Share < 1 && total >= 0 && scanned >= Share * total;
}
