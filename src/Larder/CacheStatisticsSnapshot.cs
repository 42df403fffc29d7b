namespace Larder;

/// <summary>The counters of a cache at one moment, or their difference over a span of time.</summary>
public sealed record CacheStatisticsSnapshot
{
    /// <summary>Gets when the snapshot was taken.</summary>
    public DateTimeOffset TakenAt { get; init; }

    /// <summary>Gets how many: reads that found a fresh value.</summary>
    public long FreshHits { get; init; }

    /// <summary>Gets how many: reads that got a stale value, because it was invalidated lazily or the load failed or took too long.</summary>
    public long StaleHits { get; init; }

    /// <summary>Gets how many: reads that found no value.</summary>
    public long Misses { get; init; }

    /// <summary>Gets how many: calls of loaders, background ones included; one that loads many keys counts once. A load that timed out before it had its turn counts too.</summary>
    public long Loads { get; init; }

    /// <summary>Gets how long loads took together.</summary>
    public TimeSpan LoadTime { get; init; }

    /// <summary>Gets how many: reads that waited for a load that another had begun.</summary>
    public long JoinedLoads { get; init; }

    /// <summary>Gets how many: loads that renew what is there: in the background, and by <see cref="ICache.RefreshAsync{TState, T}"/>.</summary>
    public long Refreshes { get; init; }

    /// <summary>Gets how many: loads whose value was handed to its callers and not stored, because it was invalidated meanwhile.</summary>
    public long DiscardedLoads { get; init; }

    /// <summary>Gets how many: loads whose loader threw, cancellation by the last caller excepted.</summary>
    public long LoadFailures { get; init; }

    /// <summary>Gets how many: loads that took longer than the load timeout.</summary>
    public long LoadTimeouts { get; init; }

    /// <summary>Gets how many: entries stored by set, add, replace, exchange, compare-and-set, update, increment and transactions.</summary>
    public long Sets { get; init; }

    /// <summary>Gets how many: entries removed by key or pattern, or by clearing.</summary>
    public long Removes { get; init; }

    /// <summary>Gets how many: reads that found an entry of another type; they are misses too.</summary>
    public long TypeMismatches { get; init; }

    /// <summary>Gets how many: entries of a tier that could not be read; they are misses too.</summary>
    public long BadEntries { get; init; }

    /// <summary>Gets how many: failures of a tier that callers were spared.</summary>
    public long TierErrors { get; init; }

    /// <summary>Gets how many writes and removals could not be delivered to a store that was away, and are done as removals when it is back.</summary>
    public long DeferredInvalidations { get; init; }

    /// <summary>Gets how many writes and removals wait for a store that is away, at the moment of the snapshot.</summary>
    public long PendingInvalidations { get; init; }

    /// <summary>Gets how many: reads that went to a store that is shared with other processes, because there was no copy in memory, or none to be trusted.</summary>
    public long SharedReads { get; init; }

    /// <summary>Gets how many: times that the shared store, or another process, told of a change of a key or a tag.</summary>
    public long DroppedCopies { get; init; }

    /// <summary>Gets how many: times that the copies in memory were not to be trusted any more, because a connection was lost or silent.</summary>
    public long Suspicions { get; init; }

    /// <summary>Gets whether copies are kept in memory of what is in a shared store, and how they were kept in step at the moment of the snapshot.</summary>
    public LocalCopies LocalCopies { get; init; }

    /// <summary>Gets how many: exceptions of event handlers.</summary>
    public long HandlerErrors { get; init; }

    /// <summary>Gets how many: entries reclaimed because their time to live was over.</summary>
    public long ExpiredEvictions { get; init; }

    /// <summary>Gets how many: entries evicted because there were too many.</summary>
    public long EntryLimitEvictions { get; init; }

    /// <summary>Gets how many: entries evicted because they were too heavy together.</summary>
    public long ByteLimitEvictions { get; init; }

    /// <summary>Gets how many: entries not kept because each alone was too heavy.</summary>
    public long TooLargeEvictions { get; init; }

    /// <summary>Gets how many: entries reclaimed because a tag of theirs was invalidated.</summary>
    public long TagEvictions { get; init; }

    /// <summary>Gets how many: entries evicted because memory was short.</summary>
    public long MemoryPressureEvictions { get; init; }

