namespace Larder.Tests.Memory;

/// <summary>The window grows where the latest entries are those that are read again, and stays small where they are not.</summary>
public sealed class WindowTests : MemoryTest
{
    [Theory]
    [InlineData(150, 1_500)]
    [InlineData(400, 2_000)]
    public async Task Keys_read_up_and_down_in_turns_are_found_nearly_as_often_as_by_lru(int capacity, int keyCount)
    {
        var zigzag = Zigzag(keyCount, turns: 24).ToList();
        var byLru = await HitsAsync(CacheOf(capacity, EvictionPolicy.Lru), zigzag);
        Assert.Equal(23 * capacity, byLru);
        Assert.InRange(await HitsAsync(CacheOf(capacity), zigzag), 0.85 * byLru, int.MaxValue);
    }

    [Fact]
    public async Task Traffic_to_recent_keys_is_found_nearly_as_often_as_by_lru()
    {
        const int Capacity = 200;
        var random = new Random(5);
        var recent = Enumerable.Range(0, 100 * Capacity).Select(i => Math.Max(0, (i / 2) - (int)(-Math.Log(1 - random.NextDouble()) * Capacity / 2))).ToList();
        var byLru = await HitsAsync(CacheOf(Capacity, EvictionPolicy.Lru), recent);
        Assert.InRange(await HitsAsync(CacheOf(Capacity), recent), 0.82 * byLru, int.MaxValue);
    }

    [Theory]
    [InlineData(1.1, 0.8)]
    [InlineData(1.5, 0.55)]
    [InlineData(2, 0.38)]
    [InlineData(5, 0.12)]
    public async Task A_loop_does_not_lure_the_window_into_growing(double lengthToCapacity, double expectedRatio)
    {
        const int Capacity = 200;
        var loop = Loop((int)(lengthToCapacity * Capacity), turns: 40).ToList();
        Assert.Equal(0, await HitsAsync(CacheOf(Capacity, EvictionPolicy.Lru), loop));
        Assert.InRange(await HitsAsync(CacheOf(Capacity), loop), expectedRatio * loop.Count, loop.Count);
    }

    [Fact]
    public async Task The_window_gives_way_when_a_loop_follows()
    {
        const int Capacity = 200;
        var cache = CacheOf(Capacity);
        await HitsAsync(cache, Zigzag(10 * Capacity, turns: 20));
        var loop = Loop(300, turns: 40).Select(key => -1 - key).ToList();
        await HitsAsync(cache, loop);
        Assert.InRange(await HitsAsync(cache, loop), loop.Count / 2, loop.Count);
    }

    [Fact]
    public async Task Entries_with_tags_are_found_as_often_as_plain_ones()
    {
        const int Capacity = 200;
        var random = new Random(6);
        var skewed = Enumerable.Range(0, 100 * Capacity).Select(_ => (int)(10 * Capacity * Math.Pow(random.NextDouble(), 4))).ToList();
        var plain = await HitsAsync(CacheOf(Capacity), skewed);
        Assert.InRange(await HitsAsync(CacheOf(Capacity), skewed, new CacheEntryOptions { Tags = ["tag"] }), 0.98 * plain, 1.02 * plain);
    }

    private static IEnumerable<int> Zigzag(int keyCount, int turns) =>
        Enumerable.Range(0, turns).SelectMany(turn => Enumerable.Range(0, keyCount).Select(key => turn % 2 == 0 ? key : keyCount - 1 - key));

    private static IEnumerable<int> Loop(int keyCount, int turns) => Enumerable.Range(0, turns).SelectMany(_ => Enumerable.Range(0, keyCount));

    private static async Task<int> HitsAsync(ICache cache, IEnumerable<int> keys, CacheEntryOptions options = default)
    {
        var hits = 0;
        foreach (var key in keys)
        {
            if (cache.TryGet<int>($"{key}", out _))
            {
                hits++;
            }
            else
            {
                await cache.SetAsync($"{key}", key, options);
            }
        }

        return hits;
    }

    private ICache CacheOf(int capacity, EvictionPolicy eviction = EvictionPolicy.TinyLfu) =>
        CreateCache(options => (options.Memory.MaxEntries, options.Memory.Eviction) = (capacity, eviction));
}
