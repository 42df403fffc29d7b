namespace ApiExplorer.Import;

/// <summary>A progress bar in a terminal; a plain line for every tenth when the output is redirected.</summary>
internal sealed class ProgressLine(TextWriter output, bool isTerminal, string title, int total) : IDisposable
{
    private const int Width = 32;
    private const int UnknownTerminal = 100;

    private int _lastTenth = -1;
    private int _lastPercent = -1;

    public void Report(int done, string detail)
    {
        if (isTerminal)
            Draw(done, detail);
        else
            PrintTenth(done, detail);
    }

    public void Dispose()
    {
        if (isTerminal)
            output.WriteLine();
    }

    private void Draw(int done, string detail)
    {
        var percent = total == 0 ? 100 : 100 * done / total;
        if (percent == _lastPercent && done != total)
            return;

        _lastPercent = percent;
        var filled = Width * percent / 100;
        var text = $"{title,-24} {new string('█', filled)}{new string('░', Width - filled)} {percent,3} %  {detail}";
        var width = TerminalWidth() - 1;
        output.Write('\r');
        output.Write(text.Length > width ? text[..width] : text.PadRight(width));
    }

    private void PrintTenth(int done, string detail)
    {
        var tenth = total == 0 ? 10 : 10 * done / total;
        if (tenth == _lastTenth)
            return;

        _lastTenth = tenth;
        output.WriteLine($"{title}: {tenth * 10} %  {detail}");
    }

    private static int TerminalWidth()
    {
        try
        {
            return Console.WindowWidth > 1 ? Console.WindowWidth : UnknownTerminal;
        }
        catch (IOException)
        {
            return UnknownTerminal;
        }
    }
}
