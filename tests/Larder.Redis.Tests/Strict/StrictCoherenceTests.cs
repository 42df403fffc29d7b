using System.Diagnostics;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Tests.Tracking;
using Larder.Testing.Faults;

namespace Larder.Redis.Tests.Strict;

/// <summary>Strict coherence: when a change has returned, no process uses what was there before.</summary>
[Trait("Category", "Slow")]
public sealed class StrictCoherenceTests
{
    private static readonly TimeSpan Trust = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData("set")]
    [InlineData("remove")]
    [InlineData("exchange")]
    [InlineData("replace")]
    [InlineData("compare and set")]
    [InlineData("increment")]
    [InlineData("tag")]
    [InlineData("pattern")]
    [InlineData("clear")]
    [InlineData("remove many")]
    [InlineData("set many")]
    [InlineData("transaction")]
    public async Task When_a_change_has_returned_the_other_process_has_no_copy_of_what_was_there(string change)
    {
        await using var server = await RedisServer.StartAsync();
        await using var fleet = StrictFleet(server.EndPoint);
        var (writer, reader) = (await fleet.JoinAsync(), await fleet.JoinAsync());
        for (var round = 0; round < 25; round++)
        {
            await writer.SetAsync("key", 1L, new CacheEntryOptions { Tags = ["tag"] });
            await reader.WarmAsync<long>("key");

            await ChangeAsync(writer, change);

            Assert.NotEqual(1L, (await reader.GetAsync<long>("key")).GetValueOrDefault());
        }
    }

    [Fact]
    public async Task Many_changes_at_a_time_are_each_seen_by_all_other_processes_when_they_return()
    {
        await using var server = await RedisServer.StartAsync();
        await using var fleet = StrictFleet(server.EndPoint);
        ICache[] caches = [await fleet.JoinAsync(), await fleet.JoinAsync(), await fleet.JoinAsync()];

        await Task.WhenAll(Enumerable.Range(0, 12).Select(async number =>
        {
            for (var version = 1; version <= 25; version++)
            {
                await caches[number % 3].SetAsync($"{number}", version);
                foreach (var cache in caches)
                {
                    // Nothing is found where the right is over for a moment, on a machine that has much to do.
                    Assert.True((await cache.GetAsync<int>($"{number}")).GetValueOrDefault() is var read && (read == version || read == 0), $"{read} was read in place of {version}");
                }
            }
        }));
    }

    [Fact]
    public async Task A_process_that_does_not_answer_costs_no_more_than_the_trust_period_and_does_not_use_its_copies()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = new FaultProxy("127.0.0.1", server.Port);
        await using var fleet = StrictFleet(server.EndPoint);
        var (writer, reader) = (await fleet.JoinAsync(), await fleet.JoinAsync(redis => redis.Endpoints = [proxy.EndPoint]));
        await writer.SetAsync("key", 1);
        await reader.WarmAsync<int>("key");
        proxy.BlackHole = FaultDirections.Both;
        var start = Stopwatch.GetTimestamp();

        await writer.SetAsync("key", 2);

        // Something for a machine that has other work.
        Assert.True(Stopwatch.GetElapsedTime(start) < Trust + TimeSpan.FromSeconds(2), $"{Stopwatch.GetElapsedTime(start)}");
        Assert.Equal(LocalCopies.Suspect, reader.Statistics.LocalCopies);
        Assert.Equal(2, await reader.GetOrCreateAsync("key", _ => ValueTask.FromResult(2)));
        proxy.BlackHole = FaultDirections.None;
        await Deadline.TrueAsync(async () => (await reader.GetAsync<int>("key")).GetValueOrDefault() == 2, "the process is back");
    }

    [Fact]
    public async Task Without_the_right_to_use_what_is_cached_callers_load_for_themselves_and_join_no_earlier_load()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = new FaultProxy("127.0.0.1", server.Port);
        await using var fleet = StrictFleet(proxy.EndPoint);
        var cache = await fleet.JoinAsync(redis => redis.CommandTimeout = TimeSpan.FromMilliseconds(500));
        await cache.SetAsync("key", 0);
        proxy.Stop();
        await Deadline.TrueAsync(() => cache.Statistics.LocalCopies == LocalCopies.Suspect, "the connection is lost");
        var lost = Stopwatch.GetTimestamp();
        await Deadline.TrueAsync(() => Stopwatch.GetElapsedTime(lost) > Trust, "the right is over");

        for (var round = 0; round < 20; round++)
        {
            Assert.Equal(2, await SecondOfTwoAsync(cache));
        }

        await Assert.ThrowsAnyAsync<CacheException>(async () => await cache.RemoveAsync("key"));
        proxy.Start();
        await Deadline.TrueAsync(async () => (await cache.GetAsync<int>("key")).HasValue, "the server is used again");
        Assert.Equal(0, (await cache.GetAsync<int>("key")).Value);
    }

    [Theory]
    [InlineData("remove")]
    [InlineData("tag")]
    [InlineData("remove, where the server has no memory for a lease")]
    [InlineData("remove, while the connection that tells of it is another")]
    public async Task Who_comes_after_a_change_takes_nothing_of_a_load_that_began_before(string change)
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = new FaultProxy("127.0.0.1", server.Port);
        await using var fleet = StrictFleet(server.EndPoint);
        var (writer, reader) = (await fleet.JoinAsync(), await fleet.JoinAsync(redis => redis.Endpoints = [proxy.EndPoint]));
        await writer.SetAsync("other", 0);
        await reader.WarmAsync<int>("other");
        if (change.EndsWith("lease", StringComparison.Ordinal))
        {
            await server.CommandAsync("CONFIG", "SET", "maxmemory", "1");
        }

        var (begun, end) = (new TaskCompletionSource(), new TaskCompletionSource<int>());
        var first = reader.GetOrCreateAsync("key", (begun, end), static async (held, load, _) =>
        {
            held.begun.SetResult();
            load.AddTags("tag");
            return await held.end.Task;
        }).AsTask();
        await begun.Task.WaitAsync(Deadline.Limit);
        if (change.EndsWith("another", StringComparison.Ordinal))
        {
            proxy.Stop();
        }

        // Where there is no lease, there is nothing to remove, and the server tells nobody of it.
        var changing = change == "tag" ? writer.RemoveByTagAsync("tag").AsTask() : writer.RemoveAsync("key").AsTask();
        proxy.Start();
        await changing;
        await reader.GetAsync<int>("other");
        var second = reader.GetOrCreateAsync("key", _ => ValueTask.FromResult(2)).AsTask();
        await Deadline.TrueAsync(() => second.IsCompleted || reader.Statistics.Snapshot().JoinedLoads > 0, "it has joined a load, or made its own");
        end.SetResult(1);

        Assert.Equal(1, await first);
        Assert.Equal(2, await second.WaitAsync(Deadline.Limit));
    }

    [Fact]
    public async Task A_value_from_before_a_restart_is_not_served_after_it()
    {
        await using var server = await RedisServer.StartAsync();
        await using var fleet = StrictFleet(server.EndPoint);
        var (writer, reader) = (await fleet.JoinAsync(), await fleet.JoinAsync());
        await writer.SetAsync("key", 1);
        await server.CommandAsync("SAVE");
        await writer.SetAsync("key", 2);
        await reader.WarmAsync<int>("key");

        await server.KillAsync();
        await server.RestartAsync();

        Assert.Equal(1L, await server.CommandAsync("EXISTS", fleet.Key("key")));
        for (var read = 0; read < 500; read++)
        {
            Assert.NotEqual(1, await reader.GetOrCreateAsync("key", _ => ValueTask.FromResult(2)));
            Assert.NotEqual(1, await writer.GetOrCreateAsync("key", _ => ValueTask.FromResult(2)));
            await Task.Delay(5);
        }
    }

    [Fact]
    public async Task A_cluster_is_refused_and_the_error_says_why()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var fleet = StrictFleet(cluster.Nodes[0].EndPoint);

        var error = await Assert.ThrowsAnyAsync<CacheException>(() => fleet.JoinAsync());

        Assert.Contains("is a cluster", error.Message, StringComparison.Ordinal);
        Assert.Contains("Coherence must be Default", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_may_not_be_asked_for_changes_is_refused_and_the_error_says_why()
    {
        await using var server = await RedisServer.StartAsync(new() { Users = ["shop on >secret ~* &* +@all -client|tracking"] });
        await using var fleet = StrictFleet(server.EndPoint);

        var error = await Assert.ThrowsAnyAsync<CacheException>(() => fleet.JoinAsync(redis => (redis.User, redis.Password) = ("shop", "secret")));

        Assert.Contains("CLIENT TRACKING", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Asks twice, the second time while the load of the first caller runs.</summary>
    /// <returns>What the second caller got: 1 from the load of the first, 2 from its own.</returns>
    private static async Task<int> SecondOfTwoAsync(ICache cache)
    {
        var key = $"{Guid.NewGuid()}";
        var (begun, end) = (new TaskCompletionSource(), new TaskCompletionSource<int>());
        var first = cache.GetOrCreateAsync(key, async _ =>
        {
            begun.SetResult();
            return await end.Task;
        }).AsTask();
        await begun.Task.WaitAsync(Deadline.Limit);
        var second = cache.GetOrCreateAsync(key, _ => ValueTask.FromResult(2)).AsTask();
        end.SetResult(1);
        Assert.Equal(1, await first);
        return await second.WaitAsync(Deadline.Limit);
    }

    private static Fleet StrictFleet(string address) => new(address, redis =>
    {
        redis.Coherence = CacheCoherence.Strict;

        // The first change waits this long: a server that begins does not know which rights were given before.
        (redis.TrustPeriod, redis.HeartbeatInterval) = (Trust, Trust / 4);
    });

    private static async Task ChangeAsync(ICache cache, string change)
    {
        switch (change)
        {
            case "set":
                await cache.SetAsync("key", 2L);
                break;
            case "remove":
                Assert.True(await cache.RemoveAsync("key"));
                break;
            case "exchange":
                await cache.ExchangeAsync("key", 2L);
                break;
            case "replace":
                Assert.True(await cache.ReplaceAsync("key", 2L));
                break;
            case "compare and set":
                Assert.True(await cache.CompareAndSetAsync("key", 2L, (await cache.GetAsync<long>("key")).Version));
                break;
            case "increment":
                Assert.Equal(2, await cache.IncrementAsync("key"));
                break;
            case "tag":
                await cache.RemoveByTagAsync("tag");
                break;
            case "pattern":
                Assert.Equal(1, await cache.RemoveByPatternAsync("k*"));
                break;
            case "clear":
                await cache.ClearAsync();
                break;
            case "remove many":
                Assert.Equal(1, await cache.RemoveManyAsync(["key", "other"]));
                break;
            case "set many":
                await cache.SetManyAsync<long>([new("key", 2), new("other", 2)]);
                break;
            default:
                Assert.True(await cache.CreateTransaction().RequirePresent("key").Set("key", 2L).CommitAsync());
                break;
        }
    }
}
