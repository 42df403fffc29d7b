namespace Larder;

/// <summary>When and how an invalidation takes effect.</summary>
public readonly record struct InvalidationMode
{
    private InvalidationMode(TimeSpan delay, bool isLazy)
    {
        Delay = delay;
        IsLazy = isLazy;
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

    /// <summary>
    /// Entries are removed after a time, also when the caller has long returned. When the cache is disposed, what is planned is done at once.
    /// </summary>
    /// <param name="delay">The time, above zero and at most 24 days.</param>
    /// <returns>The mode.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The delay is not above zero, or too long.</exception>
    public static InvalidationMode Delayed(TimeSpan delay) =>
        delay > TimeSpan.Zero && delay <= TimeSpan.FromDays(24)
            ? new InvalidationMode(delay, isLazy: false)
            : throw new ArgumentOutOfRangeException(nameof(delay), delay, "The delay of an invalidation must be above zero and at most 24 days.");
}
