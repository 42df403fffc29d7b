using Larder.Tiers;

namespace Larder.Memory;

/// <summary>
/// One entry. What readers see is fixed when it is made, but for the expiry of a sliding entry; a change makes a new entry in its
/// place. The links and stamps of the eviction order belong to the stripe's lock.
/// </summary>
internal sealed class MemoryEntry
{
    private long _expiresAt;

    public MemoryEntry(MemoryStripe stripe, string key, object? value, in EntryWrite write, long nowMs, Tag[]? tags, long tagStamp)
    {
        Stripe = stripe;
        Key = key;
        Value = value;
        Tags = tags;
        TagStamp = tagStamp;
        SlidingMs = write.SlidingMs;
        MaxStaleMs = write.MaxStaleMs;
        CapAt = CacheClock.After(nowMs, write.TimeToLiveMs);
        _expiresAt = CacheClock.After(nowMs, write.FirstLifeMs);
        XFetchMs = write.EarlyRefresh.Beta * Math.Max(1, write.LoadMs);
        RefreshAt = write.EarlyRefresh.Fraction > 0 && write.FirstLifeMs != EntryWrite.Never
            ? nowMs + (long)(write.FirstLifeMs * write.EarlyRefresh.Fraction)
            : EntryWrite.Never;
    }

    /// <summary>Makes the successor of an entry whose value or lifetime changes.</summary>
    /// <param name="origin">The entry.</param>
    /// <param name="value">The value.</param>
    /// <param name="fixedExpiry">The new expiry, at which the entry no longer slides; without it the entry lives on as it did.</param>
    public MemoryEntry(MemoryEntry origin, object? value, long? fixedExpiry = null)
    {
        Stripe = origin.Stripe;
        Key = origin.Key;
        Value = value;
        Version = origin.Version;
        Weight = origin.Weight;
        Tags = origin.Tags;
        TagStamp = origin.TagStamp;
        MaxStaleMs = origin.MaxStaleMs;
        IsStale = origin.IsStale;
        XFetchMs = origin.XFetchMs;
        SlidingMs = fixedExpiry is null ? origin.SlidingMs : 0;
        CapAt = fixedExpiry ?? origin.CapAt;
        RefreshAt = fixedExpiry is null ? origin.RefreshAt : EntryWrite.Never;
        _expiresAt = fixedExpiry ?? origin.ExpiresAt;
    }

    public MemoryStripe Stripe { get; }

    public string Key { get; }

    public object? Value { get; }

    public long Version { get; init; }

    public long Weight { get; init; }

    public Tag[]? Tags { get; }

    public long TagStamp { get; }

    public long SlidingMs { get; }

    public long CapAt { get; }

    public long MaxStaleMs { get; }

    /// <summary>When an early refresh is due, for the fraction rule.</summary>
    public long RefreshAt { get; }

    /// <summary>Beta times the load time, for the XFetch rule; zero for none.</summary>
    public double XFetchMs { get; }

    public bool IsStale { get; init; }

    public long ExpiresAt
    {
        get => Volatile.Read(ref _expiresAt);
        set => Volatile.Write(ref _expiresAt, value);
    }

    /// <summary>The stripe's count of uses when the entry was last used.</summary>
    public long LastUse { get; set; }

    /// <summary>The stripe's count of uses when the entry was last put at the head of the eviction order.</summary>
    public long PlacedAt { get; set; }

    public MemoryEntry? Newer { get; set; }

    public MemoryEntry? Older { get; set; }

    public bool Lives(long nowMs) => nowMs < ExpiresAt && TagTable.AreValid(Tags, TagStamp);

    /// <summary>Tells whether the entry is of any use: it lives, or get-or-create may serve it.</summary>
    public bool IsHeld(long nowMs) =>
        (nowMs < ExpiresAt || nowMs < CacheClock.After(ExpiresAt, MaxStaleMs)) && TagTable.AreValid(Tags, TagStamp);
}
