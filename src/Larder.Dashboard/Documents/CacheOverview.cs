namespace Larder.Dashboard.Documents;

/// <summary>A cache: how it does now, and what it has done since the process began.</summary>
internal sealed record CacheOverview(
    string Name,
    string Tier,
    string Status,
    IReadOnlyList<string> Reasons,
    ReadShares? HitRatio,
    RatesDocument PerSecond,
    LatencyDocument Latency,
    long Entries,
    long Bytes,
    long MaxEntries,
    long MaxBytes,
    TotalsDocument Totals,
    EvictionsDocument Evictions,
    SavedDocument Saved,
    string LocalCopies);
