using Larder.Redis.Connections;
using Larder.Redis.Tests.Conformance;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Topology;

namespace Larder.Redis.Tests.Topology;

/// <summary>A cache over a cluster, and what its callers notice of a failover.</summary>
[Collection(nameof(ClusterFaults))]
public sealed class ClusterCacheTests(ClusterFaults.Fixture fixture)
{
    [Fact]
    [Ledger(150)]
    [Trait("Scenario", "S19")]
    public async Task Reads_are_answered_and_invalidations_hold_while_primaries_change_and_die()
    {
        var cluster = await fixture.GetAsync();
        await using var harness = Over(cluster, TimeSpan.FromMilliseconds(500));
        var cache = harness.CreateCache();
        var traffic = new CacheTraffic(cache);
        await traffic.ProgressAsync();

        var first = await cluster.PrimaryOfAsync($"{harness.Prefix}-default:counter");
        await cluster.FailoverAsync(first);
        await traffic.ProgressAsync();
        await cluster.HealAsync();
        Assert.Empty(traffic.Violations);
        var second = await cluster.PrimaryOfAsync($"{harness.Prefix}-default:counter");
        var replica = await cluster.ReplicaOfAsync(second);
        await second.KillAsync();
        await Deadline.TrueAsync(async () => await replica.ListAsync("ROLE") is ["master", ..]);
        var promoted = TimeProvider.System.GetTimestamp();
        await Deadline.TrueAsync(() => IsCountedAsync(cache));
        var back = TimeProvider.System.GetElapsedTime(promoted);

        // What a primary acknowledges and does not pass on before it dies is lost, removals too; those made since hold again.
        while (TimeProvider.System.GetElapsedTime(promoted) - back < TimeSpan.FromSeconds(2))
        {
            await traffic.ProgressAsync();
        }

        traffic.Violations.Clear();
        await traffic.ProgressAsync();
        await traffic.StopAsync();

        Figures.Tell("a cache over a cluster, while a primary dies", $"{traffic.Reads:N0} reads, {traffic.ReadErrors.Count:N0} failed, {traffic.Availability:P3} answered within 1 s, writes were back {back.TotalMilliseconds:0} ms after the promotion");
        Assert.Empty(traffic.ReadErrors);
        Assert.Empty(traffic.Violations);
        Assert.True(traffic.Availability >= 0.999, $"{traffic.Availability:P3} of {traffic.Reads} reads were answered within a second");
        Assert.True(back < TimeSpan.FromSeconds(5), $"writes were back only after {back}");
    }

    [Fact]
    [Ledger(70)]
    public async Task A_transaction_over_several_slots_is_refused_while_it_is_built_and_the_error_names_the_remedy()
    {
        await using var harness = Over(await fixture.GetAsync());
        var cache = harness.CreateCache();

        var transaction = cache.CreateTransaction().Set("foo", 1);
        var error = Assert.Throws<CacheException>(() => transaction.Set("bar", 2));
        Assert.Throws<CacheException>(() => transaction.Remove("bar"));
        Assert.Throws<CacheException>(() => transaction.RequireAbsent("bar"));

        Assert.StartsWith("The keys 'foo' and 'bar' lie in different slots of the Redis Cluster, and cannot be changed in one transaction.", error.Message);
        Assert.Contains("hash tag", error.Message);
        Assert.False(await cache.ExistsAsync("foo"));
        Assert.True(await cache.CreateTransaction().Set("{order:42}:lines", 1).Set("{order:42}:total", 2).CommitAsync());
        Assert.Equal(2, (await cache.GetAsync<int>("{order:42}:total")).Value);
        var order = cache.WithPrefix("{order:42}");
        Assert.False(await order.CreateTransaction().RequireAbsent("lines").Set("total", 3).Remove("lines").CommitAsync());
        Assert.True(await order.CreateTransaction().RequirePresent("lines").Set("total", 3).Remove("lines").CommitAsync());
        Assert.Equal(3, (await order.GetAsync<int>("total")).Value);
    }

    [Fact]
    [Ledger(59, 103)]
    public async Task Keys_are_listed_and_removed_on_all_servers_and_none_of_another_cache()
    {
        await using var harness = Over(await fixture.GetAsync());
        await using var neighbour = Over(await fixture.GetAsync());
        var (cache, other) = (harness.CreateCache(), neighbour.CreateCache());
        string[] keys = [.. Enumerable.Range(0, 3000).Select(i => $"key:{i}")];
        await Task.WhenAll(keys.Select(key => cache.SetAsync(key, 1, new CacheEntryOptions { Tags = ["tag"] }).AsTask()));
        await other.SetAsync("key:1", 1);

        Assert.Equal(keys.Order(StringComparer.Ordinal), (await cache.KeysAsync().ToListAsync()).Order(StringComparer.Ordinal));
        Assert.Equal(300, await cache.RemoveManyAsync(keys.Take(300)));
        Assert.Equal(2700, await cache.CountAsync());
        await cache.ClearAsync();
        Assert.Equal(0, await cache.CountAsync());
        Assert.True(await other.ExistsAsync("key:1"));
    }

    [Theory]
    [LedgerFault(13)]
    [InlineData("}")]
    [InlineData("{}")]
    [InlineData("a{b}c")]
    [InlineData("a{b")]
    [InlineData("a}b")]
    public async Task Tags_and_locks_work_whatever_braces_the_names_have(string name)
    {
        var cluster = await fixture.GetAsync();
        await using var harness = new RedisHarness(settings => Topology(cluster, settings)) { Prefix = $"{name}{Guid.NewGuid():N}" };
        var cache = harness.CreateCache();
        await cache.SetAsync(name, 1, new CacheEntryOptions { Tags = [name, "other"] });

        Assert.True((await cache.GetAsync<int>(name)).HasValue);
        await cache.RemoveByTagAsync(name);
        Assert.False((await cache.GetAsync<int>(name)).HasValue);
        await using var held = await cache.TryAcquireLockAsync(name, TimeSpan.FromSeconds(10));
        Assert.NotNull(held);
    }

    private static RedisHarness Over(RedisCluster cluster, TimeSpan? commandTimeout = null) =>
        new(settings => Topology(cluster, settings)) { CommandTimeout = commandTimeout ?? TimeSpan.FromSeconds(20) };

    private static Cluster Topology(RedisCluster cluster, ConnectionSettings settings) =>
        new(new ClusterSettings { Connection = settings, Seeds = [.. cluster.Nodes.Select(node => Clients.EndPointOf(node.Port))] });

    private static async Task<bool> IsCountedAsync(ICache cache)
    {
        try
        {
            return await cache.IncrementAsync("counter") > 0;
        }
        catch (CacheException)
        {
            return false;
        }
    }
}
