using System.Diagnostics;
using System.Net;
using Larder.Redis.Connections;
using Larder.Redis.Tests.Conformance;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Topology;

namespace Larder.Redis.Tests.Tier;

/// <summary>Entries that are in memory only, in Redis only, or in memory for a while; and reads that pass the memory by.</summary>
public sealed class EntryTierTests(SharedServers servers)
{
    private static readonly CachePolicy s_here = new() { Tiers = CacheTiers.Memory };

    [Fact]
    public async Task An_entry_for_memory_only_is_found_here_without_Redis_and_nowhere_else()
    {
        await using var harness = Over(await servers.Standalone.GetAsync());
        var (one, other) = (harness.CreateCache(), harness.CreateCache());

        await one.SetAsync("key", 1, s_here);
        Assert.Equal(2, await one.GetOrCreateAsync("loaded", _ => new ValueTask<int>(2), s_here));
        Assert.Equal(2, await one.GetOrCreateAsync("loaded", _ => new ValueTask<int>(3), s_here));

        Assert.Equal(1, (await one.GetAsync<int>("key")).Value);
        Assert.Equal(TimeSpan.FromMinutes(5), (await one.GetTimeToLiveAsync("key")).Remaining);
        Assert.Equal(0, one.Statistics.Snapshot().SharedReads);
        Assert.False((await other.GetAsync<int>("key")).HasValue);
        Assert.False((await one.PastMemory().GetAsync<int>("key")).HasValue);
        Assert.Equal(4, await other.GetOrCreateAsync("loaded", _ => new ValueTask<int>(4), s_here));
        Assert.Equal(["key", "loaded"], (await one.KeysAsync().ToListAsync()).Order());
        Assert.Equal(1, await other.CountAsync());
    }

