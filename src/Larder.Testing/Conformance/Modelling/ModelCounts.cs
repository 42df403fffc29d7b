namespace Larder.Testing.Conformance.Modelling;

/// <summary>What the statistics of the cache must show.</summary>
internal sealed record ModelCounts
{
    public long FreshHits { get; set; }

    public long StaleHits { get; set; }

    public long Misses { get; set; }

    public long TypeMismatches { get; set; }

    public long Loads { get; set; }

    public long Refreshes { get; set; }

    public long DiscardedLoads { get; set; }

    public long Sets { get; set; }

    public long Removes { get; set; }

    public static ModelCounts Of(CacheStatisticsSnapshot snapshot) => new()
    {
        FreshHits = snapshot.FreshHits,
        StaleHits = snapshot.StaleHits,
        Misses = snapshot.Misses,
        TypeMismatches = snapshot.TypeMismatches,
        Loads = snapshot.Loads,
        Refreshes = snapshot.Refreshes,
        DiscardedLoads = snapshot.DiscardedLoads,
        Sets = snapshot.Sets,
        Removes = snapshot.Removes,
    };
}
