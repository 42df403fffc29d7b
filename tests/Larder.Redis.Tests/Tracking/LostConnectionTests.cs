using System.Diagnostics;
using Larder.Redis.Tests.Servers;
using Larder.Testing.Faults;

namespace Larder.Redis.Tests.Tracking;

/// <summary>Copies are not believed when changes may have gone unheard: after a connection was lost, while one is silent, and until it is back.</summary>
[Trait("Category", "Slow")]
public sealed class LostConnectionTests
{
    private static readonly TimeSpan Trust = TimeSpan.FromSeconds(2);

    [Fact]
    [Ledger(25)]
    public async Task A_lost_connection_makes_copies_suspect_until_it_is_back_and_what_changed_meanwhile_is_seen()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = new FaultProxy("127.0.0.1", server.Port);
        await using var fleet = new Fleet(proxy.EndPoint);
        var cache = await fleet.JoinAsync();
        await cache.SetAsync("key", 1);
        await cache.WarmAsync<int>("key");
        var before = cache.Statistics.Snapshot().Suspicions;

        proxy.Stop();
        await Deadline.TrueAsync(() => cache.Statistics.LocalCopies == LocalCopies.Suspect, "copies are suspect");
        await server.CommandAsync("SET", fleet.Key("key"), "2");
        Assert.Equal(3, await cache.GetOrCreateAsync("key", _ => ValueTask.FromResult(3)));
        proxy.Start();

