using Larder.Cli.CommandLine;

namespace Larder.Cli.Rendering;

/// <summary>One object whose list is written while it grows, a result a line.</summary>
internal sealed class JsonReportWriter : IReportWriter
{
    private readonly TextWriter _output;
    private readonly ReportShape _shape;
    private bool _hasRows;

    public JsonReportWriter(Terminal terminal, ReportShape shape)
    {
        (_output, _shape) = (terminal.Output, shape);
        _output.Write($"{{\n  \"schema\": {ReportShape.Schema},\n  \"{shape.Name}\": [");
    }

    public void Row(params IReadOnlyList<object?> values)
    {
        _output.Write(_hasRows ? ",\n    " : "\n    ");
        _output.Write(Json.ObjectOf(_shape.Columns.Select((column, i) => (column.Name, values[i]))));
        _hasRows = true;
    }

    public void End(params IReadOnlyList<(string Name, object? Value)> facts)
    {
        _output.Write(_hasRows ? "\n  ]" : "]");
        foreach (var (name, value) in facts)
        {
            _output.Write($",\n  \"{name}\": {Json.ValueOf(value)}");
        }

        _output.Write("\n}\n");
    }
}
