using System.Text;
using Larder.Cli.CommandLine;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Larder.Cli.Rendering;

/// <summary>Draws on a terminal by Spectre.Console, which is told what the terminal can do: by itself it writes colours into files.</summary>
internal static class Screen
{
    /// <summary>Draws, without blanks at the ends of lines.</summary>
    public static void Write(Terminal terminal, IRenderable what)
    {
        using var text = new StringWriter { NewLine = "\n" };
        Of(terminal, text).Write(what);
        foreach (var line in text.ToString().TrimEnd('\n', ' ').Split('\n'))
        {
            terminal.Output.WriteLine(line.TrimEnd());
        }
    }

    /// <summary>Makes what draws into a writer.</summary>
    public static IAnsiConsole Of(Terminal terminal, TextWriter output)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = terminal.IsColored ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = terminal.IsColored ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
            Out = new Sheet(output, terminal),
        });
        console.Profile.Capabilities.Unicode = true;
        return console;
    }

    private sealed class Sheet(TextWriter output, Terminal terminal) : IAnsiConsoleOutput
    {
        public TextWriter Writer => output;

        public bool IsTerminal => terminal.IsOutputTerminal;

        public int Width => terminal.Width;

        public int Height => 50;

        public void SetEncoding(Encoding encoding)
        {
        }
    }
}
