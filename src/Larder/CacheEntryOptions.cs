namespace Larder;

/// <summary>
/// How one entry is stored. A value type: giving options at a call allocates nothing. What is not set comes from <see cref="Policy"/>,
/// and what that leaves open from the <see cref="CacheOptions"/> of the cache.
/// </summary>
/// <remarks>A <see cref="TimeSpan"/> converts to options: <c>cache.SetAsync(key, value, TimeSpan.FromMinutes(5))</c>.</remarks>
public readonly record struct CacheEntryOptions
{
    /// <summary>
    /// How long the entry lives. Above zero; <see cref="CacheTtl.Never"/> for no expiry; <see langword="null"/>, the default, for the
    /// time to live of the policy or the cache.
    /// </summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>
    /// The tags under which the entry can be removed together with others, at most 32 (<see cref="CacheOptions.MaxTagsPerEntry"/>).
    /// Copied at the call. Default: none.
    /// </summary>
    public IReadOnlyList<string>? Tags { get; init; }

    /// <summary>The settings of the long tail, made once and shared by many calls. Default: those of the cache.</summary>
    public CachePolicy? Policy { get; init; }

    /// <summary>Makes options of a time to live.</summary>
    /// <param name="timeToLive">The time to live.</param>
    public static implicit operator CacheEntryOptions(TimeSpan timeToLive) => new() { TimeToLive = timeToLive };

    /// <summary>Makes options of a policy.</summary>
    /// <param name="policy">The policy.</param>
    public static implicit operator CacheEntryOptions(CachePolicy? policy) => new() { Policy = policy };
}
