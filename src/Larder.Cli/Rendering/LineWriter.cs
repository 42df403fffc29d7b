using Larder.Cli.CommandLine;

namespace Larder.Cli.Rendering;

/// <summary>A line a result, at once, in columns of fixed widths.</summary>
internal sealed class LineWriter(Terminal terminal, ReportShape shape) : IReportWriter
{
    public void Row(params IReadOnlyList<object?> values)
    {
        terminal.Output.WriteLine(string.Join("  ", shape.Columns.Select((column, i) => (Column: column, Text: column.TextOf(values[i]).PadRight(column.Width))).Where(cell => !cell.Column.IsDetail).Select(cell => cell.Text)).TrimEnd());
        terminal.Output.Flush();
    }

    public void End(params IReadOnlyList<(string Name, object? Value)> facts)
    {
    }
}
