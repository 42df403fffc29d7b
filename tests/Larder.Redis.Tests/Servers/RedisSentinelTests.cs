namespace Larder.Redis.Tests.Servers;

[Collection(nameof(SentinelFaults))]
public sealed class RedisSentinelTests(SentinelFaults.Fixture fixture)
{
    [Fact]
    public async Task The_Sentinels_agree_on_a_primary_whose_replica_refuses_writes()
    {
        var sentinel = await fixture.GetAsync();
        var primary = await sentinel.PrimaryAsync();
        Assert.Equal("OK", await primary.CommandAsync("SET", "key", "value"));
        var replica = await sentinel.ReplicaAsync();
        await Deadline.TrueAsync(async () => (string?)await replica.CommandAsync("GET", "key") == "value");
        var error = await Assert.ThrowsAsync<RespErrorException>(() => replica.CommandAsync("SET", "key", "other"));
        Assert.StartsWith("READONLY", error.Message);
        await sentinel.FlushAllAsync();
        Assert.Null(await primary.CommandAsync("GET", "key"));
    }

    [Fact]
    public async Task A_failover_swaps_the_roles()
    {
        var sentinel = await fixture.GetAsync();
        var before = await sentinel.PrimaryAsync();
        var after = await sentinel.FailoverAsync();
        Assert.NotSame(before, after);
        Assert.Equal("OK", await after.CommandAsync("SET", "key", "value"));
        await sentinel.HealAsync();
        Assert.Same(before, await sentinel.ReplicaAsync());
    }

    [Fact]
    public async Task The_replica_of_a_killed_primary_takes_over_and_the_old_one_follows_it()
    {
        var sentinel = await fixture.GetAsync();
        var primary = await sentinel.PrimaryAsync();
        var replica = await sentinel.ReplicaAsync();

        await primary.KillAsync();
        await sentinel.WaitUntilPrimaryAsync(replica);

        await sentinel.HealAsync();
        Assert.Same(replica, await sentinel.PrimaryAsync());
        Assert.Same(primary, await sentinel.ReplicaAsync());
    }
}
