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
        await AssertReplicatesAsync(sentinel);
    }

    [Fact]
    public async Task The_replica_of_a_killed_primary_takes_over_and_both_go_on_when_it_is_back()
    {
        var sentinel = await fixture.GetAsync();
        var primary = await sentinel.PrimaryAsync();
        var replica = await sentinel.ReplicaAsync();

        await primary.KillAsync();
        await sentinel.WaitUntilPrimaryAsync(replica);

        await AssertReplicatesAsync(sentinel);
        Assert.True(primary.IsRunning);
    }

    /// <summary>Which of the two is the primary in the end is not asked: on a machine that is busy for a second the Sentinels may swap them again.</summary>
    private static async Task AssertReplicatesAsync(RedisSentinel sentinel)
    {
        await sentinel.HealAsync();
        var value = Guid.NewGuid().ToString();
        await (await sentinel.PrimaryAsync()).CommandAsync("SET", "key", value);
        await Deadline.TrueAsync(async () => (string?)await (await sentinel.ReplicaAsync()).CommandAsync("GET", "key") == value);
    }
}
