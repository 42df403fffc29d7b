namespace Larder.Tests.Memory;

public sealed class EntryBoundTests : MemoryTest
{
    [Theory]
    [Ledger(81)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(100)]
    [InlineData(5_000)]
    public async Task There_are_never_more_entries_than_the_limit(int limit)
    {
        var cache = CreateCache(options => options.Memory.MaxEntries = limit);
        for (var i = 0; i < (3 * limit) + 10; i++)
        {
            await cache.SetAsync($"key:{i}", i);
            Assert.True(cache.Statistics.Entries <= limit, $"{cache.Statistics.Entries} entries after {i + 1} sets");
        }

        Assert.Equal(limit, cache.Statistics.Entries);
        Assert.Equal(limit, await cache.CountAsync());
        Assert.Equal((2 * limit) + 10, cache.Statistics.Snapshot().EntryLimitEvictions);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(5_000)]
    public async Task The_entry_that_was_set_last_is_there(int limit)
    {
        var cache = CreateCache(options => options.Memory.MaxEntries = limit);
        for (var i = 0; i < (2 * limit) + 100; i++)
        {
            await cache.SetAsync($"key:{i}", i);
            Assert.True(cache.TryGet<int>($"key:{i}", out _), $"key:{i}");
        }
    }

    [Fact]
    public async Task Overwriting_at_the_limit_evicts_nothing()
    {
        var cache = CreateCache(options => options.Memory.MaxEntries = 2);
        await cache.SetAsync("a", 1);
        await cache.SetAsync("b", 1);
        for (var i = 0; i < 10; i++)
        {
            await cache.SetAsync("a", i);
            await cache.IncrementAsync("b");
        }

        Assert.Equal(2, await cache.CountAsync());
        Assert.Equal(0, cache.Statistics.Snapshot().Evictions);
    }

    [Fact]
    public async Task Every_way_to_store_keeps_to_the_limit()
    {
        var cache = CreateCache(options => options.Memory.MaxEntries = 3);
        await cache.SetManyAsync(Enumerable.Range(0, 10).Select(i => KeyValuePair.Create($"many:{i}", i)));
        Assert.Equal(3, cache.Statistics.Entries);
        for (var i = 0; i < 10; i++)
        {
            await cache.AddAsync($"add:{i}", i);
            await cache.IncrementAsync($"increment:{i}");
            await cache.GetOrCreateAsync($"create:{i}", i, static (i, _, _) => new ValueTask<int>(i));
            await cache.CreateTransaction().Set($"transaction:{i}", i).Set($"transaction:{i}:b", i).CommitAsync();
            Assert.Equal(3, cache.Statistics.Entries);
        }
    }

    [Fact]
    public async Task Entries_without_expiry_make_room_too()
    {
        var cache = CreateCache(options => options.Memory.MaxEntries = 10);
        for (var i = 0; i < 100; i++)
        {
            await cache.SetAsync($"key:{i}", i, CacheTtl.Never);
        }

        Assert.Equal(10, await cache.CountAsync());
    }

    [Fact]
    public async Task Many_writers_together_keep_to_the_limit()
    {
        var cache = CreateCache(options => options.Memory.MaxEntries = 1_000);
        await Parallel.ForAsync(0, 8, async (writer, _) =>
        {
            for (var i = 0; i < 2_000; i++)
            {
                await cache.SetAsync($"{writer}:{i}", i);
            }
        });

        Assert.Equal(1_000, cache.Statistics.Entries);
        Assert.Equal(1_000, await cache.CountAsync());
        Assert.Equal(15_000, cache.Statistics.Snapshot().Evictions);
    }

    [Fact]
    public async Task Locks_do_not_count_and_are_never_evicted()
    {
        var cache = CreateCache(options => options.Memory.MaxEntries = 1);
        await using var held = await cache.TryAcquireLockAsync("name", CacheTtl.Short);
        await cache.SetAsync("a", 1);
        await cache.SetAsync("b", 1);
        Assert.Null(await cache.TryAcquireLockAsync("name", CacheTtl.Short));
        Assert.Equal(1, cache.Statistics.Entries);
    }
}
