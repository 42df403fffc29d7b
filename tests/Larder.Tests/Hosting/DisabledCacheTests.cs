using Microsoft.Extensions.DependencyInjection;

namespace Larder.Tests.Hosting;

/// <summary>A cache that is switched off: every read misses, every load runs, and call sites stay as they are.</summary>
public sealed class DisabledCacheTests
{
    [Fact]
    [Ledger(32, 168)]
    public async Task A_cache_is_switched_off_by_configuration()
    {
        await using var provider = HostingSetup.Provider(larder => larder.AddCache("products"), settings: [("Larder:Caches:products:Enabled", "false")]);

        await AssertDisabledAsync(provider.GetRequiredKeyedService<ICache>("products"));
        await provider.GetRequiredService<ICache>().SetAsync("key", 1);
        Assert.True(await provider.GetRequiredService<ICache>().ExistsAsync("key"));
    }

    [Fact]
    public async Task A_cache_is_switched_off_by_code()
    {
        await using var cache = Cache.InMemory(options => options.Enabled = false);

        await AssertDisabledAsync(cache);
    }

    [Fact]
    [Ledger(32)]
    public Task Cache_None_caches_nothing() => AssertDisabledAsync(Cache.None);

    [Fact]
    public async Task Disposing_Cache_None_does_nothing()
    {
        await Cache.None.DisposeAsync();
        await using (Cache.None.WithPrefix("a"))
        {
        }

        await AssertDisabledAsync(Cache.None);
    }

    [Fact]
    public async Task Every_caller_loads_for_itself_with_its_own_value()
    {
        var release = new TaskCompletionSource();
        var callers = Enumerable.Range(0, 5).Select(caller => Cache.None.GetOrCreateAsync("key", async _ =>
        {
            await release.Task;
            return caller;
        }).AsTask()).ToArray();
        release.SetResult();

        Assert.Equal([0, 1, 2, 3, 4], (await Task.WhenAll(callers)).Order());
    }

    [Fact]
    public async Task Locks_lock_all_the_same()
    {
        await using var cache = Cache.InMemory(options => options.Enabled = false);
        await using var held = await cache.TryAcquireLockAsync("job", TimeSpan.FromSeconds(30));

        Assert.NotNull(held);
        Assert.Null(await cache.TryAcquireLockAsync("job", TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Bad_arguments_are_refused_all_the_same()
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Cache.None.GetAsync<int>("").AsTask());
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Cache.None.SetAsync("key", 1, TimeSpan.Zero).AsTask());
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Cache.None.RemoveByPatternAsync("[").AsTask());
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Cache.None.RemoveByTagAsync("").AsTask());
    }

    private static async Task AssertDisabledAsync(ICache cache)
    {
        var loads = 0;
        for (var round = 1; round <= 2; round++)
        {
            await cache.SetAsync("key", 1, new CacheEntryOptions { Tags = ["tag"] });
            Assert.False((await cache.GetAsync<int>("key")).HasValue);
            Assert.False(cache.TryGet<int>("key", out _));
            Assert.Equal(7, await cache.GetOrCreateAsync("key", _ => new ValueTask<int>(7 + (loads++ * 0))));
            Assert.Equal(round, loads);
        }

        Assert.True(await cache.AddAsync("key", 1));
        Assert.False(await cache.ReplaceAsync("key", 1));
        Assert.False(await cache.ExistsAsync("key"));
        Assert.False(await cache.ExpireAsync("key", TimeSpan.FromSeconds(1)));
        Assert.Equal(EntryTimeToLive.Absent, await cache.GetTimeToLiveAsync("key"));
        Assert.Equal(5, await cache.IncrementAsync("counter", 5));
        Assert.Equal(5, await cache.IncrementAsync("counter", 5));
        Assert.Equal(0, await cache.CountAsync());
        Assert.Equal(0, await cache.ClearAsync());
        Assert.Empty(await cache.KeysAsync().ToArrayAsync());
        Assert.True(await cache.CreateTransaction().RequireAbsent("key").Set("key", 1).CommitAsync());
        Assert.False(await cache.CreateTransaction().RequirePresent("key").CommitAsync());
        await cache.RemoveByTagAsync("tag");
        await cache.InvalidateAsync(new InvalidationGroup().AddKeys("key"), InvalidationMode.Lazy);
        Assert.Equal(3, (await cache.GetOrCreateManyAsync<int>(["a"], (keys, _) => new(keys.ToDictionary(key => key, _ => 3))))["a"]);
        Assert.Equal(0, cache.Statistics.Entries);
    }
}
