using Larder.Serialization;
using Larder.Tiers;

namespace Larder.Redis.Tier;

/// <summary>What a tier needs beside its client.</summary>
internal sealed record RedisTierSettings
{
    public required string Prefix { get; init; }

    public required SerializerSet Serializers { get; init; }

    /// <summary>What memory holds of values.</summary>
    public ValueCopies Copies { get; init; } = ValueCopies.None;

    public required CacheClock Clock { get; init; }

    public required Diagnostics.CacheDiagnostics Diagnostics { get; init; }

    /// <summary>The largest value, in bytes as it is stored.</summary>
    public int MaxValueBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>From which size on values are compressed; <see langword="null"/> for never.</summary>
    public int? CompressionThreshold { get; init; } = 4096;

    /// <summary>The most entries that the server holds of this cache, the least recently used of which make room; <see langword="null"/> for no limit.</summary>
    public int? MaxEntries { get; init; }

    /// <summary>Whether what Redis fails to do throws. Otherwise reads are misses, and a write or removal that could not be delivered is done later as a removal.</summary>
    public bool IsStrict { get; init; }

    /// <summary>The bounds of the copies that are kept in memory of what is read; <see langword="null"/> for no copies.</summary>
    public Memory.MemoryLimits? Local { get; init; }

    /// <summary>How long a command may take.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long a read is waited for while there is a value in memory that may stand in for it.</summary>
    public TimeSpan SoftTimeout { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>What is promised of reads in other processes.</summary>
    public CacheCoherence Coherence { get; init; }

    /// <summary>Whether the cache is to be used only once Redis has answered.</summary>
    public bool ConnectOnStart { get; init; }

    /// <summary>How locks are kept.</summary>
    public Locking.LockSettings Locks { get; init; } = new();

    /// <summary>How long the server holds entries past their expiry, for tests whose clock stands still while that of the server goes on.</summary>
    public TimeSpan ExpirySlack { get; init; }

    /// <summary>
    /// Whether what is read or loaded is kept whatever has changed since that began: a fault, for tests that show that they would find it. On where the switch
    /// <c>Larder.Testing.Unguarded</c> of <see cref="AppContext"/> is.
    /// </summary>
    public bool IsUnguarded { get; init; } = AppContext.TryGetSwitch("Larder.Testing.Unguarded", out var isOn) && isOn;
}
