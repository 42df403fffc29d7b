namespace Larder;

/// <summary>What is known of an entry without its value. Looking at it counts as no read and prolongs nothing.</summary>
public sealed record EntryInfo
{
    /// <summary>Gets the key, without the prefix of the cache in a shared store.</summary>
    public required string Key { get; init; }

    /// <summary>Gets where it is: in the memory of this process, in the shared store, or in both.</summary>
    public CacheTiers Tiers { get; init; }

    /// <summary>Gets how long it lives on; <see langword="null"/> for no expiry.</summary>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>
    /// Gets how long ago its value was stored, by a set or a load, to about a second; <see langword="null"/> when nobody knows, as for values of other programs. Adding to
    /// an integer, a new expiry and a lazy invalidation leave it as it is.
    /// </summary>
    public TimeSpan? Age { get; init; }

    /// <summary>Gets the window by which a read prolongs it; <see langword="null"/> for none.</summary>
    public TimeSpan? SlidingExpiration { get; init; }

    /// <summary>Gets for how long past its expiry it is kept to stand in for a load that fails.</summary>
    public TimeSpan MaxStale { get; init; }

    /// <summary>Gets whether it was invalidated lazily: it is served, and replaced at the next load.</summary>
    public bool IsStale { get; init; }

    /// <summary>Gets the bytes that it takes: in a shared store the record with its header, otherwise what the weigher says. Negative when nobody knows.</summary>
    public long Size { get; init; } = -1;

    /// <summary>Gets the length of the value before it was compressed, in bytes; <see langword="null"/> when it is not compressed.</summary>
    public long? UncompressedSize { get; init; }

    /// <summary>Gets how the value is stored: the name of its type in memory, and in a shared store <c>text</c>, <c>bytes</c>, <c>integer</c>, <c>null</c>, <c>json</c>, <c>foreign</c> or <c>serializer N</c>.</summary>
    public string? Format { get; init; }

    /// <summary>Gets its tags.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Gets its version, as <see cref="CacheResult{T}.Version"/>.</summary>
    public long Version { get; init; }
}
