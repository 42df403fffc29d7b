using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Larder.Diagnostics;

/// <summary>All by which a cache tells what it does: counters, events, log, and the tag that its measurements carry.</summary>
internal sealed class CacheDiagnostics
{
    public CacheDiagnostics(string name, ILoggerFactory? loggerFactory, TimeProvider? time = null)
    {
        Name = name;
        NameTag = new("larder.cache.name", name);
        Logger = loggerFactory is null ? NullLogger.Instance : new LimitedLogger(loggerFactory.CreateLogger("Larder.Cache"), name, time ?? TimeProvider.System);
        Events.HandlerFailed = exception =>
        {
            Counters.Increment(Counter.HandlerErrors);
            Log.EventHandlerFailed(Logger, Name, exception);
        };
    }

    public string Name { get; }

    public KeyValuePair<string, object?> NameTag { get; }

    public StripedCounters Counters { get; } = new();

    public CacheEvents Events { get; } = new();

    public ILogger Logger { get; }
}
