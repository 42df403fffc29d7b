namespace Larder.Dashboard.Documents;

/// <summary>The counters of a cache.</summary>
internal sealed record TotalsDocument(
    long FreshHits,
    long StaleHits,
    long Misses,
    long Reads,
    long Loads,
    long JoinedLoads,
    long Refreshes,
    long LoadFailures,
    long LoadTimeouts,
    long DiscardedLoads,
    long Sets,
    long Removes,
    long SharedReads,
    long DroppedCopies,
    long Suspicions,
    long PendingInvalidations,
    long TypeMismatches,
    long BadEntries,
    long TierErrors,
    long DeferredInvalidations,
    long HandlerErrors);
