using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Larder.Diagnostics;

/// <summary>
/// The meter and the activity source, both named <c>Larder</c>. Counts are read from the statistics when somebody collects; durations are
/// measured only while somebody listens.
/// </summary>
internal static class CacheMetrics
{
    public const string Name = "Larder";

    private static readonly ConcurrentDictionary<CacheStatistics, CacheDiagnostics> s_caches = new();
    private static readonly Meter s_meter = new(Name, typeof(CacheMetrics).Assembly.GetName().Version?.ToString(3));

    private static readonly Histogram<double> s_loadDuration = s_meter.CreateHistogram(
        "larder.load.duration", "s", "How long loaders took.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] });

    private static readonly Histogram<double> s_operationDuration = s_meter.CreateHistogram(
        "larder.operation.duration", "s", "How long operations of the cache took, waiting for loads included.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.000_001, 0.000_01, 0.000_1, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5] });

    private static readonly Histogram<double> s_commandDuration = s_meter.CreateHistogram(
        "larder.redis.duration", "s", "How long commands to Redis took, further tries included.", advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5] });

    private static readonly Counter<long> s_leases = s_meter.CreateCounter<long>("larder.rate_limit.leases", "{lease}", "Requests for permits, by outcome.");

    static CacheMetrics()
    {
        Observe("larder.requests", "{request}", "Reads, by outcome.", static snapshot =>
        [
            (snapshot.FreshHits, "outcome", "hit"),
            (snapshot.StaleHits, "outcome", "stale"),
            (snapshot.Misses, "outcome", "miss"),
        ]);
        Observe("larder.loads", "{load}", "Calls of loaders, counted when they begin.", static snapshot => [(snapshot.Loads, null, null)]);
        Observe("larder.loads.failed", "{load}", "Loads that failed, by kind.", static snapshot =>
        [
            (snapshot.LoadFailures, "error.type", "loader"),
            (snapshot.LoadTimeouts, "error.type", "timeout"),
        ]);
        Observe("larder.loads.joined", "{request}", "Reads that waited for the load of another.", static snapshot => [(snapshot.JoinedLoads, null, null)]);
        Observe("larder.evictions", "{entry}", "Entries that left without being asked to, by reason.", static snapshot =>
        [
            (snapshot.ExpiredEvictions, "reason", "expired"),
            (snapshot.EntryLimitEvictions, "reason", "entry_limit"),
            (snapshot.ByteLimitEvictions, "reason", "byte_limit"),
            (snapshot.TooLargeEvictions, "reason", "too_large"),
            (snapshot.TagEvictions, "reason", "tag_invalidated"),
            (snapshot.MemoryPressureEvictions, "reason", "memory_pressure"),
        ]);
        Observe("larder.errors", "{error}", "Errors that callers did not see, by kind.", static snapshot =>
        [
            (snapshot.TypeMismatches, "error.type", "type_mismatch"),
            (snapshot.BadEntries, "error.type", "bad_entry"),
            (snapshot.TierErrors, "error.type", "tier"),
            (snapshot.DeferredInvalidations, "error.type", "deferred"),
            (snapshot.HandlerErrors, "error.type", "event_handler"),
        ]);
        Observe("larder.shared.reads", "{request}", "Reads that went to a store that is shared with other processes.", static snapshot => [(snapshot.SharedReads, null, null)]);
        Observe("larder.local.invalidations", "{invalidation}", "Changes that the shared store or another process told of.", static snapshot => [(snapshot.DroppedCopies, null, null)]);
        Observe("larder.local.suspicions", "{suspicion}", "Times that the copies in memory were not to be trusted any more.", static snapshot => [(snapshot.Suspicions, null, null)]);
        s_meter.CreateObservableUpDownCounter("larder.invalidations.pending", () => Each(static statistics => [(statistics.PendingInvalidations, null, null)]), "{invalidation}", "Writes and removals that wait for a store that is away.");
        s_meter.CreateObservableUpDownCounter("larder.entries", () => Each(static statistics => [(statistics.Entries, null, null)]), "{entry}", "Entries held in memory.");
        WriteMetrics.Create(s_meter);
        StoreMetrics.Create(s_meter);
        s_meter.CreateObservableUpDownCounter("larder.size", () => Each(static statistics => [(statistics.Bytes, null, null)]), "By", "What the held entries weigh.");
    }

    public static ActivitySource Activities { get; } = new(Name, typeof(CacheMetrics).Assembly.GetName().Version?.ToString(3));

    /// <summary>Gets whether the next operation of this thread is to be timed. Counts nothing.</summary>
    public static bool IsTimeDue => s_operationDuration.Enabled || OperationSampling.IsDue;

    /// <summary>Begins an operation, and tells whether it is to be timed.</summary>
    public static bool BeginTimed() => OperationSampling.Take() | s_operationDuration.Enabled;

    public static bool TimesCommands => s_commandDuration.Enabled;

    public static void Add(CacheStatistics statistics, CacheDiagnostics diagnostics) => s_caches[statistics] = diagnostics;

    public static void Remove(CacheStatistics statistics) => s_caches.TryRemove(statistics, out _);

    public static void RecordLoad(CacheDiagnostics diagnostics, TimeSpan elapsed, string outcome)
    {
        diagnostics.Counters.Add(Counter.LoadTicks, elapsed.Ticks);
        diagnostics.Latencies?.Loads.Record(elapsed);
        s_loadDuration.Record(elapsed.TotalSeconds, diagnostics.NameTag, new("outcome", outcome));
    }

    public static void RecordOperation(CacheDiagnostics diagnostics, TimeSpan elapsed, string operation)
    {
        diagnostics.Latencies?.Record(operation, elapsed);
        s_operationDuration.Record(elapsed.TotalSeconds, diagnostics.NameTag, new("operation", operation));
    }

    /// <summary>Records a command. Its connection is shared by the caches of the process, so that it belongs to none.</summary>
    public static void RecordCommand(TimeSpan elapsed, string operation, string? error)
    {
        var tags = new TagList { { "operation", operation } };
        if (error is not null)
        {
            tags.Add("error.type", error);
        }

        s_commandDuration.Record(elapsed.TotalSeconds, tags);
    }

    public static void CountLease(CacheDiagnostics diagnostics, string outcome) => s_leases.Add(1, diagnostics.NameTag, new("outcome", outcome));

    private static void Observe(string name, string unit, string description, Func<CacheStatisticsSnapshot, (long Value, string? Tag, string? Of)[]> read) =>
        s_meter.CreateObservableCounter(name, () => Each(statistics => read(statistics.Snapshot())), unit, description);

    private static IEnumerable<Measurement<long>> Each(Func<CacheStatistics, (long Value, string? Tag, string? Of)[]> read)
    {
        foreach (var (statistics, diagnostics) in s_caches)
        {
            foreach (var (value, tag, of) in read(statistics))
            {
                yield return tag is null ? new Measurement<long>(value, diagnostics.NameTag) : new Measurement<long>(value, diagnostics.NameTag, new(tag, of));
            }
        }
    }
}
