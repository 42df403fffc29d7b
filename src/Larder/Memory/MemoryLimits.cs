namespace Larder.Memory;

/// <summary>The bounds of the memory tier, resolved.</summary>
internal sealed record MemoryLimits(int MaxEntries, long MaxBytes, TimeSpan SweepInterval, Func<string, object?, long>? Weigher)
{
    /// <summary>A quarter of what the process may use, when no limit is given.</summary>
    private const int DefaultShare = 4;

    /// <summary>For internal records, which must not be evicted.</summary>
    public static MemoryLimits None(TimeSpan sweepInterval) => new(int.MaxValue, long.MaxValue, sweepInterval, null);

    public static MemoryLimits From(MemoryOptions options) => new(
        options.MaxEntries,
        options.MaxBytes ?? Math.Max(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / DefaultShare, 1 << 20),
        options.SweepInterval,
        options.Weigher);

    public long Weigh(string key, object? value) => Math.Max(0, Weigher is null ? DefaultWeigher.Weigh(key, value) : Weigher(key, value));
}
