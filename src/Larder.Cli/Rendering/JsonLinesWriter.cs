using Larder.Cli.CommandLine;

namespace Larder.Cli.Rendering;

/// <summary>An object a line, for results that have no end.</summary>
internal sealed class JsonLinesWriter(Terminal terminal, ReportShape shape) : IReportWriter
{
    public void Row(params IReadOnlyList<object?> values)
    {
        terminal.Output.WriteLine(Json.ObjectOf([("schema", ReportShape.Schema), .. shape.Columns.Select((column, i) => (column.Name, values[i]))]));
        terminal.Output.Flush();
    }

    public void End(params IReadOnlyList<(string Name, object? Value)> facts)
    {
    }
}
