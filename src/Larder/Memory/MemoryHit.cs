namespace Larder.Memory;

/// <summary>What a read of memory found, before its type is known.</summary>
internal readonly struct MemoryHit(object? value, long remainingMs, long version, ResultFlags flags)
{
    public object? Value => value;

    public long RemainingMs => remainingMs;

    public long Version => version;

    public ResultFlags Flags => flags;

    public bool Lives => (flags & ResultFlags.HasValue) != 0;

    /// <summary>Gets whether this is no copy of what a shared tier holds.</summary>
    public bool IsOwn => (flags & ResultFlags.Own) != 0;

    /// <summary>Gets how long the entry lives.</summary>
    public EntryTimeToLive TimeToLive => !Lives ? EntryTimeToLive.Absent
        : remainingMs == Tiers.EntryWrite.Never ? EntryTimeToLive.NoExpiry
        : new EntryTimeToLive(Exists: true, TimeSpan.FromMilliseconds(remainingMs));

    /// <summary>Gets whether the hit is a value that lives and asks for nothing to be done: the fast path.</summary>
    public bool IsPlain => flags == ResultFlags.HasValue;
}
