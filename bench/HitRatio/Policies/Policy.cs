namespace Larder.HitRatio.Policies;

/// <summary>A column of the tables.</summary>
/// <param name="Name">Its heading.</param>
/// <param name="OfEntries">Makes a cache that holds a number of entries.</param>
/// <param name="OfBytes">Makes a cache that holds a number of bytes; <see langword="null"/> for a policy that knows no weights.</param>
internal sealed record Policy(string Name, Func<Trace, int, IPolicySimulator> OfEntries, Func<Trace, long, IPolicySimulator>? OfBytes = null)
{
    public static Policy Optimum { get; } = new("OPT", (trace, capacity) => new Belady(capacity, trace.NextAccess));

    public static Policy Lru { get; } = new(
        "LRU",
        (trace, capacity) => new LeastRecentlyUsed(capacity, trace.EqualWeights),
        (trace, capacity) => new LeastRecentlyUsed(capacity, trace.SizeWeights));

    public static Policy S3Fifo { get; } = new("S3-FIFO", (trace, capacity) => new S3Fifo(capacity, trace.KeyCount));

    public static Policy Sieve { get; } = new("SIEVE", (trace, capacity) => new Sieve(capacity, trace.KeyCount));

    public static Policy WindowTinyLfu { get; } = new(
        "W-TinyLFU",
        (trace, capacity) => new WindowTinyLfu(capacity, trace.EqualWeights),
        (trace, capacity) => new WindowTinyLfu(capacity, trace.SizeWeights));

    public static Policy Larder { get; } = new(
        "Larder",
        (trace, capacity) => LarderCache.OfEntries(capacity, trace.Keys, trace.Objects),
        (trace, capacity) => LarderCache.OfBytes(capacity, trace.Keys, trace.Objects));

    public static IReadOnlyList<Policy> All { get; } = [Optimum, Lru, S3Fifo, Sieve, WindowTinyLfu, Larder];
}
