using Larder.Redis.Tests.Servers;

namespace Larder.Redis.Tests.Topology;

/// <summary>One address, and what is found there.</summary>
public sealed class AutomaticTests(SharedServers servers)
{
    [Fact]
    public async Task One_address_of_a_cluster_is_enough()
    {
        var cluster = await servers.Cluster.GetAsync();
        await using var cache = await Cache.ConnectAsync($"redis://127.0.0.1:{cluster.Nodes[0].Port}?commandTimeout=20s", options => options.Prefix = $"auto-{Guid.NewGuid():N}");
        for (var i = 0; i < 100; i++)
        {
            await cache.SetAsync($"{i}", i);
        }

        Assert.Equal(100, await cache.CountAsync());
        Assert.Equal(100, await cache.RemoveManyAsync(Enumerable.Range(0, 100).Select(i => $"{i}")));
    }

    [Fact]
    public async Task A_server_of_its_own_is_one()
    {
        var server = await servers.Standalone.GetAsync();
        await using var cache = await Cache.ConnectAsync($"redis://127.0.0.1:{server.Port}?commandTimeout=20s", options => options.Prefix = $"auto-{Guid.NewGuid():N}");

        await cache.SetAsync("key", "value");

        Assert.Equal("value", (await cache.GetAsync<string>("key")).Value);
    }

    [Fact]
    public async Task Sentinels_tell_the_primary()
    {
        var sentinel = await servers.Sentinel.GetAsync();
        var addresses = string.Join(',', sentinel.Sentinels.Select(server => $"127.0.0.1:{server.Port}"));
        await using var cache = await Cache.ConnectAsync($"{addresses},serviceName={RedisSentinel.Name}", options => options.Prefix = $"auto-{Guid.NewGuid():N}");

        await cache.SetAsync("key", "value");

        Assert.Equal("value", (await cache.GetAsync<string>("key")).Value);
    }
}
