using Larder.Cli.CommandLine;
using Spectre.Console;

namespace Larder.Cli.Rendering;

/// <summary>Writes one result: a line a field for people, one object in JSON.</summary>
internal static class RecordWriter
{
    public static void Write(Terminal terminal, OutputFormat format, ReportShape shape, IReadOnlyList<object?> values)
    {
        switch (format)
        {
            case OutputFormat.Json:
                terminal.Output.Write("{\n");
                terminal.Output.Write($"  \"schema\": {ReportShape.Schema}");
                for (var i = 0; i < values.Count; i++)
                {
                    terminal.Output.Write($",\n  \"{shape.Columns[i].Name}\": {Json.ValueOf(values[i])}");
                }

                terminal.Output.Write("\n}\n");
                break;
            case OutputFormat.Csv:
                new CsvReportWriter(terminal, shape).Row(values);
                break;
            case OutputFormat.Name:
                new NameReportWriter(terminal).Row(values);
                break;
            default:
                var grid = new Grid().AddColumn(new GridColumn().PadLeft(0).PadRight(2).NoWrap()).AddColumn(new GridColumn().PadLeft(0).PadRight(0));
                for (var i = 0; i < values.Count; i++)
                {
                    grid.AddRow(new Text(shape.Columns[i].Title), new Text(shape.Columns[i].TextOf(values[i])));
                }

                Screen.Write(terminal, grid);
                break;
        }
    }
}
