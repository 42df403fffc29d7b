using Larder.Diagnostics;
using Larder.Tiers;

namespace Larder;

/// <summary>The live counters of a cache, exact and never reset: take two snapshots and their difference to look at a span of time.</summary>
public sealed class CacheStatistics
{
    private readonly StripedCounters _counters;
    private readonly CacheTier _tier;
    private readonly Func<DateTimeOffset?> _lastSweep;
    private readonly TimeProvider _timeProvider;

    internal CacheStatistics(StripedCounters counters, CacheTier tier, Func<DateTimeOffset?> lastSweep, TimeProvider timeProvider)
    {
        _counters = counters;
        _tier = tier;
        _lastSweep = lastSweep;
        _timeProvider = timeProvider;
    }

    /// <summary>Gets how many entries are held in memory, including expired ones that have not been reclaimed yet; -1 where it is not known.</summary>
    public long Entries => _tier.HeldEntries;

    /// <summary>Gets what the held entries weigh in bytes, by the weigher; -1 where it is not known.</summary>
    public long Bytes => _tier.HeldBytes;

    /// <summary>Gets how many writes and removals wait for a store that is away.</summary>
    public long PendingInvalidations => _tier.PendingInvalidations;

    /// <summary>Gets whether copies are kept in memory of what is in a shared store, and how they are kept in step.</summary>
    public LocalCopies LocalCopies => _tier.LocalCopies;

    /// <summary>Gets the share of reads that were hits; <see langword="null"/> when there was no read.</summary>
    public Ratio? HitRatio => Snapshot().HitRatio;

    /// <summary>Reads all counters.</summary>
    /// <returns>Their values now.</returns>
    public CacheStatisticsSnapshot Snapshot() => new()
    {
        TakenAt = _timeProvider.GetUtcNow(),

        // What is part of something else is counted after it, and so read before it: no snapshot has more refreshes than loads.
        Refreshes = _counters[Counter.Refreshes],
        DiscardedLoads = _counters[Counter.DiscardedLoads],
        LoadFailures = _counters[Counter.LoadFailures],
        LoadTimeouts = _counters[Counter.LoadTimeouts],
        TypeMismatches = _counters[Counter.TypeMismatches],
        FreshHits = _counters[Counter.FreshHits],
        StaleHits = _counters[Counter.StaleHits],
        Misses = _counters[Counter.Misses],
        Loads = _counters[Counter.Loads],
        LoadTime = TimeSpan.FromTicks(_counters[Counter.LoadTicks]),
        JoinedLoads = _counters[Counter.JoinedLoads],
        Sets = _counters[Counter.Sets],
        Removes = _counters[Counter.Removes],
        BadEntries = _counters[Counter.BadEntries],
        TierErrors = _counters[Counter.TierErrors],
        DeferredInvalidations = _counters[Counter.DeferredInvalidations],
        HandlerErrors = _counters[Counter.HandlerErrors],
        SharedReads = _counters[Counter.SharedReads],
        DroppedCopies = _counters[Counter.DroppedCopies],
        Suspicions = _counters[Counter.Suspicions],
        PendingInvalidations = PendingInvalidations,
        LocalCopies = LocalCopies,
        ExpiredEvictions = _counters[Counter.ExpiredEvictions],
        EntryLimitEvictions = _counters[Counter.EntryLimitEvictions],
        ByteLimitEvictions = _counters[Counter.ByteLimitEvictions],
        TooLargeEvictions = _counters[Counter.TooLargeEvictions],
        TagEvictions = _counters[Counter.TagEvictions],
        MemoryPressureEvictions = _counters[Counter.MemoryPressureEvictions],
        Sweeps = _counters[Counter.Sweeps],
        SweptEntries = _counters[Counter.SweptEntries],
        LastSweep = _lastSweep(),
        Entries = Entries,
        Bytes = Bytes,
    };

    /// <summary>Reads all counters and takes those of an earlier snapshot from them.</summary>
    /// <param name="earlier">The earlier snapshot.</param>
    /// <returns>What happened since; entries and bytes are those of now.</returns>
    public CacheStatisticsSnapshot Since(CacheStatisticsSnapshot earlier) => Snapshot().Since(earlier);
}
