using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Larder.Diagnostics;

/// <summary>The instruments of write-behind, read from its statistics when somebody collects.</summary>
internal static class WriteMetrics
{
    private static readonly ConcurrentDictionary<object, (CacheDiagnostics Diagnostics, string Source, Func<WriteBehindStatistics> Read)> s_queues = new();

    public static void Create(Meter meter)
    {
        meter.CreateObservableUpDownCounter("larder.write_behind.queued", () => Each(static statistics => statistics.Queued), "{write}", "Accepted writes that the source does not have yet.");
        meter.CreateObservableGauge("larder.write_behind.lag", () => Each(static statistics => statistics.Lag.TotalSeconds), "s", "How long the oldest of them has waited.");
        meter.CreateObservableCounter("larder.write_behind.writes", Outcomes, "{write}", "Writes, by what became of them.");
        meter.CreateObservableCounter("larder.write_behind.failures", () => Each(static statistics => statistics.Failures), "{call}", "Calls of the source that failed.");
    }

    /// <summary>Shows the statistics of a queue.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="diagnostics">Those of its cache.</param>
    /// <param name="source">What its values are.</param>
    /// <param name="read">Reads the statistics.</param>
    public static void Add(object queue, CacheDiagnostics diagnostics, string source, Func<WriteBehindStatistics> read) => s_queues[queue] = (diagnostics, source, read);

    public static void Remove(object queue) => s_queues.TryRemove(queue, out _);

    /// <summary>Gets how long the oldest accepted write of a cache has waited for its source.</summary>
    public static TimeSpan LongestLag(CacheDiagnostics diagnostics) =>
        s_queues.Values.Where(queue => queue.Diagnostics == diagnostics).Select(queue => queue.Read().Lag).DefaultIfEmpty().Max();

    /// <summary>Gets the queues of a cache.</summary>
    public static IReadOnlyList<WriteBehindReport> Of(CacheDiagnostics diagnostics) =>
        [.. s_queues.Values.Where(queue => queue.Diagnostics == diagnostics).Select(queue => new WriteBehindReport(queue.Source, queue.Read()))];

    private static IEnumerable<Measurement<long>> Outcomes()
    {
        foreach (var (diagnostics, source, read) in s_queues.Values)
        {
            var statistics = read();
            foreach (var (value, outcome) in new[]
            {
                (statistics.Accepted, "accepted"),
                (statistics.Coalesced, "coalesced"),
                (statistics.Delivered, "delivered"),
                (statistics.DeadLettered, "dead_lettered"),
                (statistics.WrittenThrough, "written_through"),
                (statistics.Rejected, "rejected"),
            })
            {
                yield return new Measurement<long>(value, diagnostics.NameTag, new("larder.source", source), new("outcome", outcome));
            }
        }
    }

    private static IEnumerable<Measurement<T>> Each<T>(Func<WriteBehindStatistics, T> value)
        where T : struct =>
        s_queues.Values.Select(queue => new Measurement<T>(value(queue.Read()), queue.Diagnostics.NameTag, new("larder.source", queue.Source)));
}
