namespace Larder.Tests.Memory;

public sealed class EvictionEventTests : MemoryTest
{
    [Fact]
    [Ledger(190)]
    public async Task An_entry_that_made_room_for_others_is_reported()
    {
        var cache = CreateCache(options => (options.Memory.MaxEntries, options.Memory.Eviction) = (2, EvictionPolicy.Lru));
        var log = new EvictionLog(cache);
        foreach (var key in (string[])["a", "b", "c", "d"])
        {
            await cache.SetAsync(key, 1);
        }

        Assert.Equal([new CacheEviction("a", EvictionReason.EntryLimit), new CacheEviction("b", EvictionReason.EntryLimit)], log.All);
        Assert.Equal(2, cache.Statistics.Snapshot().EntryLimitEvictions);
    }

    [Fact]
    public async Task Entries_that_were_too_heavy_together_are_reported()
    {
        var cache = CreateCache(options => options.Memory.MaxBytes = 65_536);
        var log = new EvictionLog(cache);
        for (var i = 0; i < 10; i++)
        {
            await cache.SetAsync($"key:{i}", new byte[20_000]);
        }

        Assert.Equal(7, log.KeysOf(EvictionReason.ByteLimit).Count());
        Assert.Equal(7, cache.Statistics.Snapshot().ByteLimitEvictions);
        Assert.Equal(7, log.Keys.Distinct().Count());
    }

    [Fact]
    public async Task An_expired_entry_is_reported_when_it_is_swept()
    {
        var log = new EvictionLog(Cache);
        await Cache.SetAsync("key", 1, TimeSpan.FromSeconds(10));
        Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([new CacheEviction("key", EvictionReason.Expired)], log.All);
    }

    [Fact]
    [Ledger(79)]
    public async Task An_expired_entry_that_makes_room_is_reported_as_expired()
    {
        var cache = CreateCache(options => options.Memory.MaxEntries = 1);
        var log = new EvictionLog(cache);
        await cache.SetAsync("a", 1, TimeSpan.FromSeconds(10));
        Clock.Advance(TimeSpan.FromSeconds(10));
        await cache.SetAsync("b", 1);
        Assert.Equal([new CacheEviction("a", EvictionReason.Expired)], log.All);
        Assert.Equal(0, cache.Statistics.Snapshot().EntryLimitEvictions);
    }

    [Fact]
    public async Task An_entry_of_a_removed_tag_is_reported_when_it_is_swept()
    {
        var log = new EvictionLog(Cache);
        await Cache.SetAsync("key", 1, new() { Tags = ["tag"] });
        await Cache.RemoveByTagAsync("tag");
        Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([new CacheEviction("key", EvictionReason.TagInvalidated)], log.All);
    }

    [Fact]
    public async Task What_a_caller_asked_for_is_no_eviction()
    {
        var log = new EvictionLog(Cache);
        await Cache.SetAsync("a", 1);
        await Cache.SetAsync("a", 2);
        await Cache.RemoveAsync("a");
        await Cache.SetAsync("b", 1);
        await Cache.ClearAsync();
        await Cache.SetAsync("c", 1);
        await Cache.DisposeAsync();
        Assert.Empty(log.All);
        Assert.Equal(0, Cache.Statistics.Snapshot().Evictions);
    }

    [Fact]
    public async Task A_handler_may_use_the_cache()
    {
        var cache = CreateCache(options => options.Memory.MaxEntries = 2);
        cache.Events.Evicted += eviction => cache.RemoveAsync(eviction.Key).AsTask().GetAwaiter().GetResult();
        for (var i = 0; i < 10; i++)
        {
            await cache.SetAsync($"key:{i}", i);
        }

        Assert.Equal(2, cache.Statistics.Entries);
    }

    [Fact]
    public async Task A_handler_that_throws_harms_no_caller_and_is_counted()
    {
        await using var cache = Larder.Cache.InMemory(options => options.Memory.MaxEntries = 1);
        cache.Events.Evicted += static _ => throw new FormatException();
        await cache.SetAsync("a", 1);
        await cache.SetAsync("b", 1);
        await cache.SetAsync("c", 1);
        Assert.True(await cache.ExistsAsync("c"));
        Assert.Equal(2, cache.Statistics.Snapshot().HandlerErrors);
    }

    [Fact]
    public async Task A_handler_that_has_gone_is_not_called()
    {
        var calls = 0;
        void Count(CacheEviction eviction) => calls++;
        var cache = CreateCache(options => options.Memory.MaxEntries = 1);
        cache.Events.Evicted += Count;
        await cache.SetAsync("a", 1);
        await cache.SetAsync("b", 1);
        cache.Events.Evicted -= Count;
        await cache.SetAsync("c", 1);
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task Views_share_the_events_of_their_cache_and_report_whole_keys()
    {
        var cache = CreateCache(options => options.Memory.MaxEntries = 1);
        var log = new EvictionLog(cache.WithPrefix("other"));
        await cache.WithPrefix("view").SetAsync("a", 1);
        await cache.SetAsync("b", 1);
        Assert.Equal(["view:a"], log.Keys);
    }
}
