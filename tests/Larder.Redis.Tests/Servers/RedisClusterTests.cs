namespace Larder.Redis.Tests.Servers;

[Collection(nameof(ClusterFaults))]
public sealed class RedisClusterTests(ClusterFaults.Fixture fixture)
{
    [Fact]
    public async Task Each_key_has_its_primary_and_the_others_point_to_it()
    {
        var cluster = await fixture.GetAsync();
        string[] keys = [.. Enumerable.Range(0, 30).Select(i => $"key:{i}")];
        var primaries = new HashSet<RedisServer>();
        foreach (var key in keys)
        {
            var primary = await cluster.PrimaryOfAsync(key);
            primaries.Add(primary);
            Assert.Equal("OK", await primary.CommandAsync("SET", key, "value"));
            var other = cluster.Nodes.First(node => node != primary);
            var error = await Assert.ThrowsAsync<RespErrorException>(() => other.CommandAsync("GET", key));
            Assert.Matches($"^MOVED \\d+ {primary.EndPoint}$", error.Message);
        }

        Assert.Equal(3, primaries.Count);
        await cluster.FlushAllAsync();
        Assert.Null(await (await cluster.PrimaryOfAsync("key:1")).CommandAsync("GET", "key:1"));
    }

    [Fact]
    public async Task A_failover_hands_the_slots_over_without_loss()
    {
        var cluster = await fixture.GetAsync();
        var before = await cluster.PrimaryOfAsync("key");
        await before.CommandAsync("SET", "key", "value");

        var after = await cluster.FailoverAsync(before);

        Assert.NotSame(before, after);
        Assert.Same(after, await cluster.PrimaryOfAsync("key"));
        Assert.Equal("value", await after.CommandAsync("GET", "key"));
    }

    [Fact]
    public async Task The_replica_of_a_killed_primary_takes_over_and_the_cluster_heals()
    {
        var cluster = await fixture.GetAsync();
        var primary = await cluster.PrimaryOfAsync("key");
        var replica = await cluster.ReplicaOfAsync(primary);

        await primary.KillAsync();
        await cluster.WaitUntilPrimaryAsync(replica);
        Assert.Same(replica, await cluster.PrimaryOfAsync("key"));

        await cluster.HealAsync();
        Assert.Same(primary, await cluster.ReplicaOfAsync(replica));
    }
}
