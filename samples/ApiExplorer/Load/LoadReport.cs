using System.Globalization;

namespace ApiExplorer.Load;

/// <summary>Prints the table of a load run.</summary>
internal static class LoadReport
{
    private static readonly string[] Headings =
    [
        "", "requests/s", "p50 ms", "p99 ms", "queries", "per request", "hit ratio", "loads avoided", "stale", "of checked", "server µs",
    ];

    public static void Write(TextWriter output, IReadOnlyList<LoadReportRow> rows)
    {
        var table = new List<string[]> { Headings };
        table.AddRange(rows.Select(static row => Cells(row.Name, row.Cached, row.Measurement)));
        var widths = Headings.Select((_, column) => table.Max(cells => cells[column].Length)).ToArray();
        output.WriteLine();
        for (var i = 0; i < table.Count; i++)
        {
            var cells = table[i].Select((cell, column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column]));
            output.WriteLine(string.Join("  ", cells));
            if (i == 0)
                output.WriteLine(new string('-', widths.Sum() + (2 * (widths.Length - 1))));
        }

        output.WriteLine();
        output.WriteLine("queries: statements that SQLite ran, then per request; server µs: processor time of the server per request.");
    }

    private static string[] Cells(string name, bool cached, Measurement measurement) =>
    [
        $"{name}, {(cached ? "with" : "without")} cache",
        Number(measurement.RequestsPerSecond, "N0"),
        Number(measurement.Percentile(50), "N2"),
        Number(measurement.Percentile(99), "N2"),
        Number(measurement.Queries, "N0"),
        Number(measurement.QueriesPerRequest, "N3"),
        cached ? Number(measurement.HitRatio * 100, "N1") + " %" : "-",
        cached ? Number(measurement.LoadsAvoided, "N0") : "-",
        Number(measurement.Stale, "N0"),
        Number(measurement.Checked, "N0"),
        Number(measurement.MicrosecondsOfServerPerRequest, "N0"),
    ];

    private static string Number(double number, string format) => number.ToString(format, CultureInfo.InvariantCulture);
}
