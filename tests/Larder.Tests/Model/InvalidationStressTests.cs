namespace Larder.Tests.Model;

/// <summary>
/// Loads against invalidations, checked by version: a writer changes the database and then invalidates; from the moment that the invalidation has
/// returned, no read that begins sees an older version, and when all is quiet nothing that is old is left. Key, tag, pattern, clear and set, loads
/// in the foreground, early refreshes, forced reloads and loads of many keys.
/// </summary>
public sealed class InvalidationStressTests
{
    private const int Writers = 2;
    private const int Readers = 4;

    private static readonly TimeSpan s_duration = TimeSpan.FromSeconds(1.2);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task No_read_sees_a_version_older_than_the_last_invalidation(int seed)
    {
        await using var cache = Cache.InMemory();
        var database = new VersionedDatabase(cache, seed);
        using var stop = new CancellationTokenSource(s_duration);

        var workers = Enumerable.Range(0, Writers).Select(writer => Task.Run(() => database.WriteAsync(writer, Writers, stop.Token)))
            .Concat(Enumerable.Range(0, Readers).Select(reader => Task.Run(() => database.ReadAsync(reader, stop.Token))));
        await Task.WhenAll(workers).WaitAsync(TimeSpan.FromMinutes(1));

        await database.WaitForLoadsAsync();
        Assert.Empty(database.Violations);
        Assert.Empty(await database.FindStaleEntriesAsync());
        Assert.True(database.Invalidations > 100, $"only {database.Invalidations} invalidations");
        var statistics = cache.Statistics.Snapshot();
        Assert.True(statistics.Loads > 100, $"only {statistics.Loads} loads");
        Assert.True(statistics.Hits > 100, $"only {statistics.Hits} hits");
        Assert.True(statistics.DiscardedLoads > 0, "no load ever met an invalidation, so nothing was shown");
        Testing.Conformance.Invariants.Check(statistics);
    }
}
