using System.Globalization;
using System.Text;

namespace Larder.Cli.Rendering;

/// <summary>Values as people read them.</summary>
internal static class Humane
{
    private static readonly string[] s_units = ["B", "KiB", "MiB", "GiB", "TiB"];

    public static string TextOf(object value) => value switch
    {
        string text => text,
        bool flag => flag ? "yes" : "no",
        TimeSpan span => Duration(span),
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
        int or long => Count(value),
        double number => number.ToString("#,0.##", CultureInfo.InvariantCulture),
        IEnumerable<string> texts => string.Join(", ", texts),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    public static string Count(object value) => ((IFormattable)value).ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Gets a size; a negative one is not known.</summary>
    public static string Size(object value)
    {
        var bytes = Convert.ToDouble(value, CultureInfo.InvariantCulture);
        if (bytes < 0)
        {
            return "-";
        }

        var unit = 0;
        for (; bytes >= 1024 && unit < s_units.Length - 1; unit++)
        {
            bytes /= 1024;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{(unit == 0 ? bytes.ToString("0", CultureInfo.InvariantCulture) : bytes.ToString("0.0", CultureInfo.InvariantCulture))} {s_units[unit]}");
    }

    /// <summary>Gets a share of one in percent.</summary>
    public static string Share(object value) => string.Create(CultureInfo.InvariantCulture, $"{100 * Convert.ToDouble(value, CultureInfo.InvariantCulture):0.0} %");

    /// <summary>Gets a duration with the two units that matter.</summary>
    public static string Duration(TimeSpan span) => span switch
    {
        { Ticks: < 0 } => "-" + Duration(span.Negate()),
        { TotalDays: >= 1 } => Pair(span.Days, "d", span.Hours, "h"),
        { TotalHours: >= 1 } => Pair(span.Hours, "h", span.Minutes, "m"),
        { TotalMinutes: >= 1 } => Pair(span.Minutes, "m", span.Seconds, "s"),
        { TotalSeconds: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.#}s"),
        { TotalMilliseconds: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds:0.##}ms"),
        { Ticks: 0 } => "0s",
        _ => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMicroseconds:0}us"),
    };

    /// <summary>Gets a text whose control characters are shown and not obeyed: keys hold whatever a program has put there, escape sequences too.</summary>
    public static string Printable(string text)
    {
        if (!text.Any(char.IsControl))
        {
            return text;
        }

        var shown = new StringBuilder(text.Length + 8);
        foreach (var character in text)
        {
            _ = character switch
            {
                '\n' => shown.Append("\\n"),
                '\r' => shown.Append("\\r"),
                '\t' => shown.Append("\\t"),
                _ when char.IsControl(character) => shown.Append(CultureInfo.InvariantCulture, $"\\x{(int)character:x2}"),
                _ => shown.Append(character),
            };
        }

        return shown.ToString();
    }

    private static string Pair(int large, string largeUnit, int small, string smallUnit) =>
        string.Create(CultureInfo.InvariantCulture, $"{large}{largeUnit}{(small == 0 ? "" : $" {small}{smallUnit}")}");
}
