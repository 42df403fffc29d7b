namespace Larder;

/// <summary>When and how an invalidation takes effect.</summary>
public readonly record struct InvalidationMode
{
    private InvalidationMode(TimeSpan delay, bool isLazy, CancellationToken cancellation = default)
    {
        Delay = delay;
        IsLazy = isLazy;
        Cancellation = cancellation;
    }

    /// <summary>Entries are removed before the call returns. The default.</summary>
    public static InvalidationMode Immediate => default;

    /// <summary>
    /// Entries are marked stale: they are served, marked as stale, until get-or-create has loaded them anew in the background, or until they
    /// expire.
    /// </summary>
    public static InvalidationMode Lazy => new(TimeSpan.Zero, isLazy: true);

    /// <summary>Gets the time after which entries are removed; zero for at once.</summary>
    public TimeSpan Delay { get; }

    /// <summary>Gets whether entries are marked stale rather than removed.</summary>
    public bool IsLazy { get; }

    /// <summary>Gets what cancels a delayed invalidation as long as it is not due.</summary>
    internal CancellationToken Cancellation { get; }

    /// <summary>
    /// Entries are removed after a time, also when the caller has long returned. When the cache is disposed before, it is done at once, or kept in the shared store
    /// (<see cref="CacheOptions.PersistDelayedInvalidations"/>).
    /// </summary>
    /// <param name="delay">The time, above zero and at most 24 days.</param>
    /// <param name="cancellation">Cancelled before the time is over, the invalidation does not take place. Not the token of the call, which ends with it.</param>
    /// <returns>The mode.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The delay is not above zero, or too long.</exception>
    public static InvalidationMode Delayed(TimeSpan delay, CancellationToken cancellation = default) =>
        delay > TimeSpan.Zero && delay <= Limits.LongestTimer
            ? new InvalidationMode(delay, isLazy: false, cancellation)
            : throw new ArgumentOutOfRangeException(nameof(delay), delay, "The delay of an invalidation must be above zero and at most 24 days.");
}
