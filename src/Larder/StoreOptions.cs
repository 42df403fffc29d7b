namespace Larder;

/// <summary>How one store is cached. Values are checked when the store is made.</summary>
public sealed class StoreOptions
{
    /// <summary>
    /// Gets or sets whether reads go through the cache. When <see langword="false"/> each goes to the database; writes still invalidate, for the sake of processes that do cache, and changes are
    /// still told. Default: <see langword="true"/>.
    /// </summary>
    public bool Enabled { get; set; } = true;

    /// <summary>Gets or sets how long rows and queries live. Above zero, or <see cref="CacheTtl.Never"/>. Default: as the cache says.</summary>
    public TimeSpan? TimeToLive { get; set; }

    /// <summary>Gets or sets how long it is remembered that there is no row; an insert through the store ends it at once. Above zero. Default: <see langword="null"/>, not at all.</summary>
    public TimeSpan? NegativeTimeToLive { get; set; }

    /// <summary>Gets or sets what is promised when rows change. Default: <see cref="StoreConsistency.AfterCommit"/>.</summary>
    public StoreConsistency Consistency { get; set; }

    /// <summary>
    /// Gets or sets, for <see cref="StoreConsistency.Strict"/>, how long a write intent outlives a writer that died: longer than a command and its commit take. Of the stores of one cache the longest
    /// counts. 1 second to 1 hour; default 30 seconds.
    /// </summary>
    public TimeSpan IntentLife { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Gets or sets further settings of the entries: sliding expiry, staleness, refresh. What is set above goes before it. Default: those of the cache.</summary>
    public CachePolicy? Policy { get; set; }
}
