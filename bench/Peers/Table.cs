using System.Globalization;

namespace Larder.Peers;

/// <summary>Writes tables of Markdown to the console.</summary>
internal static class Table
{
    /// <summary>Writes the head of a table: the first column and those marked with a &lt; hold text, the others numbers.</summary>
    public static void Head(params string[] columns)
    {
        Console.WriteLine($"| {string.Join(" | ", columns.Select(column => column.TrimStart('<')))} |");
        Console.WriteLine($"|{string.Concat(columns.Select((column, number) => number == 0 || column.StartsWith('<') ? "---|" : "--:|"))}");
    }

    public static void Row(params object[] cells) =>
        Console.WriteLine($"| {string.Join(" | ", cells.Select(cell => Convert.ToString(cell, CultureInfo.InvariantCulture)))} |");

    /// <summary>Formats a number with a fixed count of decimals.</summary>
    public static string Number(double value, int decimals) => value.ToString("N" + decimals, CultureInfo.InvariantCulture);

    /// <summary>Finds the value below which a share of all lies.</summary>
    public static double Percentile(this IReadOnlyList<double> sorted, double share) => sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * share))];
}
