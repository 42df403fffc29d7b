namespace Larder.Tests.Memory;

public sealed class ByteBoundTests : MemoryTest
{
    private const long Limit = 65_536;

    [Fact]
    [Ledger(81, 92)]
    public async Task The_entries_never_weigh_more_than_the_limit()
    {
        var cache = CreateCache(options => options.Memory.MaxBytes = Limit);
        for (var i = 0; i < 500; i++)
        {
            await cache.SetAsync($"key:{i}", new byte[1_000 + (i % 7 * 100)]);
            Assert.InRange(cache.Statistics.Bytes, 1, Limit);
        }

        var statistics = cache.Statistics.Snapshot();
        Assert.True(statistics.ByteLimitEvictions > 400, statistics.ByteLimitEvictions + " evictions");
        Assert.Equal(500, statistics.ByteLimitEvictions + statistics.Entries);
        Assert.Equal(0, statistics.EntryLimitEvictions);
    }

    [Fact]
    public async Task The_entry_that_was_set_last_is_there_however_heavy()
    {
        var cache = CreateCache(options => options.Memory.MaxBytes = Limit);
        for (var i = 0; i < 200; i++)
        {
            await cache.SetAsync($"key:{i}", new byte[10_000 + (i * 200)]);
            Assert.True(cache.TryGet<byte[]>($"key:{i}", out _), $"key:{i}");
            Assert.InRange(cache.Statistics.Bytes, 1, Limit);
        }
    }

    [Fact]
    public async Task One_heavy_entry_makes_as_much_room_as_it_needs()
    {
        var cache = CreateCache(options => options.Memory.MaxBytes = Limit);
        for (var i = 0; i < 20; i++)
        {
            await cache.SetAsync($"key:{i}", new byte[2_500]);
        }

        await cache.SetAsync("heavy", new byte[65_000]);

        Assert.True(cache.TryGet<byte[]>("heavy", out _));
        Assert.Equal(1, cache.Statistics.Entries);
        Assert.InRange(cache.Statistics.Bytes, 65_000, Limit);
    }

    [Fact]
    public async Task An_entry_that_alone_is_too_heavy_is_not_kept_and_counted()
    {
        var cache = CreateCache(options => options.Memory.MaxBytes = Limit);
        var log = new EvictionLog(cache);
        await cache.SetAsync("small", 1);
        await cache.SetAsync("large", new byte[Limit]);

        Assert.False(await cache.ExistsAsync("large"));
        Assert.True(await cache.ExistsAsync("small"));
        Assert.Equal(1, cache.Statistics.Snapshot().TooLargeEvictions);
        Assert.Equal([new CacheEviction("large", EvictionReason.TooLarge)], log.All);
    }

    [Fact]
    public async Task A_value_that_is_too_heavy_takes_the_one_before_it_away()
    {
        var cache = CreateCache(options => options.Memory.MaxBytes = Limit);
        await cache.SetAsync("key", new byte[1]);
        await cache.SetAsync("key", new byte[Limit]);

        Assert.False(await cache.ExistsAsync("key"));
        Assert.Equal(0, cache.Statistics.Bytes);
    }

    [Fact]
    public async Task A_loaded_value_that_is_too_heavy_reaches_its_caller()
    {
        var cache = CreateCache(options => options.Memory.MaxBytes = Limit);
        var result = await cache.GetOrCreateResultAsync("key", 0, static (_, _, _) => new ValueTask<byte[]>(new byte[Limit]));

        Assert.Equal(Limit, result.Value.Length);
        Assert.Equal(0, result.Version);
        Assert.False(await cache.ExistsAsync("key"));
        Assert.Equal(1, cache.Statistics.Snapshot().TooLargeEvictions);
    }

    [Fact]
    public async Task Overwriting_counts_the_difference()
    {
        await Cache.SetAsync("key", new byte[1_000]);
        var before = Cache.Statistics.Bytes;
        await Cache.SetAsync("key", new byte[3_000]);
        Assert.Equal(before + 2_000, Cache.Statistics.Bytes);
        await Cache.SetAsync("key", new byte[500]);
        Assert.Equal(before - 500, Cache.Statistics.Bytes);
    }

    [Theory]
    [InlineData("remove")]
    [InlineData("remove many")]
    [InlineData("pattern")]
    [InlineData("clear")]
    [InlineData("expiry")]
    [InlineData("tag")]
    [InlineData("transaction")]
    public async Task Bytes_go_back_to_zero(string way)
    {
        var keys = Enumerable.Range(0, 100).Select(i => $"key:{i}").ToArray();
        foreach (var key in keys)
        {
            await Cache.SetAsync(key, new string('v', 100), new() { TimeToLive = TimeSpan.FromSeconds(10), Tags = ["tag"] });
            await Cache.ExpireAsync(key, TimeSpan.FromSeconds(20));
        }

        Assert.True(Cache.Statistics.Bytes > 20_000);
        switch (way)
        {
            case "remove":
                foreach (var key in keys)
                {
                    await Cache.RemoveAsync(key);
                }

                break;
            case "remove many":
                await Cache.RemoveManyAsync(keys);
                break;
            case "pattern":
                await Cache.RemoveByPatternAsync("key:*");
                break;
            case "clear":
                await Cache.ClearAsync();
                break;
            case "expiry":
                Clock.Advance(TimeSpan.FromMinutes(2));
                break;
            case "tag":
                await Cache.RemoveByTagAsync("tag");
                Clock.Advance(TimeSpan.FromMinutes(1));
                break;
            default:
                var transaction = Cache.CreateTransaction();
                foreach (var key in keys)
                {
                    transaction.Remove(key);
                }

                await transaction.CommitAsync();
                break;
        }

        Assert.Equal(0, Cache.Statistics.Bytes);
        Assert.Equal(0, Cache.Statistics.Entries);
    }

    [Fact]
    public async Task Many_writers_and_removers_leave_the_sum_of_what_is_there()
    {
        var cache = CreateCache(options => options.Memory.Weigher = static (_, value) => (int)value!);
        await Parallel.ForAsync(0, 8, async (writer, _) =>
        {
            var random = new Random(writer);
            for (var i = 0; i < 2_000; i++)
            {
                var key = $"key:{random.Next(100)}";
                await (random.Next(3) == 0 ? cache.RemoveAsync(key).AsTask() : cache.SetAsync(key, random.Next(1, 100)).AsTask());
            }
        });

        long sum = 0;
        await foreach (var key in cache.KeysAsync())
        {
            sum += (await cache.PeekAsync<int>(key)).Value;
        }

        Assert.Equal(sum, cache.Statistics.Bytes);
        Assert.Equal(await cache.CountAsync(), cache.Statistics.Entries);
    }
}
