namespace Larder.Tests.Memory;

/// <summary>The least recently used entries make room, where that is asked for.</summary>
public sealed class EvictionOrderTests : MemoryTest
{
    [Fact]
    public async Task The_oldest_entry_goes_when_none_was_read()
    {
        var cache = await FilledAsync("a", "b", "c");
        await cache.SetAsync("d", 1);
        Assert.Equal(["b", "c", "d"], await KeysAsync(cache));
    }

    [Fact]
    [Ledger(83)]
    public async Task A_read_entry_stays_longer()
    {
        var cache = await FilledAsync("a", "b", "c");
        await cache.GetAsync<int>("a");
        await cache.SetAsync("d", 1);
        await cache.SetAsync("e", 1);
        Assert.Equal(["a", "d", "e"], await KeysAsync(cache));
    }

    [Fact]
    public async Task Every_way_to_read_counts_as_use()
    {
        Func<ICache, Task>[] reads =
        [
            cache => Task.FromResult(cache.TryGet<int>("a", out _)),
            cache => cache.GetManyAsync<int>(["a"]).AsTask(),
            cache => cache.GetOrCreateAsync("a", static _ => new ValueTask<int>(2)).AsTask(),
            cache => cache.For<int>().GetAsync("a").AsTask(),
        ];
        foreach (var read in reads)
        {
            var cache = await FilledAsync("a", "b", "c");
            await read(cache);
            await cache.SetAsync("d", 1);
            Assert.Equal(["a", "c", "d"], await KeysAsync(cache));
        }
    }

    [Fact]
    public async Task A_write_counts_as_use()
    {
        Func<ICache, Task>[] writes =
        [
            cache => cache.SetAsync("a", 2).AsTask(),
            cache => cache.IncrementAsync("a").AsTask(),
            cache => cache.UpdateAsync<int>("a", static _ => 2).AsTask(),
        ];
        foreach (var write in writes)
        {
            var cache = await FilledAsync("a", "b", "c");
            await write(cache);
            await cache.SetAsync("d", 1);
            Assert.Equal(["a", "c", "d"], await KeysAsync(cache));
        }
    }

    [Fact]
    public async Task Peeking_asking_and_listing_count_as_no_use()
    {
        var cache = await FilledAsync("a", "b", "c");
        await cache.PeekAsync<int>("a");
        await cache.ExistsAsync("a");
        await cache.GetTimeToLiveAsync("a");
        await cache.CountAsync();
        await cache.SetAsync("d", 1);
        Assert.Equal(["b", "c", "d"], await KeysAsync(cache));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(16)]
    public async Task At_small_sizes_the_order_is_exact(int capacity)
    {
        var random = new Random(capacity);
        var cache = CreateCache(options => (options.Memory.MaxEntries, options.Memory.Eviction) = (capacity, EvictionPolicy.Lru));
        var model = new LinkedList<string>();
        for (var step = 0; step < 5_000; step++)
        {
            var key = $"key:{random.Next(3 * capacity)}";
            var isKnown = model.Remove(key);
            switch (random.Next(3))
            {
                case 0:
                    Assert.Equal(isKnown, cache.TryGet<int>(key, out _));
                    break;
                case 1 when isKnown:
                    await cache.RemoveAsync(key);
                    isKnown = false;
                    break;
                default:
                    await cache.SetAsync(key, step);
                    isKnown = true;
                    break;
            }

            if (isKnown)
            {
                model.AddLast(key);
            }

            if (model.Count > capacity)
            {
                model.RemoveFirst();
            }
        }

        Assert.Equal(model.Order(StringComparer.Ordinal), await KeysAsync(cache));
    }

    [Fact]
    public async Task Entries_in_use_survive_a_scan_at_larger_sizes()
    {
        var cache = CreateCache(options => (options.Memory.MaxEntries, options.Memory.Eviction) = (500, EvictionPolicy.Lru));
        for (var i = 0; i < 500; i++)
        {
            await cache.SetAsync(i < 50 ? $"hot:{i}" : $"cold:{i}", i);
        }

        for (var i = 0; i < 50; i++)
        {
            await cache.GetAsync<int>($"hot:{i}");
        }

        for (var i = 0; i < 5_000; i++)
        {
            Assert.True(cache.TryGet<int>($"hot:{i % 50}", out _), $"hot:{i % 50} after {i} of the scan");
            await cache.SetAsync($"scan:{i}", i);
        }
    }

    private static async Task<List<string>> KeysAsync(ICache cache)
    {
        var keys = new List<string>();
        await foreach (var key in cache.KeysAsync())
        {
            keys.Add(key);
        }

        return [.. keys.Order(StringComparer.Ordinal)];
    }

    private async Task<ICache> FilledAsync(params string[] keys)
    {
        var cache = CreateCache(options => (options.Memory.MaxEntries, options.Memory.Eviction) = (keys.Length, EvictionPolicy.Lru));
        foreach (var key in keys)
        {
            await cache.SetAsync(key, 1);
        }

        return cache;
    }
}
