namespace Larder;

/// <summary>
/// Settings shared by many entries. Immutable: make one instance and use it for all calls of a kind. What is <see langword="null"/> comes
/// from the <see cref="CacheOptions"/> of the cache. Values are checked by the first operation that uses the policy.
/// </summary>
public sealed record CachePolicy
{
    /// <summary>How long an entry lives. Above zero; <see cref="CacheTtl.Never"/> for no expiry.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>
    /// Where the entry is kept, in a cache whose store is shared. Every process keeps to what the write said. Counters and transactions are in the shared store in any case. In a cache
    /// that has one place only, an entry that is not for that place is not stored. Default: <see cref="CacheTiers.All"/>.
    /// </summary>
    public CacheTiers? Tiers { get; init; }

    /// <summary>
    /// How long a process uses its copy of the entry before it reads the shared store again, in a cache that has one. Every process keeps to what the write said. Above zero;
    /// <see cref="CacheTtl.Never"/> for as long as the entry lives. Default: as long as the entry lives.
    /// </summary>
    public TimeSpan? MemoryTimeToLive { get; init; }

    /// <summary>
    /// The window by which each read prolongs the life of an entry. Above zero. The time to live, if it is given at the call or in this
    /// policy, is then the absolute cap; otherwise there is no cap.
    /// </summary>
    public TimeSpan? SlidingExpiration { get; init; }

    /// <summary>
    /// The fraction by which times to live are shortened at random, 0 to 0.9, so that entries stored together do not expire together.
    /// An entry never lives longer than asked.
    /// </summary>
    public double? TimeToLiveJitter { get; init; }

    /// <summary>The time to live of a <see langword="null"/> result. Above zero. Default: that of other values.</summary>
    public TimeSpan? NegativeTimeToLive { get; init; }

    /// <summary>Whether a loaded <see langword="null"/> is stored. Default: yes, null is a value.</summary>
    public bool? StoreNull { get; init; }

    /// <summary>
    /// How long after its expiry a value may still be handed out by get-or-create: at once while a load runs in the background, and in place
    /// of a failed load. Zero, the default, means never.
    /// </summary>
    public TimeSpan? MaxStale { get; init; }

    /// <summary>
    /// Whether an expired value within <see cref="MaxStale"/> is served at once while it is loaded in the background
    /// (<see langword="true"/>), or only when the load fails or takes longer than <see cref="SoftTimeout"/> (<see langword="false"/>, the
    /// default).
    /// </summary>
    public bool? StaleWhileRevalidate { get; init; }

    /// <summary>When a fresh entry is loaded anew in the background. Default: never.</summary>
    public EarlyRefresh? EarlyRefresh { get; init; }

    /// <summary>How long a load may take before its callers get a <see cref="LoadTimeoutException"/>. Above zero. Default: 30 seconds.</summary>
    public TimeSpan? LoadTimeout { get; init; }

    /// <summary>
    /// How long a caller waits for a load while a stale value is at hand; then it gets the stale value and the load goes on. Above zero.
    /// Default: as long as the load takes.
    /// </summary>
    public TimeSpan? SoftTimeout { get; init; }

    /// <summary>Gets how many bytes a loaded value may have to be kept in a shared store; a larger one is kept in the memory of this process only.</summary>
    internal int? MaxSharedBytes { get; init; }

    /// <summary>Gets whether large values are stored as they are where others are compressed.</summary>
    internal bool SkipsCompression { get; init; }

    /// <summary>
    /// How long, after a load has failed and a stale value was served in its place, the stale value is served without another try.
    /// Zero or above. Default: 1 second.
    /// </summary>
    public TimeSpan? FailurePause { get; init; }
}
