using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace Larder.Diagnostics;

/// <summary>A log whose messages are one line each, whatever the keys in them hold: control characters are written as escapes. What structured logs get is left as it is.</summary>
internal sealed class OneLineLogger(ILogger inner) : ILogger
{
    private static readonly SearchValues<char> s_breaking = SearchValues.Create([.. Enumerable.Range(0, 0xA0).Select(code => (char)code).Where(char.IsControl), '\u2028', '\u2029']);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull =>
        inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        inner.Log(logLevel, eventId, state, exception, (own, cause) => OneLine(formatter(own, cause)));

    private static string OneLine(string text)
    {
        if (!text.AsSpan().ContainsAny(s_breaking))
        {
            return text;
        }

        var line = new StringBuilder(text.Length + 16);
        foreach (var character in text)
        {
            _ = s_breaking.Contains(character) ? line.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:X4}") : line.Append(character);
        }

        return line.ToString();
    }
}
