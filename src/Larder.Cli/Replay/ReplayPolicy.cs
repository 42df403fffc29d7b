using Larder.Cli.Replay.Simulation;

namespace Larder.Cli.Replay;

/// <summary>What a trace is replayed through.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Title">Its name for people.</param>
/// <param name="Make">Makes a cache for a trace, a capacity, and whether that is in bytes; <see langword="null"/> where it knows no bytes.</param>
internal sealed record ReplayPolicy(string Name, string Title, Func<Trace, long, bool, IPolicySimulator?> Make)
{
    /// <summary>The memory of Larder itself, with its default policy.</summary>
    public static ReplayPolicy Larder { get; } = new(
        "larder",
        "Larder",
        static (trace, capacity, isBytes) => isBytes ? LarderCache.OfBytes(capacity, trace.Keys, trace.Objects) : LarderCache.OfEntries(Entries(capacity), trace.Keys, trace.Objects));

    public static ReplayPolicy Lru { get; } = new("lru", "LRU", static (trace, capacity, isBytes) => new LeastRecentlyUsed(capacity, isBytes ? trace.SizeWeights : trace.EqualWeights));

    /// <summary>The best that there could be, for one who knows the future.</summary>
    public static ReplayPolicy Optimum { get; } = new("optimum", "Optimum", static (trace, capacity, isBytes) => isBytes ? null : new Belady(Entries(capacity), trace.NextAccess));

    public static IReadOnlyList<ReplayPolicy> All { get; } = [Larder, Lru, Optimum];

    private static int Entries(long capacity) => (int)Math.Min(capacity, int.MaxValue);
}
