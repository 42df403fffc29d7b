using Larder.Cli.CommandLine;
using Larder.Cli.Rendering;
using Spectre.Console;

namespace Larder.Cli.Doctor;

/// <summary>Findings for people: what is wrong with its meaning and its cure, what is well in a line.</summary>
internal static class FindingText
{
    public static void Write(Terminal terminal, IEnumerable<Finding> findings)
    {
        var grid = new Grid();
        grid.AddColumn(new GridColumn().PadLeft(0).PadRight(2).NoWrap());
        grid.AddColumn(new GridColumn().PadLeft(0).PadRight(2).NoWrap());
        grid.AddColumn(new GridColumn().PadLeft(0).PadRight(0));
        foreach (var finding in findings)
        {
            var (word, style) = finding.Severity switch
            {
                Severity.Error => ("error", new Style(Color.Red, decoration: Decoration.Bold)),
                Severity.Warning => ("warning", new Style(Color.Yellow, decoration: Decoration.Bold)),
                Severity.Unknown => ("unknown", Style.Plain),
                _ => ("ok", new Style(Color.Green)),
            };
            grid.AddRow(new Text(word, style), new Text(finding.Check), new Text(TextOf(finding)));
        }

        Screen.Write(terminal, grid);
    }

    private static string TextOf(Finding finding)
    {
        var line = $"{finding.Setting}: {finding.Value}{(finding.Server.Length == 0 ? "" : $" [{finding.Server}]")}";
        return string.Join('\n', new[] { line, finding.Message, finding.Advice is null ? null : $"-> {finding.Advice}" }.OfType<string>().Select(Humane.Printable));
    }
}
