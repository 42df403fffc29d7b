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
    HandlerErrors,
    ExpiredEvictions,
    EntryLimitEvictions,
    ByteLimitEvictions,
    TooLargeEvictions,
    TagEvictions,
    Sweeps,
    SweptEntries,
    Count,
}
