using Larder.Tiers;

namespace Larder.Memory;

/// <summary>An entry of a shared tier as a copy of it is kept in memory, in durations from now.</summary>
internal readonly record struct MemoryCopy
{
    public required object? Value { get; init; }

    /// <summary>The version that the entry has in the shared tier.</summary>
    public required long Version { get; init; }

    /// <summary>How long the copy may be used, in milliseconds.</summary>
    public required long LifeMs { get; init; }

    /// <summary>How long the entry lives, which may be longer; <see cref="EntryWrite.Never"/> for no expiry.</summary>
    public required long EntryLifeMs { get; init; }

    /// <summary>How long ago the entry was stored, in milliseconds.</summary>
    public long AgeMs { get; init; }

    /// <summary>For how long after its life the copy may stand in for an entry that cannot be had.</summary>
    public long MaxStaleMs { get; init; }

    /// <summary>When an early refresh is due, in milliseconds from now.</summary>
    public long RefreshInMs { get; init; }

    public double XFetchMs { get; init; }

    public bool IsStale { get; init; }

    public string[]? Tags { get; init; }
}
