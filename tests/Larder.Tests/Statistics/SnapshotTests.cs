namespace Larder.Tests.Statistics;

public sealed class SnapshotTests : MemoryTest
{
    [Fact]
    [LedgerFault(20)]
    public async Task The_hit_ratio_is_undefined_without_reads()
    {
        Assert.Null(Cache.Statistics.HitRatio);
        await Cache.SetAsync("key", 1);
        await Cache.PeekAsync<int>("key");
        Assert.Null(Cache.Statistics.Snapshot().HitRatio);
        Assert.Null(new CacheStatisticsSnapshot().HitRatio);
    }

    [Fact]
    [Ledger(175)]
    public async Task The_hit_ratio_is_the_share_of_hits()
    {
        await Cache.GetAsync<int>("key");
        Assert.Equal(new Ratio(0), Cache.Statistics.HitRatio);
        await Cache.SetAsync("key", 1);
        await Cache.GetAsync<int>("key");
        await Cache.GetAsync<int>("key");
        await Cache.GetAsync<int>("key");
        Assert.Equal(new Ratio(0.75), Cache.Statistics.HitRatio);
    }

    [Fact]
    public async Task A_stale_hit_is_a_hit()
    {
        await Cache.SetAsync("key", 1);
        await Cache.InvalidateAsync(new InvalidationGroup().AddKeys("key"), InvalidationMode.Lazy);
        await Cache.GetAsync<int>("key");
        Assert.Equal((1, 1, new Ratio(1)), (Cache.Statistics.Snapshot().StaleHits, Cache.Statistics.Snapshot().Hits, Cache.Statistics.HitRatio));
    }

    [Fact]
    public async Task A_snapshot_stays_what_it_was()
    {
        await Cache.GetAsync<int>("key");
        var snapshot = Cache.Statistics.Snapshot();
        await Cache.GetAsync<int>("key");
        Assert.Equal(1, snapshot.Misses);
        Assert.Equal(2, Cache.Statistics.Snapshot().Misses);
    }

    [Fact]
    public void A_snapshot_tells_when_it_was_taken()
    {
        var start = Clock.GetUtcNow();
        Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(start + TimeSpan.FromHours(1), Cache.Statistics.Snapshot().TakenAt);
    }

    [Fact]
    [Ledger(179)]
    public async Task Since_tells_what_happened_between()
    {
        await Cache.SetAsync("a", 1);
        await Cache.GetAsync<int>("a");
        await Cache.GetAsync<int>("b");
        var before = Cache.Statistics.Snapshot();
        await Cache.GetAsync<int>("a");
        await Cache.GetAsync<int>("a");
        await Cache.GetAsync<string>("a");
        await Cache.SetAsync("b", 1);
        await Cache.RemoveAsync("b");

        var since = Cache.Statistics.Since(before);
        Assert.Equal((2, 1, 1, 1, 1), (since.FreshHits, since.Misses, since.TypeMismatches, since.Sets, since.Removes));
        Assert.Equal((1, Cache.Statistics.Bytes), (since.Entries, since.Bytes));
        Assert.Equal(new Ratio(2.0 / 3), since.HitRatio);
    }

    [Fact]
    public void Since_takes_every_counter_into_account()
    {
        var counters = typeof(CacheStatisticsSnapshot).GetProperties()
            .Where(property => property.CanWrite && property.PropertyType == typeof(long) && property.Name is not ("Entries" or "Bytes" or "PendingInvalidations"))
            .ToArray();
        Assert.True(counters.Length >= 20, counters.Length + " counters");
        var earlier = new CacheStatisticsSnapshot();
        var later = new CacheStatisticsSnapshot();
        for (var i = 0; i < counters.Length; i++)
        {
            counters[i].SetValue(earlier, 1_000L + i);
            counters[i].SetValue(later, 3_000L + (3 * i));
        }

        var since = later.Since(earlier);
        for (var i = 0; i < counters.Length; i++)
        {
            Assert.Equal((counters[i].Name, 2_000L + (2 * i)), (counters[i].Name, (long)counters[i].GetValue(since)!));
        }
    }

    [Fact]
    public async Task Since_an_equal_snapshot_nothing_happened_and_the_ratio_is_undefined()
    {
        await Cache.GetAsync<int>("key");
        var since = Cache.Statistics.Since(Cache.Statistics.Snapshot());
        Assert.Equal((0, 0), (since.Reads, since.Evictions));
        Assert.Null(since.HitRatio);
    }

    [Fact]
    [Ledger(107)]
    public async Task Views_share_the_counters_of_their_cache_and_caches_do_not()
    {
        var other = CreateCache();
        await Cache.WithPrefix("view").GetAsync<int>("key");
        await Cache.WithTimeToLive(CacheTtl.Long).GetAsync<int>("key");
        await Cache.For<int>().GetAsync("key");
        Assert.Equal(3, Cache.Statistics.Snapshot().Misses);
        Assert.Same(Cache.Statistics, Cache.WithPrefix("view").Statistics);
        Assert.Equal(0, other.Statistics.Snapshot().Misses);
    }

    [Fact]
    public async Task Counters_are_exact_when_many_threads_read()
    {
        const int Readers = 8;
        const int ReadsEach = 20_000;
        for (var i = 0; i < 50; i++)
        {
            await Cache.SetAsync($"key:{i}", i);
        }

        var hits = 0;
        await Parallel.ForAsync(0, Readers, new ParallelOptions { MaxDegreeOfParallelism = Readers }, (reader, _) =>
        {
            var random = new Random(reader);
            var mine = 0;
            for (var i = 0; i < ReadsEach; i++)
            {
                mine += Cache.TryGet<int>($"key:{random.Next(100)}", out var _) ? 1 : 0;
            }

            Interlocked.Add(ref hits, mine);
            return default;
        });

        var statistics = Cache.Statistics.Snapshot();
        Assert.Equal(Readers * ReadsEach, statistics.Reads);
        Assert.Equal(hits, statistics.FreshHits);
        Assert.Equal((Readers * ReadsEach) - hits, statistics.Misses);
    }

    [Fact]
    public async Task Counters_are_exact_when_many_threads_do_everything()
    {
        long reads = 0, loads = 0, sets = 0, removes = 0;
        await Parallel.ForAsync(0, 8, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (caller, _) =>
        {
            var random = new Random(caller);
            for (var i = 0; i < 2_000; i++)
            {
                var key = $"key:{random.Next(20)}";
                switch (random.Next(4))
                {
                    case 0:
                        await Cache.GetAsync<int>(key);
                        Interlocked.Increment(ref reads);
                        break;
                    case 1:
                        await Cache.GetOrCreateAsync(key, _ =>
                        {
                            Interlocked.Increment(ref loads);
                            return new ValueTask<int>(1);
                        });
                        Interlocked.Increment(ref reads);
                        break;
                    case 2:
                        await Cache.SetAsync(key, i);
                        Interlocked.Increment(ref sets);
                        break;
                    default:
                        Interlocked.Add(ref removes, await Cache.RemoveAsync(key) ? 1 : 0);
                        break;
                }
            }
        });

        var statistics = Cache.Statistics.Snapshot();
        Assert.Equal((reads, loads, sets, removes), (statistics.Reads, statistics.Loads, statistics.Sets, statistics.Removes));
        Assert.Equal(await Cache.CountAsync(), statistics.Entries);
    }
}
