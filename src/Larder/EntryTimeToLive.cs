namespace Larder;

/// <summary>How long an entry lives: it is absent, has no expiry, or lives for a time that is known to the millisecond.</summary>
/// <param name="Exists">Whether there is an entry that lives.</param>
/// <param name="Remaining">The time that remains; <see langword="null"/> when the entry is absent or has no expiry.</param>
public readonly record struct EntryTimeToLive(bool Exists, TimeSpan? Remaining)
{
    /// <summary>There is no entry.</summary>
    public static EntryTimeToLive Absent => default;

    /// <summary>There is an entry without expiry.</summary>
    public static EntryTimeToLive NoExpiry => new(Exists: true, Remaining: null);

    /// <summary>Gets whether there is an entry that has an expiry.</summary>
    public bool HasExpiry => Remaining is not null;
}
