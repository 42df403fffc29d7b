namespace Larder.Testing.Conformance;

/// <summary>What holds of the counters of any cache at any time when nothing is under way.</summary>
public static class Invariants
{
    /// <summary>Checks a snapshot.</summary>
    /// <param name="snapshot">The snapshot.</param>
    /// <exception cref="ConformanceException">Something does not hold.</exception>
    public static void Check(CacheStatisticsSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        Expect.Equal(snapshot.Hits + snapshot.Misses, snapshot.Reads, "hits and misses make up the reads");
        Expect.True(snapshot.LoadFailures + snapshot.LoadTimeouts <= snapshot.Loads, "no more loads failed than there were");
        Expect.True(snapshot.Refreshes <= snapshot.Loads, "refreshes are loads");
        Expect.True(snapshot.TypeMismatches <= snapshot.Misses, "type mismatches are misses");
        Expect.True(snapshot.HitRatio is null or { Fraction: >= 0 and <= 1 }, "the hit ratio is a fraction, or not defined");
        Expect.True(snapshot.Entries >= -1 && snapshot.Bytes >= -1, "entries and bytes are not negative where they are known");
        Expect.Equal(0, snapshot.HandlerErrors, "no event handler threw");
    }
}
