using System.Globalization;

namespace Larder.Hosting;

/// <summary>Reads single settings from text. A number that lacks its unit is refused rather than guessed at.</summary>
internal static class SettingsText
{
    private static readonly (string Unit, double Milliseconds)[] s_durations = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

    private static readonly (string Unit, long Bytes)[] s_sizes = [("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40), ("kB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("B", 1)];

    public static TimeSpan Duration(string text)
    {
        text = text.Trim();
        if (text.Equals("never", StringComparison.OrdinalIgnoreCase))
        {
            return CacheTtl.Never;
        }

        // The exact format: the lenient one takes 24:00:00 for 24 days.
        if (text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var span))
        {
            return span;
        }

        foreach (var (unit, milliseconds) in s_durations)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal) && TryNumber(text[..^unit.Length], out var number))
            {
                return TimeSpan.FromMilliseconds(number * milliseconds);
            }
        }

        throw new FormatException(TryNumber(text, out _)
            ? $"a duration needs a unit. Write '{text}s' for seconds, or '00:05:00'."
            : "a duration is written '00:05:00', '300s', '250ms', '5m', '2h', '1d' or 'never'.");
    }

    public static long Size(string text)
    {
        text = text.Trim();
        foreach (var (unit, bytes) in s_sizes)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal) && TryNumber(text[..^unit.Length], out var number))
            {
                return checked((long)(number * bytes));
            }
        }

        throw new FormatException(TryNumber(text, out _)
            ? $"a size needs a unit. Write '{text}B' for bytes, or '256MiB'."
            : "a size is written '256MiB', '64KiB', '2GiB', '500MB' or '65536B'.");
    }

    public static bool Boolean(string text) => text.Trim().ToUpperInvariant() switch
    {
        "TRUE" => true,
        "FALSE" => false,
        _ => throw new FormatException("expected is 'true' or 'false'."),
    };

    public static int Integer(string text) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new FormatException("expected is a whole number, such as '100000'.");

    public static T Choice<T>(string text)
        where T : struct, Enum => !char.IsAsciiDigit(text.TrimStart().FirstOrDefault()) && Enum.TryParse<T>(text.Trim(), ignoreCase: true, out var choice)
            ? choice
            : throw new FormatException($"expected is one of: {string.Join(", ", Enum.GetNames<T>())}.");

    public static double Fraction(string text)
    {
        text = text.Trim();
        var isPercent = text.EndsWith('%');
        return TryNumber(isPercent ? text[..^1] : text, out var number)
            ? isPercent ? number / 100 : number
            : throw new FormatException("expected is a fraction, such as '0.1' or '10%'.");
    }

    public static EarlyRefresh EarlyRefresh(string text)
    {
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        try
        {
            return parts switch
            {
                [var none] when none.Equals("none", StringComparison.OrdinalIgnoreCase) => Larder.EarlyRefresh.None,
                [var xfetch] when xfetch.Equals("xfetch", StringComparison.OrdinalIgnoreCase) => Larder.EarlyRefresh.XFetch(),
                [var xfetch, var beta] when xfetch.Equals("xfetch", StringComparison.OrdinalIgnoreCase) => Larder.EarlyRefresh.XFetch(Fraction(beta)),
                [var fraction] => Larder.EarlyRefresh.AfterFraction(Fraction(fraction)),
                _ => throw new FormatException("expected is 'none', a fraction of the time to live such as '0.8', or 'xfetch 1'."),
            };
        }
        catch (ArgumentOutOfRangeException exception)
        {
            throw new FormatException(exception.Message, exception);
        }
    }

    private static bool TryNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
}
