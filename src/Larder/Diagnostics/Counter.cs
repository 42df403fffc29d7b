namespace Larder.Diagnostics;

/// <summary>What is counted.</summary>
internal enum Counter
{
    FreshHits,
    StaleHits,
    Misses,
    Loads,
    JoinedLoads,
    Refreshes,
    DiscardedLoads,
    LoadFailures,
    LoadTimeouts,
    Sets,
    Removes,
    TypeMismatches,
    BadEntries,
    TierErrors,
    DeferredInvalidations,
    HandlerErrors,
    SharedReads,
    DroppedCopies,
    Suspicions,
    ExpiredEvictions,
    EntryLimitEvictions,
    ByteLimitEvictions,
    TooLargeEvictions,
    TagEvictions,
    MemoryPressureEvictions,
    Sweeps,
    SweptEntries,

    /// <summary>The time that loads took together, in ticks of 100 ns.</summary>
    LoadTicks,

    /// <summary>Hits in the window of the eviction order; not shown, for its tuner.</summary>
    WindowHits,

    /// <summary>Hits in the main space of the eviction order; not shown, for its tuner.</summary>
    MainHits,
    Count,
}
