using Larder.Diagnostics;

namespace Larder.Dashboard.Collecting;

/// <summary>What a cache had counted at a moment.</summary>
internal sealed record Look(CacheStatisticsSnapshot Counted, long[] Reads, long[] Writes, long[] Loads)
{
    public static Look At(CacheStatistics statistics, Latencies latencies) =>
        new(statistics.Snapshot(), latencies.Reads.Snapshot(), latencies.Writes.Snapshot(), latencies.Loads.Snapshot());

    /// <summary>Gets what was counted since an earlier look, and for how long.</summary>
    public (Look Counted, double Seconds) Since(Look earlier) =>
        (new Look(Counted.Since(earlier.Counted), Minus(Reads, earlier.Reads), Minus(Writes, earlier.Writes), Minus(Loads, earlier.Loads)), (Counted.TakenAt - earlier.Counted.TakenAt).TotalSeconds);

    /// <summary>Gets failures of every kind that callers were spared or met.</summary>
    public long Errors => Counted.LoadFailures + Counted.LoadTimeouts + Counted.TierErrors + Counted.BadEntries + Counted.TypeMismatches + Counted.HandlerErrors;

    private static long[] Minus(long[] later, long[] earlier) => [.. later.Select((count, index) => count - earlier[index])];
}
