using Larder.Redis.Tests.Servers;
using Larder.Redis.Tests.Tracking;
using Larder.Redis.Tier;
using Microsoft.Extensions.Caching.Hybrid;

namespace Larder.Redis.Tests.Adapters;

/// <summary>A hybrid cache over memory and Redis: what its flags, limits and expirations mean for the one and the other.</summary>
public sealed class HybridTierTests
{
    private const HybridCacheEntryFlags Peek = HybridCacheEntryFlags.DisableUnderlyingData;

    [Fact]
    public async Task Without_local_reads_the_server_is_asked()
    {
        await using var server = await RedisServer.StartAsync();
        await using var fleet = new Fleet(server.EndPoint);
        var (cache, hybrid) = await JoinAsync(fleet);
        await hybrid.SetAsync("key", "value");
        await cache.WarmAsync<string>("key");
        var reads = cache.Statistics.Snapshot().SharedReads;

        Assert.Equal("value", await GetAsync(hybrid, "key"));
        Assert.Equal(reads, cache.Statistics.Snapshot().SharedReads);
        Assert.Equal("value", await GetAsync(hybrid, "key", HybridCacheEntryFlags.DisableLocalCacheRead));
        Assert.True(cache.Statistics.Snapshot().SharedReads > reads);
    }

    [Fact]
    public async Task Without_distributed_reads_only_memory_is_looked_into()
    {
        await using var server = await RedisServer.StartAsync();
        await using var fleet = new Fleet(server.EndPoint);
        var (_, writer) = await JoinAsync(fleet);
        var (cache, reader) = await JoinAsync(fleet);
        await writer.SetAsync("key", "stored");
        HybridCacheEntryOptions options = new() { Flags = HybridCacheEntryFlags.DisableDistributedCacheRead };

        Assert.Null(await GetAsync(reader, "key", HybridCacheEntryFlags.DisableDistributedCacheRead));
        Assert.Equal("loaded", await reader.GetOrCreateAsync("key", _ => new ValueTask<string>("loaded"), options));

        await Deadline.TrueAsync(async () => await GetAsync(writer, "key") == "loaded", "the loaded value is stored");
        await cache.WarmAsync<string>("key");
        Assert.Equal("loaded", await reader.GetOrCreateAsync("key", _ => new ValueTask<string>("again"), options));
    }

    [Fact]
    public async Task Without_local_writes_no_copy_is_kept()
    {
        await using var server = await RedisServer.StartAsync();
        await using var fleet = new Fleet(server.EndPoint);
        var (_, writer) = await JoinAsync(fleet);
        var (cache, reader) = await JoinAsync(fleet);
        await writer.SetAsync("read", "value");
        await writer.SetAsync("set", "value", new() { Flags = HybridCacheEntryFlags.DisableLocalCacheWrite });
        for (var i = 0; i < 3; i++)
        {
            var reads = cache.Statistics.Snapshot().SharedReads;
            Assert.Equal("value", await GetAsync(reader, "read", HybridCacheEntryFlags.DisableLocalCacheWrite));
            Assert.Equal("value", await GetAsync(reader, "set"));
            Assert.Equal(reads + 2, cache.Statistics.Snapshot().SharedReads);
        }
    }

    [Fact]
    public async Task Without_distributed_writes_the_value_stays_in_the_process()
    {
        await using var server = await RedisServer.StartAsync();
        await using var fleet = new Fleet(server.EndPoint);
        var (_, one) = await JoinAsync(fleet);
        var (_, other) = await JoinAsync(fleet);
        HybridCacheEntryOptions options = new() { Flags = HybridCacheEntryFlags.DisableDistributedCacheWrite };
        await one.SetAsync("set", "value", options);
        Assert.Equal("value", await one.GetOrCreateAsync("created", _ => new ValueTask<string>("value"), options));

        Assert.Equal(("value", "value"), (await GetAsync(one, "set"), await GetAsync(one, "created")));
        Assert.Null(await GetAsync(other, "set"));
        Assert.Null(await GetAsync(other, "created"));
        Assert.Equal(0L, await server.CommandAsync("EXISTS", fleet.Key("set"), fleet.Key("created")));
        await one.RemoveByTagAsync("*");
        Assert.Null(await GetAsync(one, "set"));
    }

