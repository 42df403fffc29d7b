namespace Larder;

/// <summary>What is looked at to tell the health of a cache. Each rule is looked at by itself, whatever the others find.</summary>
public enum CacheHealthRule
{
    /// <summary>The shared store can be reached.</summary>
    StoreReachable,

    /// <summary>There is proof that changes elsewhere are heard of, so that the copies in memory can be used.</summary>
    CopiesTrusted,

    /// <summary>No writes and removals wait for a store that is away.</summary>
    PendingInvalidations,

    /// <summary>The store has failed rarely; <see cref="CacheHealthOptions.MaxStoreErrors"/>.</summary>
    StoreErrors,

    /// <summary>Enough reads were hits; <see cref="CacheHealthOptions.MinHitRatio"/>.</summary>
    HitRatio,

    /// <summary>Few loads failed; <see cref="CacheHealthOptions.MaxLoadFailureRatio"/>.</summary>
    LoadFailures,

    /// <summary>Write-behind keeps up; <see cref="CacheHealthOptions.MaxWriteBehindLag"/>.</summary>
    WriteBehindLag,
}
