namespace Larder.Memory;

/// <summary>The bounds of the memory tier, resolved.</summary>
internal sealed record MemoryLimits(int MaxEntries, long MaxBytes, TimeSpan SweepInterval, Func<string, object?, long>? Weigher, EvictionPolicy Eviction)
{
    /// <summary>A quarter of what the process may use, when no limit is given.</summary>
    private const int DefaultShare = 4;

    /// <summary>As many as there can be.</summary>
    private const int MostEntries = 1_000_000_000;

    private static readonly object s_integer = 0L;

    /// <summary>Gets what tells whether memory is short; <see langword="null"/> when nobody wants to know.</summary>
    public Func<bool>? IsMemoryShort { get; init; }

    /// <summary>For internal records, which must not be evicted.</summary>
    public static MemoryLimits None(TimeSpan sweepInterval) => new(MostEntries, long.MaxValue, sweepInterval, null, EvictionPolicy.Lru);

    public static MemoryLimits From(MemoryOptions options) => new(
        options.MaxEntries,
        options.MaxBytes ?? Math.Max(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / DefaultShare, 1 << 20),
        options.SweepInterval,
        options.Weigher,
        options.Eviction)
    {
        IsMemoryShort = options.TrimOnMemoryPressure ? options.IsMemoryShort : null,
    };

    /// <summary>Weighs an entry, in the steps in which weights are kept.</summary>
    public long Weigh(string key, object? value) => SlotWeight.Round(
        Weigher is null ? DefaultWeigher.Weigh(key, value) : Weigher(key, value is Serialization.SerializedValue copy ? copy.Stored.Payload : value));

    /// <summary>Weighs a counter, which is boxed only for those who want to see it.</summary>
    public long Weigh(string key, long value) => Weigher is null ? Weigh(key, s_integer) : Weigh(key, (object)value);
}
