using Larder.Memory;
using Larder.Testing;
using Larder.Tests.Memory.Integrity;

namespace Larder.Tests.Memory;

/// <summary>Caches of 1 to 32 entries, where a region of the eviction order is one entry or two.</summary>
public sealed class SmallCacheTests : IAsyncDisposable
{
    private readonly List<EngineCache> _caches = [];

    public static MatrixTheoryData<int, EvictionPolicy> Sizes => new(Enumerable.Range(1, 32), [EvictionPolicy.TinyLfu, EvictionPolicy.Lru]);

    public async ValueTask DisposeAsync()
    {
        foreach (var cache in _caches)
        {
            Assert.Empty(EngineIntegrity.Findings(cache));
            await cache.DisposeAsync();
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task It_holds_as_many_entries_as_it_may_and_the_newest_is_one_of_them(int capacity, EvictionPolicy eviction)
    {
        var cache = Create(capacity, eviction);
        for (var i = 0; i < 20 * capacity; i++)
        {
            await cache.SetAsync($"key:{i}", i);
            Assert.Equal(Math.Min(i + 1, capacity), await cache.CountAsync());
            Assert.Equal(i, (await cache.PeekAsync<int>($"key:{i}")).Value);
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task What_fits_stays(int capacity, EvictionPolicy eviction)
    {
        var cache = Create(capacity, eviction);
        await LoopAsync(cache, keys: capacity, rounds: 1);
        Assert.Equal(1, await LoopAsync(cache, keys: capacity, rounds: 50));
        Assert.Equal(0, cache.Statistics.Snapshot().Evictions);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task From_two_entries_on_a_key_in_use_survives_a_scan(int capacity, EvictionPolicy eviction)
    {
        var cache = Create(capacity, eviction);
        await cache.SetAsync("hot", 1);
        for (var i = 0; i < 1_000; i++)
        {
            Assert.True(cache.TryGet<int>("hot", out _) || capacity == 1, $"It was gone after {i} others.");
            await cache.SetAsync($"scan:{i}", i);
        }
    }

    /// <summary>At most a few times at first: until it is known to be used, it is worth no more than the others.</summary>
    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task From_two_entries_on_a_key_that_is_used_now_and_then_survives_a_scan_of_TinyLfu(int capacity, EvictionPolicy eviction)
    {
        var cache = Create(capacity, eviction);
        var found = 0;
        for (var i = 0; i < 3_000; i++)
        {
            if (i % 3 == 0)
            {
                found += await FindOrSetAsync(cache, "hot") ? 1 : 0;
            }

            await cache.SetAsync($"scan:{i}", i);
        }

        Assert.True(found > 900 || capacity == 1 || eviction == EvictionPolicy.Lru, $"{found} of 1,000 times.");
    }

    /// <summary>
    /// Where LRU finds nothing at all. The best that can be is to hold all entries but one for good, and to find (N - 1) of every (K - 1) of K keys.
    /// </summary>
    [Theory]
    [MemberData(nameof(Sizes))]
    public async Task A_loop_that_does_not_fit_is_answered_at_least_half_as_often_as_it_can_be_by_TinyLfu(int capacity, EvictionPolicy eviction)
    {
        foreach (var keys in (int[])[capacity + 1, 2 * capacity])
        {
            var best = (capacity - 1.0) / (keys - 1.0);
            var found = await LoopAsync(Create(capacity, eviction), keys, rounds: 200);
            Assert.True(found >= (eviction == EvictionPolicy.Lru ? 0 : best / 2), $"{found:P0} of a loop over {keys} keys; {best:P0} is possible.");
        }
    }

    /// <summary>
    /// Of N keys in shards of C places, about 1 in √(2πC) finds its shard full while others have room: less than 2.5 % at the smallest shards there are, on average over the secrets of hashes.
    /// More keys than that fill every shard, and then there are exactly as many entries as there may be.
    /// </summary>
    [Theory]
    [InlineData(1_024)]
    [InlineData(2_560)]
    [InlineData(10_001)]
    [InlineData(65_537)]
    public async Task Shards_that_fill_unevenly_never_hold_more_than_the_limit_and_at_first_hardly_less(int capacity)
    {
        var cache = Create(capacity, EvictionPolicy.TinyLfu);
        var shards = _caches[^1].Engine.Shards;
        Assert.Equal(capacity, shards.Sum(shard => shard.Capacity));
        Assert.InRange(shards.Max(shard => shard.Capacity) - shards.Min(shard => shard.Capacity), 0, 1);
        for (var i = 0; i < capacity; i++)
        {
            await cache.SetAsync($"key:{i}", i);
        }

        var keys = Enumerable.Range(0, capacity).CountBy(i => (int)(((ulong)KeyHash.Of($"key:{i}") * (ulong)shards.Count) >> 32)).ToDictionary();
        Assert.Equal(shards.Select((shard, at) => Math.Min(shard.Capacity, keys.GetValueOrDefault(at))).Sum(), cache.Statistics.Entries);
        Assert.InRange(cache.Statistics.Entries, capacity * 0.92, capacity);
        for (var i = 0; i < capacity; i++)
        {
            await cache.SetAsync($"more:{i}", i);
            Assert.True(cache.Statistics.Entries <= capacity, $"{cache.Statistics.Entries} entries.");
        }

        Assert.Equal(capacity, cache.Statistics.Entries);
    }

    /// <summary>Asks for the keys in turn, and stores those that are absent.</summary>
    /// <returns>The share of those that were found.</returns>
    private static async Task<double> LoopAsync(ICache cache, int keys, int rounds)
    {
        var found = 0;
        for (var i = 0; i < rounds * keys; i++)
        {
            found += await FindOrSetAsync(cache, $"loop:{i % keys}") ? 1 : 0;
        }

        return (double)found / (rounds * keys);
    }

    private static async ValueTask<bool> FindOrSetAsync(ICache cache, string key)
    {
        if (cache.TryGet<int>(key, out _))
        {
            return true;
        }

        await cache.SetAsync(key, 1);
        return false;
    }

    private ICache Create(int capacity, EvictionPolicy eviction)
    {
        var cache = new EngineCache(new FakeTimeProvider(), options => (options.Memory.MaxEntries, options.Memory.MaxBytes, options.Memory.Eviction) = (capacity, 1L << 40, eviction));
        _caches.Add(cache);
        return cache.Cache;
    }
}
