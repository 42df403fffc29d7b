using Larder.Tiers;

namespace Larder.Memory;

/// <summary>What few entries have, kept with the value so that the others do not pay for it: tags, sliding, staleness, early refresh.</summary>
internal sealed record MemoryExtras
{
    public object? Value { get; init; }

    public Tag[]? Tags { get; init; }

    public long TagStamp { get; init; }

    public long SlidingMs { get; init; }

    /// <summary>Until when a sliding entry can be prolonged.</summary>
    public long CapAt { get; init; }

    public long MaxStaleMs { get; init; }

    /// <summary>When an early refresh is due, for the fraction rule.</summary>
    public long RefreshAt { get; init; } = EntryWrite.Never;

    /// <summary>Beta times the load time, for the XFetch rule; zero for none.</summary>
    public double XFetchMs { get; init; }

    public bool IsStale { get; init; }

    /// <summary>The version of the entry, where it is not that of the slot: putting extras round a value writes the slot, but not the entry.</summary>
    public long FixedVersion { get; init; }

    /// <summary>When the entry expires that this is a copy of, where the copy is used for less long; zero where it is not.</summary>
    public long EntryExpiresAt { get; init; }

    /// <summary>Whether this is the entry itself, where the memory holds copies otherwise.</summary>
    public bool IsOwn { get; init; }

    /// <summary>Gets whether a read that finds the entry alive and its tags valid has nothing else to do but hand the value out.</summary>
    public bool AsksNothing => SlidingMs == 0 && XFetchMs == 0 && RefreshAt == EntryWrite.Never && !IsStale && EntryExpiresAt == 0 && Value is not Serialization.SerializedValue;

    public bool AreTagsValid => TagTable.AreValid(Tags, TagStamp);

    public bool IsMarkedStale => IsStale || TagTable.AreStale(Tags, TagStamp);

    /// <summary>Makes the extras of a new entry, if it needs any.</summary>
    public static MemoryExtras? For(object? value, in EntryWrite write, long nowMs, Tag[]? tags, long tagStamp)
    {
        var refresh = write.EarlyRefresh;
        if (tags is null && !write.IsOwn && value is not Serialization.SerializedValue && write.SlidingMs == 0 && write.MaxStaleMs == 0 && refresh == EarlyRefresh.None)
        {
            return null;
        }

        return new MemoryExtras
        {
            Value = value,
            IsOwn = write.IsOwn,
            Tags = tags,
            TagStamp = tagStamp,
            SlidingMs = write.SlidingMs,
            CapAt = CacheClock.After(nowMs, write.TimeToLiveMs),
            MaxStaleMs = write.MaxStaleMs,
            XFetchMs = refresh.Beta * Math.Max(1, write.LoadMs),
            RefreshAt = refresh.Fraction > 0 && write.FirstLifeMs != EntryWrite.Never ? nowMs + (long)(write.FirstLifeMs * refresh.Fraction) : EntryWrite.Never,
        };
    }

    public bool IsRefreshDue(long nowMs, long expiresAt) =>
        nowMs >= RefreshAt || (XFetchMs > 0 && expiresAt != EntryWrite.Never && nowMs - (XFetchMs * Math.Log(1 - Random.Shared.NextDouble())) >= expiresAt);
}
