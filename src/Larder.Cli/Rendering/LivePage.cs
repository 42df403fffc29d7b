using Larder.Cli.CommandLine;
using Spectre.Console.Rendering;

namespace Larder.Cli.Rendering;

/// <summary>A page of the terminal that is drawn over again. What was on the screen before comes back at its end.</summary>
internal sealed class LivePage : IDisposable
{
    private const string Enter = "\u001b[?1049h\u001b[?25l";
    private const string Leave = "\u001b[?25h\u001b[?1049l";
    private const string Home = "\u001b[H\u001b[J";

    private readonly Terminal _terminal;

    public LivePage(Terminal terminal)
    {
        _terminal = terminal;
        Move(Enter);
    }

    /// <summary>Draws the page.</summary>
    public void Show(IRenderable content, string footer)
    {
        Move(Home);
        Screen.Write(_terminal, content);
        _terminal.Output.WriteLine();
        _terminal.Output.WriteLine(footer);
        _terminal.Output.Flush();
    }

    public void Dispose() => Move(Leave);

    /// <summary>Moves the cursor, on a terminal that understands it; elsewhere pages follow each other.</summary>
    private void Move(string sequence)
    {
        if (_terminal.IsColored)
        {
            _terminal.Output.Write(sequence);
        }
    }
}
