namespace Larder.Tests.Memory;

public sealed class WeigherTests : MemoryTest
{
    [Fact]
    [Ledger(92)]
    public async Task The_weigher_says_what_an_entry_weighs()
    {
        var cache = CreateCache(options => options.Memory.Weigher = static (key, value) => key.Length + (value is int number ? number : 0));
        await cache.SetAsync("abc", 1_000);
        await cache.SetAsync<string?>("null", null);
        Assert.Equal(1_007, cache.Statistics.Bytes);
    }

    [Fact]
    public async Task The_weigher_is_called_once_per_write_with_the_whole_key()
    {
        var calls = new List<(string, object?)>();
        var cache = CreateCache(options => options.Memory.Weigher = (key, value) =>
        {
            calls.Add((key, value));
            return 1;
        });
        await cache.WithPrefix("view").SetAsync("key", "value");
        await cache.GetAsync<string>("view:key");
        await cache.RemoveAsync("view:key");
        Assert.Equal([("view:key", "value")], calls);
    }

    [Fact]
    [Ledger(36)]
    public async Task The_weigher_may_use_the_cache()
    {
        ICache? cache = null;
        cache = CreateCache(options => options.Memory.Weigher = (key, _) =>
        {
            if (key == "key")
            {
                Assert.True(cache!.RemoveAsync("other").IsCompletedSuccessfully);
            }

            return 1;
        });
        await cache.SetAsync("other", 1);
        await cache.SetAsync("key", 1);
        Assert.Equal(1, cache.Statistics.Entries);
    }

    [Fact]
    public async Task A_weigher_that_throws_fails_the_write_and_leaves_what_was_there()
    {
        var cache = CreateCache(options => options.Memory.Weigher = static (_, value) => value is "bad" ? throw new FormatException() : 1);
        await cache.SetAsync("key", "good");
        await Assert.ThrowsAsync<FormatException>(async () => await cache.SetAsync("key", "bad"));
        Assert.Equal("good", (await cache.GetAsync<string>("key")).Value);
        Assert.Equal(1, cache.Statistics.Bytes);
        await cache.SetAsync("key", "better");
        Assert.Equal("better", (await cache.GetAsync<string>("key")).Value);
    }

    [Fact]
    public async Task A_negative_weight_is_taken_for_zero()
    {
        var cache = CreateCache(options => options.Memory.Weigher = static (_, _) => -5);
        await cache.SetAsync("key", 1);
        Assert.Equal(0, cache.Statistics.Bytes);
    }

    [Fact]
    public async Task Text_and_arrays_weigh_what_they_hold()
    {
        var empty = await WeightAsync("");
        // Weights are kept to a thousandth, rounded up.
        Assert.InRange(await WeightAsync(new string('v', 1_000)) - empty, 2_000, 2_003);
        Assert.InRange(await WeightAsync(new long[1_000]) - await WeightAsync(Array.Empty<long>()), 8_000, 8_010);
        Assert.InRange(await WeightAsync(new byte[1_000]) - await WeightAsync(Array.Empty<byte>()), 1_000, 1_002);
    }

    [Fact]
    public async Task A_key_weighs_what_it_holds()
    {
        await Cache.SetAsync("k", 1);
        var before = Cache.Statistics.Bytes;
        await Cache.SetAsync("k" + new string('k', 100), 1);
        Assert.Equal(200, Cache.Statistics.Bytes - (2 * before));
    }

    [Fact]
    public async Task A_collection_weighs_more_the_more_it_holds() =>
        Assert.True(await WeightAsync(new List<string>(Enumerable.Repeat("x", 100))) > await WeightAsync(new List<string> { "x" }) + 1_000);

    private async Task<long> WeightAsync<T>(T value)
    {
        await Cache.SetAsync("weighed", value);
        return Cache.Statistics.Bytes;
    }
}