    [Fact]
    public async Task A_local_expiration_ends_the_copy_and_not_the_entry()
    {
        await using var server = await RedisServer.StartAsync();
        var clock = new Larder.Testing.FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var fleet = new Fleet(server.EndPoint);
        var (cache, hybrid) = await JoinAsync(fleet, options => options.TimeProvider = clock);
        await hybrid.SetAsync("key", "value", new() { Expiration = TimeSpan.FromMinutes(10), LocalCacheExpiration = TimeSpan.FromMinutes(1) });
        await cache.WarmAsync<string>("key");
        clock.Advance(TimeSpan.FromMinutes(1));

        Assert.False(await cache.IsReadFromMemoryAsync<string>("key"));
        Assert.Equal("value", await GetAsync(hybrid, "key"));
    }

    [Fact]
    public async Task Gap_13_compression_can_be_switched_off_and_exists()
    {
        await using var server = await RedisServer.StartAsync();
        await using var fleet = new Fleet(server.EndPoint);
        var (_, hybrid) = await JoinAsync(fleet);
        var value = new string('x', 100_000);
        await hybrid.SetAsync("small", value);
        await hybrid.SetAsync("large", value, new() { Flags = HybridCacheEntryFlags.DisableCompression });
        await hybrid.GetOrCreateAsync("created", _ => new ValueTask<string>(value), new() { Flags = HybridCacheEntryFlags.DisableCompression });

        Assert.InRange((long)(await server.CommandAsync("STRLEN", fleet.Key("small")))!, 1, 5_000);
        Assert.InRange((long)(await server.CommandAsync("STRLEN", fleet.Key("large")))!, 100_000, 101_000);
        Assert.InRange((long)(await server.CommandAsync("STRLEN", fleet.Key("created")))!, 100_000, 101_000);
        Assert.Equal((value, value), (await GetAsync(hybrid, "small"), await GetAsync(hybrid, "large")));
    }

    [Fact]
    public async Task A_payload_beyond_the_limit_is_kept_in_memory_only_and_takes_the_place_of_what_was_stored()
    {
        await using var server = await RedisServer.StartAsync();
        await using var fleet = new Fleet(server.EndPoint);
        var cache = await fleet.JoinAsync(options: options => options.Copy = CopyMode.WhenMutable);
        var hybrid = cache.AsHybridCache(new() { MaximumPayloadBytes = 1000 });
        await hybrid.SetAsync("set", "small");
        var (text, bytes) = (new string('x', 1001), new byte[1001]);

        await hybrid.SetAsync("set", text);
        Assert.Equal(bytes, await hybrid.GetOrCreateAsync("created", _ => new ValueTask<byte[]>(bytes)));

        Assert.Equal(0L, await server.CommandAsync("EXISTS", fleet.Key("set"), fleet.Key("created")));
        Assert.Equal(text, await GetAsync(hybrid, "set"));
        Assert.Equal(bytes, await hybrid.GetOrCreateAsync<byte[]>("created", _ => throw new InvalidOperationException("It is in memory.")));
        await hybrid.RemoveAsync("created");
        Assert.Null(await hybrid.GetOrCreateAsync("created", _ => new ValueTask<byte[]?>((byte[]?)null)));
    }

    [Fact]
    public async Task A_large_load_that_was_overtaken_by_a_removal_is_not_kept_in_memory_either()
    {
        await using var server = await RedisServer.StartAsync();
        await using var fleet = new Fleet(server.EndPoint);
        var hybrid = (await fleet.JoinAsync(options: options => options.Copy = CopyMode.WhenMutable)).AsHybridCache(new() { MaximumPayloadBytes = 1000 });
        Func<ValueTask>[] changes = [() => hybrid.RemoveAsync("key"), () => hybrid.RemoveByTagAsync("tag"), () => hybrid.RemoveByTagAsync("*")];
        foreach (var change in changes)
        {
            var (begun, end) = (new TaskCompletionSource(), new TaskCompletionSource());
            var loading = hybrid.GetOrCreateAsync("key", async _ =>
            {
                begun.SetResult();
                await end.Task;
                return new string('x', 1001);
            }, tags: ["tag"]).AsTask();
            await begun.Task;
            await change();
            end.SetResult();

            Assert.Equal(1001, (await loading).Length);
            Assert.Null(await GetAsync(hybrid, "key"));
        }
    }

