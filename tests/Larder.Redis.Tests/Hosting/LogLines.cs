using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Larder.Redis.Tests.Hosting;

/// <summary>Keeps what is logged, each line with its category, level, id, message and the whole exception.</summary>
internal sealed class LogLines : ILoggerFactory
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> Lines => _lines;

    /// <summary>Gets what Larder logged.</summary>
    public IEnumerable<string> OfLarder => _lines.Where(line => line.StartsWith("Larder.", StringComparison.Ordinal));

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    private sealed class Logger(LogLines owner, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            owner._lines.Enqueue($"{category} {logLevel} {eventId.Id}: {formatter(state, exception)} {exception}");
    }
}
