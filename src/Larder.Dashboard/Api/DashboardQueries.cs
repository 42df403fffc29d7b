using Larder.Dashboard.Access;
using Larder.Dashboard.Collecting;
using Larder.Dashboard.Documents;
using Larder.Diagnostics;
using Larder.Inspection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Larder.Dashboard.Api;

/// <summary>Answers the questions of the API, from what was collected and from what the inspectors of the caches say.</summary>
internal sealed class DashboardQueries(DashboardCollector collector)
{
    public MeDocument Me(Rights rights) => new(
        collector.Application,
        collector.Environment,
        NodeReporter.NodeId,
        typeof(ICache).Assembly.GetName().Version?.ToString(3) ?? "",
        CanView: true,
        rights.HasFlag(Rights.ViewValues),
        rights.HasFlag(Rights.Invalidate),
        [.. collector.Caches.Select(cache => cache.Name)]);

    public OverviewDocument Overview() => new(collector.Now, [.. collector.Caches.Select(Overview)]);

    public HistoryDocument History(string? name, int minutes)
    {
        var cache = Find(name);
        var points = cache.Series.Points(TimeSpan.FromMinutes(minutes), collector.Now);
        return new HistoryDocument(
            cache.Name,
            points.Count < 2 ? 2 : (points[^1].At - points[0].At).TotalSeconds / (points.Count - 1),
            Column(points, point => point.At.ToUnixTimeMilliseconds() / 1000.0),
            new SeriesDocument(
                Column(points, point => point.Hits),
                Column(points, point => point.Stale),
                Column(points, point => point.Misses),
                Column(points, point => point.Loads),
                Column(points, point => point.Errors),
                Column(points, point => point.Evictions),
                Measured(points, point => point.ReadP50),
                Measured(points, point => point.ReadP95),
                Measured(points, point => point.ReadP99),
                Measured(points, point => point.LoadP99),
                Column(points, point => point.Entries),
                Column(points, point => point.Bytes)));
    }

    public async ValueTask<LevelsDocument> LevelsAsync(CancellationToken cancellationToken)
    {
        var caches = new List<LevelsOfCache>();
        foreach (var cache in collector.Caches)
        {
            var tiers = await cache.Cache.Inspect().TiersAsync(cancellationToken).ConfigureAwait(false);
            caches.Add(new LevelsOfCache(cache.Name, [.. tiers.Select(tier =>
                new LevelDocument(tier.Name, tier.Description, tier.Status.ToString(), tier.Reason, tier.Figures.ToDictionary(figure => figure.Key, figure => figure.Value)))]));
        }

        return new LevelsDocument(caches);
    }

    public async ValueTask<KeysDocument> KeysAsync(string? name, EntryScan scan, CancellationToken cancellationToken)
    {
        var page = await Find(name).Cache.Inspect().ScanAsync(scan, cancellationToken).ConfigureAwait(false);
        return new KeysDocument([.. page.Entries.Select(Entry)], page.Cursor, page.Scanned, page.Total);
    }

    public async ValueTask<EntryDocument> EntryAsync(string? name, string key, CancellationToken cancellationToken) =>
        Entry(await Find(name).Cache.Inspect().FindAsync(key, cancellationToken).ConfigureAwait(false) ?? throw NoEntry(key));

    public async ValueTask<ValueDocument> ValueAsync(string? name, string key, int length, Func<string, string, string>? redact, CancellationToken cancellationToken)
    {
        var preview = await Find(name).Cache.Inspect().PreviewAsync(key, length, cancellationToken).ConfigureAwait(false) ?? throw NoEntry(key);
        return new ValueDocument(preview.Format.ToString(), redact is null ? preview.Text : redact(key, preview.Text), preview.Length, preview.IsTruncated);
    }

    public async ValueTask<TagsDocument> TagsAsync(string? name, string pattern, string? cursor, CancellationToken cancellationToken)
    {
        var cache = Find(name);
        var page = await cache.Cache.Inspect().TagsAsync(pattern, cursor, cancellationToken).ConfigureAwait(false);
        return new TagsDocument([.. page.Tags.Select(tag => new TagDocument(tag.Name, tag.Entries, tag.IsShared, collector.Events.LastInvalidated(cache.Name, tag.Name)))], page.Cursor);
    }

    public async ValueTask<NodesDocument> NodesAsync(CancellationToken cancellationToken)
    {
        var reports = new List<NodeReport>();
        foreach (var cache in collector.Caches)
        {
            try
            {
                reports.AddRange(await cache.Cache.Inspect().NodesAsync(cancellationToken).ConfigureAwait(false));
            }
            catch (Exception exception) when (exception is not OperationCanceledException and not ObjectDisposedException)
            {
                // Its store is away: this process can still speak for itself.
                reports.Add(await new NodeReporter(cache.Cache.Core, collector.Application, collector.Environment).ReportAsync(cancellationToken).ConfigureAwait(false));
            }
        }

        return new NodesDocument([.. reports.GroupBy(report => report.Id, StringComparer.Ordinal).Select(NodeReportMap.Node).OrderByDescending(node => node.IsSelf).ThenBy(node => node.Id, StringComparer.Ordinal)]);
    }

