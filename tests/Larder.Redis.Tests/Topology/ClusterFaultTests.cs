using System.Text;
using Larder.Redis.Commands;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Tier;
using Larder.Redis.Topology;

namespace Larder.Redis.Tests.Topology;

/// <summary>Callers go on while a cluster changes under them.</summary>
[Collection(nameof(ClusterFaults))]
public sealed class ClusterFaultTests(ClusterFaults.Fixture fixture)
{
    private readonly string _run = Guid.NewGuid().ToString("N");

    [Fact]
    [Ledger(108)]
    public async Task No_command_is_lost_while_slots_move()
    {
        var cluster = await fixture.GetAsync();
        await using var client = Clients.Of(cluster);

        // All callers in one slot, which moves there and back.
        string[] keys = [.. Enumerable.Range(0, 8).Select(i => $"{{{_run}}}:{i}")];
        var slot = KeySlot.Of(Encoding.UTF8.GetBytes(keys[0]));
        var source = await cluster.PrimaryOfAsync(keys[0]);
        var target = await OtherPrimaryAsync(cluster, source);
        await using var load = await Load.StartAsync(client, keys, mayLose: false);

        foreach (var (from, to) in new[] { (source, target), (target, source) })
        {
            var migration = new SlotMigration(cluster, slot, from, to);
            await migration.BeginAsync();
            await load.ProgressAsync();
            await migration.MoveKeysAsync();
            await load.ProgressAsync();
            await migration.EndAsync();
            await load.ProgressAsync();
        }

        await load.StopAsync();
        Tell("a slot moves to another server of a cluster and back, under load", load);
        Assert.Empty(load.Errors);
        Assert.Empty(load.WrongValues);
    }

    [Fact]
    public async Task No_acknowledged_write_is_lost_by_a_failover_on_demand()
    {
        var cluster = await fixture.GetAsync();
        await using var client = Clients.Of(cluster);
        await using var load = await Load.StartAsync(client, Keys(12), mayLose: false);

        await cluster.FailoverAsync(await cluster.PrimaryOfAsync($"{_run}:0"));
        await load.ProgressAsync();

        await load.StopAsync();
        Tell("`CLUSTER FAILOVER` under load", load);
        Assert.Empty(load.Errors);
        Assert.Empty(load.WrongValues);
    }

    [Fact]
    [Ledger(150)]
    public async Task Callers_go_on_when_the_replica_of_a_killed_primary_has_taken_over()
    {
        var cluster = await fixture.GetAsync();
        await using var client = Clients.Of(cluster);
        await using var load = await Load.StartAsync(client, Keys(12), mayLose: true);
        var primary = await cluster.PrimaryOfAsync($"{_run}:0");
        var replica = await cluster.ReplicaOfAsync(primary);

        var began = TimeProvider.System.GetTimestamp();
        await primary.KillAsync();
        await Deadline.TrueAsync(async () => await replica.ListAsync("ROLE") is ["master", ..]);
        var promoted = TimeProvider.System.GetElapsedTime(began);
        await load.ProgressAsync();
        var recovered = TimeProvider.System.GetElapsedTime(began);

        await load.StopAsync();
        Tell("`kill -9` of a primary of a cluster, `cluster-node-timeout` 2 s", load, $"promoted after {promoted.TotalSeconds:0.0} s, all callers went on after {recovered.TotalSeconds:0.0} s; ");
        Assert.Empty(load.WrongValues);
        Assert.NotEmpty(load.Errors);
        Assert.True(load.LongestPause < TimeSpan.FromSeconds(15), $"a caller had to wait {load.LongestPause}");
    }

    [Fact]
    public async Task Callers_of_the_other_primaries_do_not_notice_that_one_stands_still()
    {
        var cluster = await fixture.GetAsync();
        await using var client = Clients.Of(cluster);
        var paused = await cluster.PrimaryOfAsync($"{_run}:0");
        var others = new List<string>();
        foreach (var key in Keys(30))
        {
            if (await cluster.PrimaryOfAsync(key) != paused)
            {
                others.Add(key);
            }
        }

        await using var load = await Load.StartAsync(client, others.Take(8), mayLose: false);
        paused.Pause();
        for (var i = 0; i < 5; i++)
        {
            await load.ProgressAsync();
        }

        await load.StopAsync();
        Assert.Empty(load.Errors);
        Assert.Empty(load.WrongValues);
    }

    [Fact]
    public async Task A_client_whose_servers_have_all_changed_roles_finds_them_with_its_next_command()
    {
        var cluster = await fixture.GetAsync();
        await using var client = Clients.Of(cluster);
        await client.SetAsync($"{_run}:0", "before");

        await cluster.FailoverAsync(await cluster.PrimaryOfAsync($"{_run}:0"));

        Assert.Equal("before", await client.GetAsync($"{_run}:0"));
        await client.SetAsync($"{_run}:0", "after");
        Assert.Equal("after", await client.GetAsync($"{_run}:0"));
    }

