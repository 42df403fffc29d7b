namespace Larder.Tiers;

/// <summary>How a value is stored, in durations: each tier counts them from its own clock.</summary>
internal readonly record struct EntryWrite
{
    public const long Never = long.MaxValue;

    /// <summary>Milliseconds to live; <see cref="Never"/> for no expiry. With a sliding window, the absolute cap.</summary>
    public required long TimeToLiveMs { get; init; }

    /// <summary>The sliding window in milliseconds; zero for none.</summary>
    public long SlidingMs { get; init; }

    /// <summary>Milliseconds past its expiry for which the value is held in reserve.</summary>
    public long MaxStaleMs { get; init; }

    public EarlyRefresh EarlyRefresh { get; init; }

    /// <summary>The measured time of the load, in milliseconds.</summary>
    public double LoadMs { get; init; }

    /// <summary>Whether the entry before is asked for, which costs a deserialization.</summary>
    public bool ReturnsPrevious { get; init; }

    /// <summary>The tags, checked and owned by the write.</summary>
    public string[]? Tags { get; init; }

    /// <summary>Milliseconds until the entry first expires.</summary>
    public long FirstLifeMs => SlidingMs > 0 ? Math.Min(SlidingMs, TimeToLiveMs) : TimeToLiveMs;
}
