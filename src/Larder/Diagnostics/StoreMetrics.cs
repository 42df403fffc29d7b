using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Larder.Diagnostics;

/// <summary>The instrument of stores, read from their statistics when somebody collects.</summary>
internal static class StoreMetrics
{
    private static readonly ConcurrentDictionary<object, (CacheDiagnostics Diagnostics, Func<IEnumerable<KeyValuePair<string, StoreStatistics>>> Read)> s_caches = new();

    public static void Create(Meter meter) =>
        meter.CreateObservableCounter("larder.store.operations", Operations, "{operation}", "What the stores of database rows did.");

    /// <summary>Shows the stores of a cache.</summary>
    /// <param name="stores">What they share.</param>
    /// <param name="diagnostics">Those of the cache.</param>
    /// <param name="read">Reads the statistics, by the names of the stores.</param>
    public static void Add(object stores, CacheDiagnostics diagnostics, Func<IEnumerable<KeyValuePair<string, StoreStatistics>>> read) => s_caches[stores] = (diagnostics, read);

    public static void Remove(object stores) => s_caches.TryRemove(stores, out _);

    private static IEnumerable<Measurement<long>> Operations()
    {
        foreach (var (diagnostics, read) in s_caches.Values)
        {
            foreach (var (store, statistics) in read())
            {
                foreach (var (value, operation) in new[]
                {
                    (statistics.Reads, "read"),
                    (statistics.Queries, "query"),
                    (statistics.Loads, "load"),
                    (statistics.Bypassed, "bypass"),
                    (statistics.Writes, "write"),
                    (statistics.RowInvalidations, "invalidate_row"),
                    (statistics.TableInvalidations, "invalidate_table"),
                    (statistics.FailedInvalidations, "failed_invalidation"),
                })
                {
                    yield return new Measurement<long>(value, diagnostics.NameTag, new("larder.store", store), new("operation", operation));
                }
            }
        }
    }
}
