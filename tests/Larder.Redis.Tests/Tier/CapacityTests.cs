using Larder.Redis.Tests.Conformance;
using Larder.Redis.Tests.Servers;

namespace Larder.Redis.Tests.Tier;

/// <summary>A cache that is held to a number of entries on the server, and what keys of ours live how long.</summary>
public sealed class CapacityTests(SharedServers servers)
{
    [Fact]
    [Ledger(83)]
    [LedgerFault(34)]
    public async Task The_server_holds_a_thousand_entries_and_the_least_recently_used_make_room()
    {
        await using var harness = await HarnessAsync(maxEntries: 1000);
        var cache = harness.CreateCache();
        for (var i = 0; i < 1000; i++)
        {
            await cache.SetAsync($"{i}", i);
        }

        Assert.True((await cache.GetAsync<int>("0")).HasValue);
        for (var i = 1000; i < 1100; i++)
        {
            await cache.SetAsync($"{i}", i);
        }

        Assert.Equal(1000, await cache.CountAsync());
        Assert.True(await cache.ExistsAsync("0"), "an entry that was read is not the least recently used");
        Assert.False(await cache.ExistsAsync("1"));
        Assert.False(await cache.ExistsAsync("100"));
        Assert.True(await cache.ExistsAsync("101"));
        Assert.Equal(100, cache.Statistics.Snapshot().EntryLimitEvictions);
    }

    [Fact]
    public async Task Every_way_to_store_counts_and_a_removal_makes_room()
    {
        await using var harness = await HarnessAsync(maxEntries: 4);
        var cache = harness.CreateCache();
        var evicted = new List<string>();
        cache.Events.Evicted += eviction => evicted.Add(eviction.Key);
        await cache.AddAsync("added", 1);
        await cache.IncrementAsync("counted");
        await cache.GetOrCreateAsync("loaded", _ => ValueTask.FromResult(1));
        await cache.ExchangeAsync("exchanged", 1);
        await cache.RemoveAsync("counted");
        await cache.SetAsync("fits", 1);
        Assert.Empty(evicted);

        await cache.SetAsync("sixth", 1, new() { Tags = ["tag"] });

        Assert.Equal(["added"], evicted);
        Assert.Equal(4, await cache.CountAsync());
    }

    [Fact]
    [Ledger(82)]
    public async Task Every_key_that_is_written_has_a_time_to_live_unless_told_otherwise()
    {
        var server = await servers.Standalone.GetAsync();
        await using var harness = RedisHarness.Over(server, settings => settings with { MaxEntries = 100, ExpirySlack = TimeSpan.Zero });
        var cache = harness.CreateCache();
        await cache.SetAsync("set", 1, new() { TimeToLive = TimeSpan.FromMinutes(2), Tags = ["tag"] });
        await cache.GetOrCreateAsync("loaded", _ => ValueTask.FromResult("value"));
        await cache.IncrementAsync("counter");
        await cache.RemoveByTagAsync("other");
        await using var held = await cache.AcquireLockAsync("lock", TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(1));
        var load = new TaskCompletionSource<int>();
        var loading = cache.GetOrCreateAsync("loading", async _ => await load.Task).AsTask();
        var keys = (await server.ListAsync("KEYS", $"*{harness.Prefix}*")).Cast<string>().ToArray();

        Assert.True(keys.Length >= 7, string.Join('\n', keys));
        foreach (var key in keys)
        {
            Assert.True((long)(await server.CommandAsync("PTTL", key))! > 0, key);
        }

        Assert.InRange((long)(await server.CommandAsync("PTTL", $"{harness.Prefix}-default:set"))!, 60_000, 120_000);
        await cache.SetAsync("forever", 1, new() { TimeToLive = CacheTtl.Never });
        Assert.Equal(-1L, await server.CommandAsync("PTTL", $"{harness.Prefix}-default:forever"));
        load.SetResult(1);
        await loading;
    }

    [Fact]
    [Ledger(42, 82)]
    public async Task The_server_forgets_an_entry_by_itself_when_its_time_is_over()
    {
        var server = await servers.Standalone.GetAsync();
        await using var harness = RedisHarness.Over(server, settings => settings with { ExpirySlack = TimeSpan.Zero });
        var cache = harness.CreateCache();
        await cache.SetAsync("short", 1, new() { TimeToLive = TimeSpan.FromMilliseconds(50) });

        await Deadline.TrueAsync(async () => (long)(await server.CommandAsync("EXISTS", $"{harness.Prefix}-default:short"))! == 0, "the key is gone");
    }

    private async Task<RedisHarness> HarnessAsync(int maxEntries) =>
        RedisHarness.Over(await servers.Standalone.GetAsync(), settings => settings with { MaxEntries = maxEntries });
}
