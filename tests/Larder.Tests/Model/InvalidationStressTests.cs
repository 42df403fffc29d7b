using System.Diagnostics;

namespace Larder.Tests.Model;

/// <summary>
/// Loads against invalidations, checked by version: a writer changes the database and then invalidates; from the moment that the invalidation has
/// returned, no read that begins sees an older version, and when all is quiet nothing that is old is left. Key, tag, pattern, clear and set, loads
/// in the foreground, early refreshes, forced reloads and loads of many keys.
/// </summary>
[Trait("Category", "Slow")]
public sealed class InvalidationStressTests
{
    private const int Writers = 2;
    private const int Readers = 4;

    private static readonly TimeSpan s_atLeast = TimeSpan.FromSeconds(1.2);
    private static readonly TimeSpan s_atMost = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task No_read_sees_a_version_older_than_the_last_invalidation(int seed)
    {
        await using var cache = Cache.InMemory();
        var database = new VersionedDatabase(cache, seed);
        using var stop = new CancellationTokenSource();

        var workers = Task.WhenAll(
            Enumerable.Range(0, Writers).Select(writer => Task.Run(() => database.WriteAsync(writer, Writers, stop.Token)))
                .Concat(Enumerable.Range(0, Readers).Select(reader => Task.Run(() => database.ReadAsync(reader, stop.Token)))));
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < s_atLeast || (!HasMetEnough(cache.Statistics.Snapshot()) && watch.Elapsed < s_atMost))
        {
            await Task.Delay(20);
        }

        await stop.CancelAsync();
        await workers.WaitAsync(s_atMost);
        await database.WaitForLoadsAsync();

        Assert.True(HasMetEnough(cache.Statistics.Snapshot()), $"Loads and invalidations hardly met, so nothing was shown: {cache.Statistics.Snapshot()}");
        Assert.Equal("", string.Join('\n', database.Violations));
        Assert.Equal("", string.Join('\n', await database.FindStaleEntriesAsync()));
        Testing.Conformance.Invariants.Check(cache.Statistics.Snapshot());
    }

    private static bool HasMetEnough(CacheStatisticsSnapshot snapshot) => snapshot is { Loads: > 100, Hits: > 100, DiscardedLoads: > 20, JoinedLoads: > 20 };
}
