using System.Diagnostics;
using System.Reflection;
using Larder.Testing;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.Tests.Adapters;

/// <summary>What a cache says of itself, and how it is used under other interfaces without a container.</summary>
public sealed class AdapterTests : MemoryTest
{
    [Fact]
    public async Task A_cache_says_what_it_is()
    {
        await using var provider = Hosting.HostingSetup.Provider(larder => larder.AddCache("products", options => options.Memory.MaxEntries = 10));
        var cache = provider.GetRequiredKeyedService<ICache>("products");

        Assert.StartsWith("Larder cache 'products' in memory, at most 10 entries", cache.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("keys 'a:b:*'", cache.WithPrefix("a").WithPrefix("b").ToString(), StringComparison.Ordinal);
        Assert.EndsWith("values of type String", cache.For<string>().ToString(), StringComparison.Ordinal);
        Assert.Contains("caching is disabled", Larder.Cache.None.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_debugger_shows_the_entries_of_a_cache_and_leaves_no_trace()
    {
        await Cache.SetAsync("b", 2);
        await Cache.SetAsync("a", "one");
        await Cache.SetAsync("view:c", 3);
        var before = Cache.Statistics.Snapshot();

        var shown = Entries(Cache);

        Assert.Equal(["a = one", "b = 2", "view:c = 3"], shown);
        Assert.Equal(["view:c = 3"], Entries(Cache.WithPrefix("view")));
        Assert.Equal(before.Reads, Cache.Statistics.Snapshot().Reads);

        static string[] Entries(ICache cache)
        {
            var proxy = cache.GetType().GetCustomAttribute<DebuggerTypeProxyAttribute>()!;
            var view = (Larder.Views.CacheDebugView)Activator.CreateInstance(Type.GetType(proxy.ProxyTypeName)!, cache)!;
            return [.. view.Entries.Select(entry => $"{entry.Key} = {entry.Value}")];
        }
    }

    [Fact]
    public void A_cache_of_another_kind_cannot_be_adapted()
    {
        Assert.Throws<ArgumentNullException>(() => CacheAdapterExtensions.AsHybridCache(null!));
        Assert.Throws<ArgumentNullException>(() => CacheAdapterExtensions.AsDistributedCache(null!));
    }

    [Fact]
    public async Task Gap_12_entries_of_a_distributed_cache_are_apart_from_those_of_the_application()
    {
        await using var provider = Hosting.HostingSetup.Provider(larder => larder.AsDistributedCache().AsHybridCache());
        var (cache, distributed) = (provider.GetRequiredService<ICache>(), provider.GetRequiredService<IDistributedCache>());
        await cache.SetAsync("key", "of the application");
        await distributed.SetStringAsync("key", "of the library");
        await provider.GetRequiredService<Microsoft.Extensions.Caching.Hybrid.HybridCache>().RemoveByTagAsync("*");

        Assert.Equal("of the application", (await cache.GetAsync<string>("key")).Value);
        Assert.Equal("of the library", await distributed.GetStringAsync("key"));
    }

    [Fact]
    [LedgerFault(52)]
    public async Task Fault_52_a_session_lives_for_as_long_as_was_said_and_from_its_last_use()
    {
        var clock = new FakeTimeProvider();
        await using var cache = CreateCache(options => options.TimeProvider = clock);
        var sessions = cache.AsDistributedCache();
        await sessions.SetStringAsync("session", "user", new DistributedCacheEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(30) });
        for (var use = 0; use < 5; use++)
        {
            clock.Advance(TimeSpan.FromMinutes(29));
            Assert.Equal("user", await sessions.GetStringAsync("session"));
        }

        clock.Advance(TimeSpan.FromMinutes(30));
        await sessions.RefreshAsync("session");
        Assert.Null(await sessions.GetStringAsync("session"));
    }
}
