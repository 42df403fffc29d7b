using Microsoft.Extensions.Logging;

namespace Larder.Diagnostics;

/// <summary>A log that an outage does not flood: of each event from warning on up, so many are written in a span of time; of the others it is said how many they were.</summary>
internal sealed class LimitedLogger(ILogger inner, string cache, TimeProvider time) : ILogger
{
    public const int MaxPerSpan = 10;

    private const int LeftOutId = 11;

    public static readonly TimeSpan Span = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<int, EventCount> _counts = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull =>
        inner.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel < LogLevel.Warning || eventId.Id == LeftOutId)
        {
            inner.Log(logLevel, eventId, state, exception, formatter);
            return;
        }

        bool isWritten;
        long leftOut = 0;
        lock (_gate)
        {
            var now = time.GetTimestamp();
            if (!_counts.TryGetValue(eventId.Id, out var count) || time.GetElapsedTime(count.Start, now) >= Span)
            {
                leftOut = Math.Max(0, (count?.Seen ?? 0) - MaxPerSpan);
                _counts[eventId.Id] = count = new EventCount(now);
            }

            isWritten = ++count.Seen <= MaxPerSpan;
        }

        if (leftOut > 0)
        {
            Diagnostics.Log.LeftOut(inner, cache, leftOut, eventId.Id, (int)Span.TotalSeconds);
        }

        if (isWritten)
        {
            inner.Log(logLevel, eventId, state, exception, formatter);
        }
    }

    private sealed class EventCount(long start)
    {
        public long Start => start;

        public long Seen { get; set; }
    }
}