    [Fact]
    public async Task Changes_of_this_process_reach_an_entry_for_memory_only()
    {
        await using var harness = Over(await servers.Standalone.GetAsync());
        var cache = harness.CreateCache();
        var tagged = new CacheEntryOptions { Tags = ["tag"], Policy = s_here };
        foreach (var key in new[] { "removed", "pattern:1", "expired", "cleared" })
        {
            await cache.SetAsync(key, 1, s_here);
        }

        await cache.SetAsync("tagged", 1, tagged);

        Assert.True(await cache.RemoveAsync("removed"));
        Assert.Equal(1, await cache.RemoveByPatternAsync("pattern:*"));
        await cache.RemoveByTagAsync("tag");
        Assert.True(await cache.ExpireAsync("expired", TimeSpan.FromSeconds(1)));
        harness.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["cleared"], await cache.KeysAsync().ToListAsync());
        Assert.Equal(2, await cache.UpdateAsync<int>("cleared", before => before.Value + 1, s_here));
        Assert.False(await cache.AddAsync("cleared", 3, s_here));
        Assert.Equal(1, await cache.ClearAsync());
        Assert.False(await cache.ExistsAsync("cleared"));
    }

    [Fact]
    public async Task A_load_for_memory_only_that_a_removal_overtook_is_not_stored()
    {
        await using var harness = Over(await servers.Standalone.GetAsync());
        var cache = harness.CreateCache();
        var (begun, held) = (new TaskCompletionSource(), new TaskCompletionSource<int>());
        var load = cache.GetOrCreateAsync(
            "key",
            async _ =>
            {
                begun.SetResult();
                return await held.Task;
            },
            s_here).AsTask();
        await begun.Task;

        await cache.RemoveAsync("key");
        held.SetResult(1);

        Assert.Equal(1, await load);
        Assert.False(await cache.ExistsAsync("key"));
    }

    [Fact]
    public async Task An_entry_for_memory_only_stays_while_copies_are_suspect()
    {
        await using var server = await RedisServer.StartAsync();
        await using var harness = Over(server);
        var cache = harness.CreateCache();
        await cache.SetAsync("shared", 1);
        await CopyAsync(cache, "shared");
        await cache.SetAsync("key", 1, s_here);

        await server.KillAsync();
        await Deadline.TrueAsync(() => Task.FromResult(cache.Statistics.Snapshot().LocalCopies == LocalCopies.Suspect), "the copies are suspect");

        Assert.Equal(1, (await cache.GetAsync<int>("key")).Value);
        Assert.Equal(1, await cache.GetOrCreateAsync("key", _ => new ValueTask<int>(2), s_here));
        Assert.False(cache.TryGet<int>("shared", out _));
    }

    [Fact]
    public async Task Of_an_entry_for_Redis_only_no_process_keeps_a_copy()
    {
        await using var harness = Over(await servers.Standalone.GetAsync());
        var (one, other) = (harness.CreateCache(), harness.CreateCache());
        await one.SetAsync("copied", 1);
        await CopyAsync(other, "copied");
        await one.SetAsync("key", 1, new CachePolicy { Tiers = CacheTiers.Shared });
        var before = other.Statistics.Snapshot().SharedReads;

        for (var i = 1; i <= 3; i++)
        {
            Assert.Equal(1, (await other.GetAsync<int>("key")).Value);
            Assert.Equal(before + i, other.Statistics.Snapshot().SharedReads);
            Assert.False(other.TryGet<int>("key", out _));
        }
    }

    [Fact]
    public async Task A_copy_is_used_for_as_long_as_the_write_said()
    {
        await using var harness = Over(await servers.Standalone.GetAsync());
        var (one, other) = (harness.CreateCache(), harness.CreateCache(options => options.MemoryTimeToLive = TimeSpan.FromSeconds(1)));
        await one.SetAsync("brief", 1, new CachePolicy { MemoryTimeToLive = TimeSpan.FromSeconds(2) });
        await one.SetAsync("long", 1);
        await CopyAsync(other, "brief");
        await CopyAsync(other, "long");

        harness.Clock.Advance(TimeSpan.FromSeconds(2));

        Assert.False(other.TryGet<int>("brief", out _));
        Assert.True(other.TryGet<int>("long", out _));
        Assert.Equal(TimeSpan.FromSeconds(298), (await other.GetAsync<int>("brief")).TimeToLive);
        Assert.True(other.TryGet<int>("brief", out _));
    }

    [Fact]
    public async Task A_view_past_memory_asks_Redis_each_time()
    {
        await using var harness = Over(await servers.Standalone.GetAsync());
        var cache = harness.CreateCache();
        await cache.SetAsync("key", 1);
        await CopyAsync(cache, "key");
        var view = cache.PastMemory();
        var before = cache.Statistics.Snapshot().SharedReads;

        Assert.Equal(1, (await view.GetAsync<int>("key")).Value);
        Assert.Equal(1, await view.GetOrCreateAsync("key", _ => new ValueTask<int>(2)));
        Assert.Equal(1, (await view.PeekAsync<int>("key")).Value);
        Assert.Equal(1, (await view.GetManyAsync<int>(["key"]))[0].Value);

        Assert.Equal(before + 4, cache.Statistics.Snapshot().SharedReads);
        Assert.False(view.TryGet<int>("key", out _));
        Assert.True(cache.TryGet<int>("key", out _));
    }

    [Fact]
    [Ledger(20, 173)]
    public async Task A_slow_Redis_is_waited_for_briefly_while_a_stale_value_is_at_hand()
    {
        await using var server = await RedisServer.StartAsync();
        await using var harness = RedisHarness.Over(server, settings => settings with { SoftTimeout = TimeSpan.FromMilliseconds(50) }, copies: RedisLocalCopies.Auto);
        var cache = harness.CreateCache();
        var policy = new CachePolicy { TimeToLive = TimeSpan.FromSeconds(10), MaxStale = TimeSpan.FromHours(1), StaleWhileRevalidate = true };
        await cache.SetAsync("key", "stored", policy);
        await CopyAsync(cache, "key", "stored");
        harness.Clock.Advance(TimeSpan.FromSeconds(11));
        server.Pause();
        var watch = Stopwatch.StartNew();
        try
        {
            Assert.Equal("stored", await cache.GetOrCreateAsync("key", _ => new ValueTask<string>("loaded"), policy));
            Assert.True(watch.Elapsed < harness.CommandTimeout / 2, $"It took {watch.Elapsed}.");
        }
        finally
        {
            server.Resume();
        }
    }

    private static RedisHarness Over(RedisServer server) =>
        new(settings => new Standalone(new RedisNode(settings with { EndPoint = new IPEndPoint(IPAddress.Loopback, server.Port) }, 1 << 18))) { LocalCopies = RedisLocalCopies.Auto };

    /// <summary>Reads until there is a copy: while a connection is new, there is none.</summary>
    private static Task CopyAsync<T>(ICache cache, string key, T _) => Deadline.TrueAsync(
        async () =>
        {
            await cache.GetAsync<T>(key);
            return cache.TryGet<T>(key, out var _);
        },
        $"'{key}' is copied");

    private static Task CopyAsync(ICache cache, string key) => CopyAsync(cache, key, 0);
}