    [Fact]
    public async Task A_scan_misses_no_key_that_moves_while_it_runs()
    {
        var cluster = await fixture.GetAsync();
        await using var client = Clients.Of(cluster);
        string[] keys = [.. Enumerable.Range(0, 5000).Select(i => $"{{{_run}}}:{i}")];
        await Task.WhenAll(keys.Select(key => client.SetAsync(key, "value")));
        var slot = KeySlot.Of(Encoding.UTF8.GetBytes(keys[0]));
        var source = await cluster.PrimaryOfAsync(keys[0]);
        var target = await OtherPrimaryAsync(cluster, source);

        // Half of the slot has moved when the scan has begun with both servers, and the rest before it ends.
        var seen = new HashSet<string>();
        var hasMoved = false;
        await foreach (var batch in new RedisScan(client, Encoding.UTF8.GetBytes($"{{{_run}}}:*")).BatchesAsync(CancellationToken.None))
        {
            seen.UnionWith(batch);
            if (!hasMoved)
            {
                hasMoved = true;
                await new SlotMigration(cluster, slot, source, target).RunAsync();
            }
        }

        await new SlotMigration(cluster, slot, target, source).RunAsync();
        Assert.True(hasMoved);
        Assert.Equal(keys.Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_scan_looks_again_at_a_server_that_is_being_sent_keys()
    {
        var cluster = await fixture.GetAsync();
        await using var client = Clients.Of(cluster);
        var key = $"{{{_run}}}:0";
        await client.SetAsync(key, "value");
        var slot = KeySlot.Of(Encoding.UTF8.GetBytes(key));
        var source = await cluster.PrimaryOfAsync(key);
        var target = await OtherPrimaryAsync(cluster, source);
        var migration = new SlotMigration(cluster, slot, source, target);

        await migration.BeginAsync();
        await migration.MoveKeysAsync();
        var holders = await client.Topology.HoldersAsync(CancellationToken.None);
        var found = await new RedisScan(client, Encoding.UTF8.GetBytes($"{{{_run}}}:*")).BatchesAsync(CancellationToken.None).ToListAsync();
        await migration.EndAsync();
        await new SlotMigration(cluster, slot, target, source).RunAsync();

        Assert.Contains(holders, holder => holder.Node.EndPoint.Equals(Clients.EndPointOf(target.Port)) && holder.Imports.Contains($"[{slot}-<-", StringComparison.Ordinal));
        Assert.Equal(2, found.Count(batch => batch.Contains(key)));
    }

    [Fact]
    public async Task Reads_go_to_replicas_if_they_may_and_to_the_primary_when_these_are_away()
    {
        var cluster = await fixture.GetAsync();
        await Deadline.TrueAsync(async () => (await Task.WhenAll(cluster.Nodes.Select(node => node.ListAsync("CLUSTER", "SLOTS"))))
            .All(ranges => ranges.Cast<object?[]>().All(range => range is [_, _, _, _])), "all nodes tell of all replicas");
        await using var client = Clients.Of(cluster, readsFromReplicas: true);
        var key = $"{_run}:0";
        await client.SetAsync(key, "value");
        var replica = await cluster.ReplicaOfAsync(await cluster.PrimaryOfAsync(key));
        await Deadline.TrueAsync(async () => await client.GetAsync(key) == "value");
        var before = await ReadsOfAsync(replica);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("value", await client.GetAsync(key));
        }

        Assert.Equal(before + 20, await ReadsOfAsync(replica));
        await replica.KillAsync();
        await Deadline.TrueAsync(async () => await IsReadAsync(client, key));
        Assert.Equal("value", await client.GetAsync(key));
    }

    private static async Task<bool> IsReadAsync(RedisClient client, string key)
    {
        try
        {
            return await client.GetAsync(key) == "value";
        }
        catch (CacheConnectionException)
        {
            return false;
        }
    }

    private static async Task<long> ReadsOfAsync(RedisServer server)
    {
        var statistics = await server.InfoAsync("cmdstat_get");
        return long.Parse(statistics.Split('=', ',')[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static void Tell(string what, Load load, string before = "")
    {
        Figures.Tell(what, $"{before}{load.Rounds:N0} rounds, {load.Errors.Count:N0} errors, {load.WrongValues.Count:N0} wrong values, longest pause of a caller {load.LongestPause.TotalMilliseconds:0} ms");
        TestContext.Current.TestOutputHelper?.WriteLine($"{load.Errors.FirstOrDefault()}");
    }

    private static async Task<RedisServer> OtherPrimaryAsync(RedisCluster cluster, RedisServer primary)
    {
        foreach (var node in cluster.Nodes)
        {
            if (node != primary && await node.ListAsync("ROLE") is ["master", ..])
            {
                return node;
            }
        }

        throw new InvalidOperationException("There is no other primary.");
    }

    private IEnumerable<string> Keys(int count) => Enumerable.Range(0, count).Select(i => $"{_run}:{i}");
}
