using Larder.Redis.Commands;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Topology;

namespace Larder.Redis.Tests.Topology;

/// <summary>Callers go on while Sentinels replace the primary.</summary>
[Collection(nameof(SentinelFaults))]
public sealed class SentinelFaultTests(SentinelFaults.Fixture fixture)
{
    private readonly string _run = Guid.NewGuid().ToString("N");

    [Fact]
    public async Task Callers_go_on_after_a_failover_on_demand()
    {
        var sentinel = await fixture.GetAsync();
        await using var client = Clients.Of(sentinel);
        await using var load = await Load.StartAsync(client, Keys(8), mayLose: true);

        await sentinel.FailoverAsync();
        await load.ProgressAsync();

        await load.StopAsync();
        Tell("`SENTINEL FAILOVER` under load", load);
        Assert.Empty(load.WrongValues);
        Assert.True(load.LongestPause < TimeSpan.FromSeconds(15), $"a caller had to wait {load.LongestPause}");
    }

    [Fact]
    public async Task Callers_go_on_when_the_replica_of_a_killed_primary_has_taken_over()
    {
        var sentinel = await fixture.GetAsync();
        await using var client = Clients.Of(sentinel);
        await using var load = await Load.StartAsync(client, Keys(8), mayLose: true);
        var primary = await sentinel.PrimaryAsync();
        var replica = await sentinel.ReplicaAsync();

        var began = TimeProvider.System.GetTimestamp();
        await primary.KillAsync();
        await Deadline.TrueAsync(async () => await replica.ListAsync("ROLE") is ["master", ..]);
        var promoted = TimeProvider.System.GetElapsedTime(began);
        await load.ProgressAsync();
        var recovered = TimeProvider.System.GetElapsedTime(began);

        await load.StopAsync();
        Tell("`kill -9` of a primary under Sentinels, `down-after` 1 s", load, $"promoted after {promoted.TotalSeconds:0.0} s, all callers went on after {recovered.TotalSeconds:0.0} s; ");
        Assert.Empty(load.WrongValues);
        Assert.NotEmpty(load.Errors);
        Assert.True(load.LongestPause < TimeSpan.FromSeconds(15), $"a caller had to wait {load.LongestPause}");
    }

    [Fact]
    public async Task The_Sentinels_tell_of_a_failover_while_the_primary_before_still_takes_writes()
    {
        var sentinel = await fixture.GetAsync();
        await using var client = Clients.Of(Sentinel(sentinel, RedisSentinel.Name, refreshInterval: TimeSpan.FromHours(1)));
        await client.SetAsync(_run, "before");
        var before = await sentinel.PrimaryAsync();

        var after = await sentinel.FailoverAsync();

        await Deadline.TrueAsync(async () =>
        {
            await client.SetAsync(_run, "after");
            return (string?)await after.CommandAsync("GET", _run) == "after";
        });
        Assert.NotSame(before, after);
    }

    [Fact]
    public async Task A_primary_that_refuses_writes_is_asked_for_anew()
    {
        var sentinel = await fixture.GetAsync();
        await using var client = Clients.Of(sentinel);
        await client.SetAsync(_run, "before");
        var primary = await sentinel.PrimaryAsync();
        var replica = await sentinel.ReplicaAsync();

        // As a Sentinel would do it; they take it for a failover that they have missed, or undo it: either way there is a primary again.
        await replica.CommandAsync("REPLICAOF", "NO", "ONE");
        await primary.CommandAsync("REPLICAOF", "127.0.0.1", $"{replica.Port}");

        await Deadline.TrueAsync(async () => await IsWrittenAsync(client));
    }

    [Fact]
    public async Task One_Sentinel_is_enough_and_tells_the_others()
    {
        var sentinel = await fixture.GetAsync();
        await using var client = Clients.Of(Sentinel(sentinel, RedisSentinel.Name, TimeSpan.FromSeconds(2), count: 1));
        await client.SetAsync(_run, "value");

        await sentinel.Sentinels[0].KillAsync();
        await (await sentinel.PrimaryAsync()).KillAsync();

        await Deadline.TrueAsync(async () => await IsWrittenAsync(client));
    }

    [Fact]
    public async Task A_name_that_the_Sentinels_do_not_know_is_told()
    {
        var sentinel = await fixture.GetAsync();
        await using var client = Clients.Of(Sentinel(sentinel, "unknown", TimeSpan.FromSeconds(2)));

        var error = await Assert.ThrowsAsync<CacheServerException>(() => client.GetAsync(_run));
        Assert.Matches("^ERR No such master with that name \\(127.0.0.1:[0-9]+, when it was asked for the primary 'unknown'\\)$", error.Message);
    }

    private static Sentinel Sentinel(RedisSentinel servers, string service, TimeSpan refreshInterval, int count = 3) => new(new SentinelSettings
    {
        Service = service,
        Sentinels = [.. servers.Sentinels.Take(count).Select(one => Clients.EndPointOf(one.Port))],
        Connection = Clients.Settings,
        SentinelConnection = Clients.Settings,
        RefreshInterval = refreshInterval,
    });

    private async Task<bool> IsWrittenAsync(RedisClient client)
    {
        try
        {
            await client.SetAsync(_run, "value");
            return true;
        }
        catch (CacheException)
        {
            return false;
        }
    }

    private static void Tell(string what, Load load, string before = "")
    {
        Figures.Tell(what, $"{before}{load.Rounds:N0} rounds, {load.Errors.Count:N0} errors, {load.WrongValues.Count:N0} wrong values, longest pause of a caller {load.LongestPause.TotalMilliseconds:0} ms");
        TestContext.Current.TestOutputHelper?.WriteLine($"{load.Errors.FirstOrDefault()}");
    }

    private IEnumerable<string> Keys(int count) => Enumerable.Range(0, count).Select(i => $"{_run}:{i}");
}