    [Fact]
    public async Task A_key_that_is_not_well_formed_does_not_reach_the_server()
    {
        await using var server = await RedisServer.StartAsync();
        await using var fleet = new Fleet(server.EndPoint);
        var (_, hybrid) = await JoinAsync(fleet);
        await hybrid.SetAsync("a\uD800", "value");
        await hybrid.SetAsync("key", "value", tags: ["\uD800"]);

        Assert.Equal("value", await GetAsync(hybrid, "a\uD800"));
        Assert.Equal("value", await GetAsync(hybrid, "key"));
        Assert.DoesNotContain((await server.ListAsync("KEYS", "*")).Cast<string>(), key => key.StartsWith(fleet.Prefix, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Gap_06_of_all_processes_one_runs_the_factory()
    {
        await using var server = await RedisServer.StartAsync();
        await using var fleet = new Fleet(server.EndPoint);
        HybridCache[] nodes = [(await JoinAsync(fleet)).Hybrid, (await JoinAsync(fleet)).Hybrid, (await JoinAsync(fleet)).Hybrid];
        var calls = 0;

        var values = await Task.WhenAll(Enumerable.Range(0, 300).Select(caller => nodes[caller % 3].GetOrCreateAsync("key", async token =>
        {
            await Task.Delay(50, token);
            return $"{Interlocked.Increment(ref calls)}";
        }).AsTask()));

        Assert.Equal(1, calls);
        Assert.All(values, value => Assert.Equal("1", value));
    }

    [Fact]
    public async Task Gap_10_a_set_that_cannot_be_delivered_is_kept_and_the_earlier_value_goes_when_the_server_is_back()
    {
        await using var server = await RedisServer.StartAsync(new() { IsDurable = true });
        await using var fleet = new Fleet(server.EndPoint, redis => redis.CommandTimeout = TimeSpan.FromMilliseconds(500));
        var (cache, hybrid) = await JoinAsync(fleet);
        await hybrid.SetAsync("key", "old");
        await server.KillAsync();

        await hybrid.SetAsync("key", "new");

        Assert.True(cache.Statistics.PendingInvalidations > 0);
        await server.RestartAsync();
        await Deadline.TrueAsync(() => Task.FromResult(cache.Statistics.PendingInvalidations == 0), "what was pending is done");
        var (_, other) = await JoinAsync(fleet);
        Assert.NotEqual("old", await GetAsync(other, "key"));
    }

    [Fact]
    public async Task While_the_server_is_away_callers_are_served_and_removals_are_done_later()
    {
        await using var server = await RedisServer.StartAsync(new() { IsDurable = true });
        await using var fleet = new Fleet(server.EndPoint, redis => redis.CommandTimeout = TimeSpan.FromMilliseconds(500));
        var (cache, hybrid) = await JoinAsync(fleet);
        await hybrid.SetAsync("removed", "old");
        await hybrid.SetAsync("tagged", "old", tags: ["tag"]);
        await server.KillAsync();

        Assert.Equal("loaded", await hybrid.GetOrCreateAsync("other", _ => new ValueTask<string>("loaded")));
        await hybrid.RemoveAsync("removed");
        await hybrid.RemoveByTagAsync("tag");

        await server.RestartAsync();
        await Deadline.TrueAsync(() => Task.FromResult(cache.Statistics.PendingInvalidations == 0), "what was pending is done");
        var (_, later) = await JoinAsync(fleet);
        Assert.Null(await GetAsync(later, "removed"));
        Assert.Null(await GetAsync(later, "tagged"));
    }

    private static async Task<(ICache Cache, HybridCache Hybrid)> JoinAsync(Fleet fleet, Action<CacheOptions>? configure = null)
    {
        var cache = await fleet.JoinAsync(options: options =>
        {
            options.Copy = CopyMode.WhenMutable;
            configure?.Invoke(options);
        });
        return (cache, cache.AsHybridCache());
    }

    private static ValueTask<string?> GetAsync(HybridCache hybrid, string key, HybridCacheEntryFlags flags = HybridCacheEntryFlags.None) =>
        hybrid.GetOrCreateAsync<string?>(key, _ => throw new InvalidOperationException(), new() { Flags = flags | Peek });
}
