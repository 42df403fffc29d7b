using System.Globalization;

namespace Larder.HitRatio.Reports;

/// <summary>Columns of text, aligned to the right but for the first.</summary>
internal sealed class TextTable
{
    private readonly List<string[]> _lines = [];

    public void Add(params IEnumerable<string> cells) => _lines.Add([.. cells]);

    public void Write(TextWriter output)
    {
        var widths = new int[_lines.Max(line => line.Length)];
        foreach (var line in _lines)
        {
            for (var i = 0; i < line.Length; i++)
            {
                widths[i] = Math.Max(widths[i], line[i].Length);
            }
        }

        foreach (var line in _lines)
        {
            output.WriteLine("  " + string.Join("  ", line.Select((cell, i) => i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))).TrimEnd());
        }
    }

    public static string Number(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    public static string Difference(double value) => value.ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture);

    public static string Integer(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Percent(double value) => value.ToString("0.###", CultureInfo.InvariantCulture) + " %";
}
