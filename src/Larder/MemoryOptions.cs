namespace Larder;

/// <summary>The bounds of the memory tier of a cache.</summary>
public sealed class MemoryOptions
{
    /// <summary>
    /// Gets or sets how many entries are held at most. 1 to 1,000,000,000; default 100,000. <see cref="Eviction"/> says which make room for
    /// new ones.
    /// </summary>
    public int MaxEntries { get; set; } = 100_000;

    /// <summary>Gets or sets which entries make room for new ones. Default: <see cref="EvictionPolicy.TinyLfu"/>.</summary>
    public EvictionPolicy Eviction { get; set; }

    /// <summary>
    /// Gets or sets how many bytes the entries may weigh together, by <see cref="Weigher"/>. At least 64 KiB; default, when
    /// <see langword="null"/>: a quarter of the memory that the process may use.
    /// </summary>
    public long? MaxBytes { get; set; }

    /// <summary>
    /// Gets or sets what an entry weighs in bytes, key included; called once per write, outside of locks. Default: exact for strings and arrays of
    /// primitive types, an estimate for others.
    /// </summary>
    public Func<string, object?, long>? Weigher { get; set; }

    /// <summary>
    /// Gets or sets how often expired entries that nobody reads are looked for and their memory reclaimed. 100 milliseconds to 1 hour; default
    /// 60 seconds. Nothing runs while the cache is empty.
    /// </summary>
    public TimeSpan SweepInterval { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Gets or sets whether a tenth of the entries makes room after each full garbage collection that found memory short:
    /// <see cref="GCMemoryInfo.MemoryLoadBytes"/> at or above <see cref="GCMemoryInfo.HighMemoryLoadThresholdBytes"/>, by default 90 % of what the machine or container has.
    /// Expired entries go first, and then those that <see cref="Eviction"/> names. Default: <see langword="false"/>.
    /// </summary>
    public bool TrimOnMemoryPressure { get; set; }

    /// <summary>Gets or sets what tells whether memory is short; for tests.</summary>
    internal Func<bool> IsMemoryShort { get; set; } = static () => GC.GetGCMemoryInfo() is var memory && memory.MemoryLoadBytes >= memory.HighMemoryLoadThresholdBytes;

    internal MemoryOptions Copy() => (MemoryOptions)MemberwiseClone();
}
