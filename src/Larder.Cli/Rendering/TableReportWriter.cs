using Larder.Cli.CommandLine;
using Spectre.Console;

namespace Larder.Cli.Rendering;

/// <summary>A table, written at the end. Numbers are at the right.</summary>
internal sealed class TableReportWriter(Terminal terminal, ReportShape shape) : IReportWriter
{
    private readonly List<IReadOnlyList<object?>> _rows = [];

    public void Row(params IReadOnlyList<object?> values) => _rows.Add(values);

    public void End(params IReadOnlyList<(string Name, object? Value)> facts)
    {
        if (_rows.Count == 0)
        {
            return;
        }

        Screen.Write(terminal, TableOf(shape, _rows));
    }

    /// <summary>Makes a table.</summary>
    public static Table TableOf(ReportShape shape, IReadOnlyList<IReadOnlyList<object?>> rows)
    {
        var table = new Table().Border(TableBorder.None);
        int[] shown = [.. Enumerable.Range(0, shape.Columns.Count).Where(i => !shape.Columns[i].IsDetail)];
        foreach (var i in shown)
        {
            var column = new TableColumn(new Text(shape.Columns[i].Title.ToUpperInvariant(), new Style(decoration: Decoration.Bold))).PadLeft(0).PadRight(i == shown[^1] ? 0 : 2);
            table.AddColumn(rows.Any(row => row[i] is int or long or double or TimeSpan) ? column.RightAligned() : column);
        }

        foreach (var row in rows)
        {
            table.AddRow(shown.Select(i => new Text(shape.Columns[i].TextOf(row[i]))));
        }

        return table;
    }
}
