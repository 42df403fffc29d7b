using System.Globalization;
using Larder.Cli.CommandLine;

namespace Larder.Cli.Rendering;

/// <summary>A line of names and a line a result, as in RFC 4180. Durations are in seconds, lists have a blank between their items.</summary>
internal sealed class CsvReportWriter : IReportWriter
{
    private readonly TextWriter _output;

    public CsvReportWriter(Terminal terminal, ReportShape shape)
    {
        _output = terminal.Output;
        _output.WriteLine(string.Join(',', shape.Columns.Select(column => column.Name)));
    }

    public void Row(params IReadOnlyList<object?> values)
    {
        _output.WriteLine(string.Join(',', values.Select(value => Quote(TextOf(value)))));
        _output.Flush();
    }

    public void End(params IReadOnlyList<(string Name, object? Value)> facts)
    {
    }

    private static string TextOf(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "true" : "false",
        TimeSpan span => span.TotalSeconds.ToString("0.######", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        double number => number.ToString("0.######", CultureInfo.InvariantCulture),
        string text => text,
        IEnumerable<string> texts => string.Join(' ', texts),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static string Quote(string text) => text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
