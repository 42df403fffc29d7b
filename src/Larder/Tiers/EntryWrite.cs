namespace Larder.Tiers;

/// <summary>How a value is stored, in durations: each tier counts them from its own clock.</summary>
internal readonly record struct EntryWrite
{
    public const long Never = long.MaxValue;

    public EntryWrite()
    {
    }

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

    /// <summary>Whether no process keeps the entry, or a copy of it, in its memory.</summary>
    public bool SkipsMemory { get; init; }

    /// <summary>Whether the entry is not kept in the store that processes share.</summary>
    public bool SkipsShared { get; init; }

    /// <summary>Whether the value is stored as it is where others of its size are compressed.</summary>
    public bool SkipsCompression { get; init; }

    /// <summary>Milliseconds for which copies in memory are used; <see cref="Never"/> for as long as the entry lives, zero for no copies.</summary>
    public long CopyLifeMs { get; init; } = Never;

    /// <summary>Whether what is written to memory is the entry itself, in a cache whose memory holds copies otherwise.</summary>
    public bool IsOwn { get; init; }

    /// <summary>Milliseconds until the entry first expires.</summary>
    public long FirstLifeMs => SlidingMs > 0 ? Math.Min(SlidingMs, TimeToLiveMs) : TimeToLiveMs;
}