        await Deadline.TrueAsync(async () =>
        {
            var value = (await cache.GetAsync<int>("key")).GetValueOrDefault();
            Assert.NotEqual(1, value);
            return value == 2;
        }, "what the server has is read");
        await cache.WarmAsync<int>("key");
        Assert.Equal(LocalCopies.Tracked, cache.Statistics.LocalCopies);
        Assert.True(cache.Statistics.Snapshot().Suspicions > before);
    }

    [Fact]
    public async Task No_read_that_begins_after_a_connection_was_known_to_be_lost_is_answered_by_a_copy()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = new FaultProxy("127.0.0.1", server.Port);
        await using var fleet = new Fleet(proxy.EndPoint);
        var cache = await fleet.JoinAsync();
        for (var round = 1; round <= 20; round++)
        {
            await server.CommandAsync("SET", fleet.Key("key"), $"{round}");
            await Deadline.TrueAsync(async () => (await cache.GetAsync<int>("key")).GetValueOrDefault() == round, "the value is seen");
            await cache.WarmAsync<int>("key");
            var before = cache.Statistics.Snapshot().Suspicions;
            proxy.BlackHole = FaultDirections.ToClient;
            await server.CommandAsync("SET", fleet.Key("key"), $"{-round}");

            // The reset comes behind what is held back; the push is lost with it.
            proxy.Reset();
            proxy.BlackHole = FaultDirections.None;
            await Deadline.TrueAsync(() => cache.Statistics.Snapshot().Suspicions > before, "the loss is noticed");

            Assert.Equal(-round, await cache.GetOrCreateAsync("key", _ => ValueTask.FromResult(-round)));
        }
    }

    [Fact]
    [Trait("Scenario", "S7")]
    public async Task A_silent_server_is_believed_no_longer_than_the_trust_period()
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = new FaultProxy("127.0.0.1", server.Port);
        await using var fleet = new Fleet(proxy.EndPoint, redis => (redis.TrustPeriod, redis.HeartbeatInterval, redis.CommandTimeout) = (Trust, Trust / 4, TimeSpan.FromMilliseconds(500)));
        var cache = await fleet.JoinAsync();
        await cache.SetAsync("key", 1);
        await cache.WarmAsync<int>("key");

        proxy.BlackHole = FaultDirections.ToClient;
        await server.CommandAsync("SET", fleet.Key("key"), "2");
        var start = Stopwatch.GetTimestamp();
        var lastOld = TimeSpan.Zero;
        await Deadline.TrueAsync(async () =>
        {
            var began = Stopwatch.GetElapsedTime(start);
            var value = await cache.GetOrCreateAsync("key", _ => ValueTask.FromResult(3));
            lastOld = value == 1 ? began : lastOld;
            return value == 3;
        }, "the copy is not believed any more");

        Assert.True(lastOld <= Trust, $"The copy was used {lastOld} after the server had fallen silent.");
        Assert.Equal(LocalCopies.Suspect, cache.Statistics.LocalCopies);
        Assert.True(cache.Statistics.Snapshot().Suspicions > 0);
        proxy.BlackHole = FaultDirections.None;
        await Deadline.TrueAsync(async () => (await cache.GetAsync<int>("key")).GetValueOrDefault() == 2 && cache.Statistics.LocalCopies == LocalCopies.Tracked, "the server is believed again");
    }

    [Theory]
    [Ledger(149)]
    [Trait("Scenario", "S8")]
    [InlineData("reset")]
    [InlineData("half-close to the client")]
    [InlineData("half-close to the server")]
    [InlineData("killed by the server")]
    public async Task A_change_that_went_unheard_is_seen_after_the_connection_is_back(string fault)
    {
        await using var server = await RedisServer.StartAsync();
        await using var proxy = new FaultProxy("127.0.0.1", server.Port);
        await using var fleet = new Fleet(proxy.EndPoint);
        var cache = await fleet.JoinAsync();
        for (var round = 1; round <= 5; round++)
        {
            await server.CommandAsync("SET", fleet.Key("key"), $"{round}");
            await Deadline.TrueAsync(async () => await cache.GetOrCreateAsync("key", _ => ValueTask.FromResult(round)) == round, "the value is seen");
            proxy.DropsPushes = true;
            await server.CommandAsync("SET", fleet.Key("key"), $"{-round}");
            await BreakAsync(fault, server, proxy);
            proxy.DropsPushes = false;

            await Deadline.TrueAsync(async () => await cache.GetOrCreateAsync("key", _ => ValueTask.FromResult(-round)) == -round, "the change is seen");
        }
    }

    [Fact]
    public async Task A_server_that_comes_back_empty_leaves_no_copy()
    {
        await using var server = await RedisServer.StartAsync();
        await using var fleet = new Fleet(server.EndPoint);
        var cache = await fleet.JoinAsync();
        await cache.SetAsync("key", 1);
        await cache.WarmAsync<int>("key");

        await server.KillAsync();
        await Deadline.TrueAsync(() => cache.Statistics.LocalCopies == LocalCopies.Suspect, "copies are suspect");
        await server.RestartAsync();
        await Deadline.TrueAsync(async () => await cache.GetOrCreateAsync("other", _ => ValueTask.FromResult(1)) == 1 && cache.Statistics.LocalCopies == LocalCopies.Tracked, "the server is believed");

        Assert.False((await cache.GetAsync<int>("key")).HasValue);
    }

    [Fact]
    public async Task The_loss_of_one_server_of_a_cluster_leaves_the_copies_of_the_others()
    {
        await using var cluster = await RedisCluster.StartAsync();
        await using var fleet = new Fleet(cluster.Nodes[0].EndPoint);
        var cache = await fleet.JoinAsync();
        var lost = await cluster.PrimaryOfAsync(fleet.Key("a"));
        var other = await OtherKeyAsync(cluster, fleet, lost);
        await cache.SetAsync("a", 1);
        await cache.SetAsync(other, 1);
        await cache.WarmAsync<int>("a");
        await cache.WarmAsync<int>(other);
        var before = cache.Statistics.Snapshot().Suspicions;

        await KillConnectionsAsync(lost, fleet.LastName);

        await Deadline.TrueAsync(() => cache.Statistics.Snapshot().Suspicions > before && cache.Statistics.LocalCopies == LocalCopies.Tracked, "the loss is over");
        Assert.True(await cache.IsReadFromMemoryAsync<int>(other));
        Assert.False(await cache.IsReadFromMemoryAsync<int>("a"));
    }

    private static async Task BreakAsync(string fault, RedisServer server, FaultProxy proxy)
    {
        switch (fault)
        {
            case "reset":
                proxy.Reset();
                break;
            case "half-close to the client":
                proxy.HalfClose(FaultDirections.ToClient);
                break;
            case "half-close to the server":
                proxy.HalfClose(FaultDirections.ToServer);
                break;
            default:
                await server.CommandAsync("CLIENT", "KILL", "TYPE", "normal");
                break;
        }
    }

    private static async Task KillConnectionsAsync(RedisServer server, string name)
    {
        using var connection = await server.ConnectAsync();
        foreach (var line in ((string)(await connection.CommandAsync("CLIENT", "LIST"))!).Split('\n').Where(line => line.Contains($" name={name} ", StringComparison.Ordinal)))
        {
            await connection.CommandAsync("CLIENT", "KILL", "ID", line.Split(' ')[0]["id=".Length..]);
        }
    }

    private static async Task<string> OtherKeyAsync(RedisCluster cluster, Fleet fleet, RedisServer not)
    {
        for (var number = 0; ; number++)
        {
            if (await cluster.PrimaryOfAsync(fleet.Key($"{number}")) != not)
            {
                return $"{number}";
            }
        }
    }
}
