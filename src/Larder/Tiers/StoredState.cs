using Larder.Serialization;

namespace Larder.Tiers;

/// <summary>What stands under a key in a store of bytes.</summary>
/// <param name="Frame">The record; the default when there is none that can be read.</param>
/// <param name="RecordVersion">The version of the record in its store, on which changes are conditioned; zero when there is none.</param>
/// <param name="Lives">Whether it is an entry that lives.</param>
/// <param name="IsReserve">Whether it is an entry past its expiry that get-or-create may serve.</param>
/// <param name="IsStale">Whether the entry was invalidated lazily.</param>
internal readonly record struct StoredState(EntryFrame Frame, long RecordVersion, bool Lives, bool IsReserve, bool IsStale)
{
    /// <summary>Gets the version that callers see; zero when no entry lives.</summary>
    public long Version => Lives ? Frame.WriteId : 0;

    /// <summary>Judges a frame by its kind and the time; tags aside.</summary>
    public static StoredState Of(in EntryFrame frame, long recordVersion, long nowMs)
    {
        var isEntry = frame.Kind == FrameKind.Entry && nowMs < CacheClock.After(frame.ExpiresAt, frame.MaxStaleMs);
        return new StoredState(frame, recordVersion, Lives: isEntry && nowMs < frame.ExpiresAt, IsReserve: isEntry && nowMs >= frame.ExpiresAt, frame.IsStale);
    }

    /// <summary>Makes a frame of a value that is to be stored.</summary>
    public static EntryFrame NewFrame(StoredValue value, in EntryWrite write, long nowMs, long tagStamp, FrameTag[] tags)
    {
        var hasFraction = write.EarlyRefresh.Fraction > 0 && write.FirstLifeMs != EntryWrite.Never;
        var version = Random.Shared.NextInt64(1, long.MaxValue);
        return new EntryFrame
        {
            Kind = FrameKind.Entry,
            Value = value,
            WriteId = version,
            Revision = version,
            StoredAt = nowMs,
            ExpiresAt = CacheClock.After(nowMs, write.FirstLifeMs),
            CapAt = CacheClock.After(nowMs, write.TimeToLiveMs),
            SlidingMs = write.SlidingMs,
            MaxStaleMs = write.MaxStaleMs,
            CopyLifeMs = write.CopyLifeMs,
            RefreshAt = hasFraction ? nowMs + (long)(write.FirstLifeMs * write.EarlyRefresh.Fraction) : EntryWrite.Never,
            XFetchMs = write.EarlyRefresh.Beta * Math.Max(1, write.LoadMs),
            TagStamp = tagStamp,
            Tags = tags,
        };
    }

    /// <summary>Takes the tags of the entry into account.</summary>
    public StoredState With(TagValidity validity) => validity switch
    {
        TagValidity.Invalid => this with { Lives = false, IsReserve = false },
        TagValidity.Stale => this with { IsStale = true },
        _ => this,
    };

    /// <summary>Reads the value, as a caller gets it.</summary>
    public CacheResult<T> Result<T>(ReadIntent intent, long nowMs, SerializerSet serializers)
    {
        if (!Lives && !IsReserve)
        {
            return default;
        }

        T? value;
        bool isOfType;
        try
        {
            isOfType = Payload.TryRead(Frame.Value, serializers, out value);
        }
        catch (Exception exception)
        {
            serializers.Problems?.CouldNotRead(typeof(T), exception);

            // The checksum holds, so the bytes are what was written: a value of another type, which its own readers can read.
            (isOfType, value) = (false, default);
        }

        var remaining = Frame.ExpiresAt == EntryWrite.Never ? EntryWrite.Never : Frame.ExpiresAt - nowMs;
        if (!isOfType)
        {
            return new CacheResult<T>(default, remaining, Frame.WriteId, Lives ? ResultFlags.OtherType : ResultFlags.None);
        }

        var flags = Lives ? ResultFlags.HasValue : ResultFlags.Reserve;
        flags |= IsStale || IsReserve ? ResultFlags.Stale : ResultFlags.None;
        flags |= intent != ReadIntent.Peek && Lives && IsRefreshDue(nowMs, remaining) ? ResultFlags.RefreshDue : ResultFlags.None;
        return new CacheResult<T>(value, remaining, Frame.WriteId, flags);
    }

    /// <summary>Tells how long the entry lives on.</summary>
    public EntryTimeToLive TimeToLive(long nowMs) => !Lives ? EntryTimeToLive.Absent
        : Frame.ExpiresAt == EntryWrite.Never ? EntryTimeToLive.NoExpiry
        : new EntryTimeToLive(Exists: true, TimeSpan.FromMilliseconds(Math.Max(1, Frame.ExpiresAt - nowMs)));

    private bool IsRefreshDue(long nowMs, long remainingMs) =>
        (Frame.RefreshAt != EntryWrite.Never && nowMs >= Frame.RefreshAt)
        || (Frame.XFetchMs > 0 && remainingMs != EntryWrite.Never && -Frame.XFetchMs * Math.Log(1 - Random.Shared.NextDouble()) >= remainingMs);
}
