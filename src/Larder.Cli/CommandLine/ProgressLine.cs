using System.Globalization;

namespace Larder.Cli.CommandLine;

/// <summary>A line on the error output that tells how far something is, where somebody looks at it.</summary>
/// <param name="terminal">The terminal.</param>
/// <param name="what">What is counted.</param>
internal sealed class ProgressLine(Terminal terminal, string what) : IProgress<long>, IDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(200);

    private readonly Lock _gate = new();
    private long _last;
    private bool _isShown;

    public void Report(long value) => Report(value, total: null);

    /// <summary>Tells how far it is.</summary>
    /// <param name="value">How many there were.</param>
    /// <param name="total">How many there are in all, if that is known.</param>
    public void Report(long value, long? total)
    {
        lock (_gate)
        {
            if (!terminal.IsErrorTerminal || (_isShown && terminal.Time.GetElapsedTime(_last) < s_interval))
            {
                return;
            }

            (_last, _isShown) = (terminal.Time.GetTimestamp(), true);
            terminal.Error.Write(string.Create(CultureInfo.InvariantCulture, $"\r{value:N0}{(total is null ? "" : $" of about {total:N0}")} {what} "));
        }
    }

    /// <summary>Takes the line away.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isShown)
            {
                terminal.Error.Write("\r" + new string(' ', 70) + "\r");
                _isShown = false;
            }
        }
    }
}