    /// <summary>Gets how many: sweeps for entries that are of no use any more.</summary>
    public long Sweeps { get; init; }

    /// <summary>Gets how many: entries that sweeps reclaimed.</summary>
    public long SweptEntries { get; init; }

    /// <summary>Gets when the last sweep ended; <see langword="null"/> when there was none.</summary>
    public DateTimeOffset? LastSweep { get; init; }

    /// <summary>Gets how many entries were held when the snapshot was taken; -1 where it is not known.</summary>
    public long Entries { get; init; }

    /// <summary>Gets what the held entries weighed in bytes; -1 where it is not known.</summary>
    public long Bytes { get; init; }

    /// <summary>Gets how many reads found a value, fresh or stale.</summary>
    public long Hits => FreshHits + StaleHits;

    /// <summary>Gets how many reads there were: hits and misses.</summary>
    public long Reads => Hits + Misses;

    /// <summary>Gets the share of reads that were hits; <see langword="null"/> when there was no read.</summary>
    public Ratio? HitRatio => Hits >= 0 && Misses >= 0 ? Ratio.Of(Hits, Reads) : null;

    /// <summary>Gets how many entries were evicted, for whatever reason.</summary>
    public long Evictions => ExpiredEvictions + EntryLimitEvictions + ByteLimitEvictions + TooLargeEvictions + TagEvictions + MemoryPressureEvictions;

    /// <summary>Gets how many reads were spared a load: hits and joined loads.</summary>
    public long LoadsAvoided => Hits + JoinedLoads;

    /// <summary>Gets about how much time of the sources was saved: the loads avoided, each as long as loads took on average. <see langword="null"/> when nothing was loaded.</summary>
    public TimeSpan? TimeSaved => Loads > 0 && LoadsAvoided >= 0 ? LoadTime / Loads * LoadsAvoided : null;

    /// <summary>Takes an earlier snapshot from this one.</summary>
    /// <param name="earlier">The earlier snapshot, of the same cache.</param>
    /// <returns>What happened between the two; entries, bytes and last sweep are those of this one.</returns>
    public CacheStatisticsSnapshot Since(CacheStatisticsSnapshot earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        return this with
        {
            FreshHits = FreshHits - earlier.FreshHits,
            StaleHits = StaleHits - earlier.StaleHits,
            Misses = Misses - earlier.Misses,
            Loads = Loads - earlier.Loads,
            LoadTime = LoadTime - earlier.LoadTime,
            JoinedLoads = JoinedLoads - earlier.JoinedLoads,
            Refreshes = Refreshes - earlier.Refreshes,
            DiscardedLoads = DiscardedLoads - earlier.DiscardedLoads,
            LoadFailures = LoadFailures - earlier.LoadFailures,
            LoadTimeouts = LoadTimeouts - earlier.LoadTimeouts,
            Sets = Sets - earlier.Sets,
            Removes = Removes - earlier.Removes,
            TypeMismatches = TypeMismatches - earlier.TypeMismatches,
            BadEntries = BadEntries - earlier.BadEntries,
            TierErrors = TierErrors - earlier.TierErrors,
            DeferredInvalidations = DeferredInvalidations - earlier.DeferredInvalidations,
            HandlerErrors = HandlerErrors - earlier.HandlerErrors,
            SharedReads = SharedReads - earlier.SharedReads,
            DroppedCopies = DroppedCopies - earlier.DroppedCopies,
            Suspicions = Suspicions - earlier.Suspicions,
            ExpiredEvictions = ExpiredEvictions - earlier.ExpiredEvictions,
            EntryLimitEvictions = EntryLimitEvictions - earlier.EntryLimitEvictions,
            ByteLimitEvictions = ByteLimitEvictions - earlier.ByteLimitEvictions,
            TooLargeEvictions = TooLargeEvictions - earlier.TooLargeEvictions,
            TagEvictions = TagEvictions - earlier.TagEvictions,
            MemoryPressureEvictions = MemoryPressureEvictions - earlier.MemoryPressureEvictions,
            Sweeps = Sweeps - earlier.Sweeps,
            SweptEntries = SweptEntries - earlier.SweptEntries,
        };
    }
}
