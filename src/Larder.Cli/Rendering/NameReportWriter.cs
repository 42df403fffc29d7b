using Larder.Cli.CommandLine;

namespace Larder.Cli.Rendering;

/// <summary>The names of the results, one a line. They go to other programs as they are; on a screen their control characters are shown.</summary>
internal sealed class NameReportWriter(Terminal terminal) : IReportWriter
{
    public void Row(params IReadOnlyList<object?> values)
    {
        var name = values[0]?.ToString() ?? "";
        terminal.Output.WriteLine(terminal.IsOutputTerminal ? Humane.Printable(name) : name);
    }

    public void End(params IReadOnlyList<(string Name, object? Value)> facts)
    {
    }
}
