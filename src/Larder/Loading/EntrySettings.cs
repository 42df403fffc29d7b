using Larder.Tiers;

namespace Larder.Loading;

/// <summary>The settings of an entry with nothing left open, checked: those of the cache, overridden by those of a policy.</summary>
internal sealed class EntrySettings
{
    private readonly long _defaultTimeToLiveMs;
    private readonly long? _negativeMs;
    private readonly double _jitter;
    private readonly long _maxStaleMs;
    private readonly long _memoryTimeToLiveMs;
    private readonly bool _skipsCompression;

    private EntrySettings(CacheOptions options, CachePolicy policy)
    {
        var explicitTimeToLive = policy.TimeToLive ?? (policy.SlidingExpiration is null ? options.ExplicitTimeToLive : null);
        HasOwnTimeToLive = policy.TimeToLive is not null || policy.SlidingExpiration is not null;
        SlidingMs = (policy.SlidingExpiration ?? options.SlidingExpiration) is { } window ? Milliseconds(window, nameof(CachePolicy.SlidingExpiration)) : 0;
        _defaultTimeToLiveMs = SlidingMs > 0 && explicitTimeToLive is null
            ? EntryWrite.Never
            : Milliseconds(explicitTimeToLive ?? options.TimeToLive, nameof(CachePolicy.TimeToLive));
        Tiers = policy.Tiers ?? CacheTiers.All;
        if ((Tiers & ~CacheTiers.All) != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(policy), Tiers, $"Tiers is {Tiers}, and must be None, Memory, Shared or All.");
        }

        _memoryTimeToLiveMs = (policy.MemoryTimeToLive ?? options.MemoryTimeToLive) is { } inMemory ? Milliseconds(inMemory, nameof(CachePolicy.MemoryTimeToLive)) : EntryWrite.Never;
        MaxSharedBytes = policy.MaxSharedBytes ?? int.MaxValue;
        _skipsCompression = policy.SkipsCompression;
        _negativeMs = (policy.NegativeTimeToLive ?? options.NegativeTimeToLive) is { } negative ? Milliseconds(negative, nameof(CachePolicy.NegativeTimeToLive)) : null;
        _jitter = policy.TimeToLiveJitter ?? options.TimeToLiveJitter;
        if (_jitter is not (>= 0 and <= 0.9))
        {
            throw new ArgumentOutOfRangeException(nameof(policy), _jitter, $"TimeToLiveJitter is {_jitter}, and must be a fraction from 0 to 0.9.");
        }

        var maxStale = NotNegative(policy.MaxStale ?? options.MaxStale, nameof(CachePolicy.MaxStale));
        _maxStaleMs = maxStale == TimeSpan.Zero ? 0 : Milliseconds(maxStale, nameof(CachePolicy.MaxStale));
        StoreNull = policy.StoreNull ?? options.StoreNull;
        StaleWhileRevalidate = policy.StaleWhileRevalidate ?? options.StaleWhileRevalidate;
        EarlyRefresh = policy.EarlyRefresh ?? options.EarlyRefresh;
        LoadTimeout = Positive(policy.LoadTimeout ?? options.LoadTimeout, nameof(CachePolicy.LoadTimeout));
        SoftTimeout = (policy.SoftTimeout ?? options.SoftTimeout) is { } soft ? Positive(soft, nameof(CachePolicy.SoftTimeout)) : null;
        FailurePause = NotNegative(policy.FailurePause ?? options.FailurePause, nameof(CachePolicy.FailurePause));
    }

    /// <summary>Gets whether the policy says how long entries live, so that a view's time to live does not count.</summary>
    public bool HasOwnTimeToLive { get; }

    public bool HasNegativeTimeToLive => _negativeMs is not null;

    public long SlidingMs { get; }

    public CacheTiers Tiers { get; }

    /// <summary>Gets how large a value may be in a shared store.</summary>
    public int MaxSharedBytes { get; }

    public bool StoreNull { get; }

    public bool StaleWhileRevalidate { get; }

    public EarlyRefresh EarlyRefresh { get; }

    public TimeSpan LoadTimeout { get; }

    public TimeSpan? SoftTimeout { get; }

    public TimeSpan FailurePause { get; }

    /// <summary>Merges and checks.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    public static EntrySettings Create(CacheOptions options, CachePolicy? policy) => new(options, policy ?? NoPolicy);

    /// <summary>Turns a duration into whole milliseconds, at least one.</summary>
    public static long Milliseconds(TimeSpan duration, string name)
    {
        Limits.RequirePositive(duration, name);
        return duration == CacheTtl.Never ? EntryWrite.Never : Math.Max(1, (long)duration.TotalMilliseconds);
    }

    /// <summary>Makes what the tier is told of one write.</summary>
    /// <param name="timeToLive">The time to live given at the call, by the view, or by the loader.</param>
    /// <param name="isNull">Whether the value is null and was loaded.</param>
    /// <param name="loadMs">The time of the load.</param>
    /// <param name="tags">The checked tags.</param>
    public EntryWrite ToWrite(TimeSpan? timeToLive, bool isNull, double loadMs, string[]? tags)
    {
        var milliseconds = timeToLive is { } given ? Milliseconds(given, nameof(CacheEntryOptions.TimeToLive))
            : isNull && _negativeMs is { } negative ? negative
            : _defaultTimeToLiveMs;
        return new EntryWrite
        {
            TimeToLiveMs = Jitter(milliseconds),
            SlidingMs = SlidingMs,
            MaxStaleMs = _maxStaleMs,
            EarlyRefresh = EarlyRefresh,
            LoadMs = loadMs,
            SkipsMemory = (Tiers & CacheTiers.Memory) == 0,
            SkipsShared = (Tiers & CacheTiers.Shared) == 0,
            CopyLifeMs = (Tiers & CacheTiers.Memory) == 0 ? 0 : _memoryTimeToLiveMs,
            SkipsCompression = _skipsCompression,
            Tags = tags,
        };
    }

    private static CachePolicy NoPolicy { get; } = new();

    private static TimeSpan Positive(TimeSpan duration, string name)
    {
        Limits.RequirePositive(duration, name);
        return Limits.Timer(duration);
    }

    private static TimeSpan NotNegative(TimeSpan duration, string name) => duration >= TimeSpan.Zero
        ? duration
        : throw new ArgumentOutOfRangeException(name, duration, $"{name} is {duration}, and must not be negative.");

    private long Jitter(long milliseconds) => _jitter == 0 || milliseconds == EntryWrite.Never
        ? milliseconds
        : Math.Max(1, milliseconds - (long)(milliseconds * _jitter * Random.Shared.NextDouble()));
}
