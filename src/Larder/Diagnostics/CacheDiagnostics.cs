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
        Logger = loggerFactory is null ? NullLogger.Instance : new LimitedLogger(new OneLineLogger(loggerFactory.CreateLogger("Larder.Cache")), name, time ?? TimeProvider.System);
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

    /// <summary>Gets how long operations take; <see langword="null"/> until somebody wants to know.</summary>
    public Latencies? Latencies { get; private set; }

    public ILogger Logger { get; }

    /// <summary>Gets or sets who is told besides of what fails.</summary>
    public IFailureObserver? Observer { get; set; }

    /// <summary>Takes the time of some operations from now on.</summary>
    public Latencies KeepLatencies()
    {
        OperationSampling.Begin();
        return Latencies ??= new Latencies();
    }

    /// <summary>Takes note of a failure of a tier that the caller is spared.</summary>
    public void TierFailed(string operation, string key, Exception exception)
    {
        Counters.Increment(Counter.TierErrors);
        Log.TierFailed(Logger, Name, operation, key, exception);
        Observer?.TierFailed(operation, key, exception);
    }

    /// <summary>Takes note of a record that cannot be read.</summary>
    public void BadEntry(string key, string problem)
    {
        Counters.Increment(Counter.BadEntries);
        Log.BadEntry(Logger, Name, key, problem);
        Observer?.BadEntry(key, problem);
    }
}