    public async ValueTask<WorkDocument> WorkAsync(CancellationToken cancellationToken)
    {
        var nodes = (await NodesAsync(cancellationToken).ConfigureAwait(false)).Nodes;
        return new WorkDocument([.. nodes.SelectMany(node => node.Locks)], [.. nodes.SelectMany(node => node.WriteBehind)]);
    }

    public EventsDocument Events(long after)
    {
        collector.NoteWatched();
        return collector.Events.After(after);
    }

    public ConfigDocument Config() => new([.. collector.Caches.Select(cache => Settings.Of(cache, collector.Services))]);

    /// <summary>Gets a cache by its name; the unnamed one without.</summary>
    private WatchedCache Find(string? name) =>
        collector.TryFind(name, out var cache) ? cache : throw new RefusedException(StatusCodes.Status404NotFound, $"There is no cache '{name}'.");

    private static RefusedException NoEntry(string key) => new(StatusCodes.Status404NotFound, $"There is no entry '{key}'.");

    private static double[] Column(IReadOnlyList<SeriesPoint> points, Func<SeriesPoint, double> of) => [.. points.Select(of)];

    private static double?[] Measured(IReadOnlyList<SeriesPoint> points, Func<SeriesPoint, double> of) => [.. points.Select(point => of(point) is var value && double.IsFinite(value) ? value : (double?)null)];

    private EntryDocument Entry(EntryInfo entry) => new(
        entry.Key,
        entry.Tiers.ToString(),
        entry.TimeToLive?.TotalSeconds,
        entry.TimeToLive is { } life ? collector.Now + life : null,
        entry.Age?.TotalSeconds,
        entry.SlidingExpiration?.TotalSeconds,
        entry.MaxStale.TotalSeconds,
        entry.IsStale,
        entry.Size,
        entry.UncompressedSize,
        entry.Format,
        entry.Tags,
        entry.Version.ToString(System.Globalization.CultureInfo.InvariantCulture));

    private static CacheOverview Overview(WatchedCache cache)
    {
        var total = cache.Cache.Statistics.Snapshot();
        var last = cache.Series.LastMinute();
        var health = cache.Health;
        var core = cache.Cache.Core;
        var limits = core.Memory?.Limits;
        return new CacheOverview(
            cache.Name,
            core.Tier.Description,
            (health?.Status ?? HealthStatus.Healthy).ToString(),
            health is null ? [] : [.. health.Findings.Select(finding => finding.Reason)],
            last is { Counted.Counted: { Reads: > 0 } reads } ? new ReadShares((double)reads.FreshHits / reads.Reads, (double)reads.StaleHits / reads.Reads, (double)reads.Misses / reads.Reads) : null,
            last is { } minute ? RatesOf(minute.Counted, minute.Seconds) : new RatesDocument(0, 0, 0, 0, 0),
            new LatencyDocument(Percentiles(last?.Counted.Reads), Percentiles(last?.Counted.Writes), Percentiles(last?.Counted.Loads)),
            total.Entries,
            total.Bytes,
            limits?.MaxEntries ?? -1,
            limits?.MaxBytes ?? -1,
            new TotalsDocument(
                total.FreshHits,
                total.StaleHits,
                total.Misses,
                total.Reads,
                total.Loads,
                total.JoinedLoads,
                total.Refreshes,
                total.LoadFailures,
                total.LoadTimeouts,
                total.DiscardedLoads,
                total.Sets,
                total.Removes,
                total.SharedReads,
                total.DroppedCopies,
                total.Suspicions,
                total.PendingInvalidations,
                total.TypeMismatches,
                total.BadEntries,
                total.TierErrors,
                total.DeferredInvalidations,
                total.HandlerErrors),
            new EvictionsDocument(
                total.ExpiredEvictions, total.EntryLimitEvictions, total.ByteLimitEvictions, total.TooLargeEvictions, total.TagEvictions, total.MemoryPressureEvictions),
            new SavedDocument(
                total.LoadsAvoided,
                total.JoinedLoads,
                total.TimeSaved?.TotalSeconds,
                total.Loads > 0 ? (total.LoadTime / total.Loads).TotalSeconds : null,
                core.Tier.OutlivesProcess ? Math.Max(0, total.Reads - total.SharedReads) : null),
            total.LocalCopies.ToString());
    }

    private static RatesDocument RatesOf(Look counted, double seconds) => new(
        counted.Counted.Reads / seconds,
        (counted.Counted.Sets + counted.Counted.Removes) / seconds,
        counted.Counted.Loads / seconds,
        counted.Counted.Evictions / seconds,
        counted.Errors / seconds);

    private static PercentilesDocument? Percentiles(long[]? counts) => counts is not null && LatencyHistogram.Percentile(counts, 0.5) is { } median
        ? new PercentilesDocument(median.TotalSeconds, LatencyHistogram.Percentile(counts, 0.95)!.Value.TotalSeconds, LatencyHistogram.Percentile(counts, 0.99)!.Value.TotalSeconds)
        : null;
}
