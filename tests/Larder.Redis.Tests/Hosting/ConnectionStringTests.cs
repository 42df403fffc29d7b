using Larder.Redis.Tests.Servers;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.Redis.Tests.Hosting;

/// <summary>Where the connection string comes from, and that nobody connects before there is something to ask.</summary>
public sealed class ConnectionStringTests
{
    [Theory]
    [Ledger(10)]
    [InlineData("redis://conventional:1", null, null, "conventional:1")]
    [InlineData("redis://conventional:1", "redis://code:2", null, "code:2")]
    [InlineData("redis://conventional:1", null, "redis://own:3", "own:3")]
    [InlineData("", null, null, null)]
    public void The_conventional_place_counts_where_nothing_else_says_it(string conventional, string? code, string? own, string? expected)
    {
        using var host = RedisSetup.Host(
            larder => (code is null ? larder.UseRedis() : larder.UseRedis(code)).AddCache("products"),
            settings: [("ConnectionStrings:redis", conventional), ("Larder:Redis:ConnectionString", own)]);

        Assert.Equal(expected, RedisSetup.OptionsOf(host).Endpoints.SingleOrDefault());
        Assert.Equal(expected, RedisSetup.OptionsOf(host, "products").Endpoints.SingleOrDefault());
    }

    [Fact]
    public async Task A_cache_that_does_not_use_Redis_is_in_memory_whatever_stands_there()
    {
        using var host = RedisSetup.Host(_ => { }, settings: [("ConnectionStrings:redis", "redis://conventional:1")]);
        var cache = host.Cache();
        await cache.SetAsync("key", 1);

        Assert.Contains("in memory", cache.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_with_all_kinds_of_caches_starts_without_a_connection()
    {
        await using var server = await RedisServer.StartAsync();
        using var host = RedisSetup.Host(larder => larder.UseRedis($"redis://{server.EndPoint}?commandTimeout=20s").AsHybridCache().AsDistributedCache().AddCache("other").AsMicrosoftRedisCache(cacheName: "other", serviceKey: "shared"));
        var connections = await server.InfoAsync("total_connections_received");

        await host.StartAsync();
        _ = host.Services.GetRequiredService<ICache<string>>();
        _ = host.Services.GetRequiredService<HybridCache>();
        _ = host.Services.GetRequiredService<IDistributedCache>();
        var shared = host.Services.GetRequiredKeyedService<IDistributedCache>("shared");

        // One more, that of the question itself.
        Assert.Equal(int.Parse(connections, System.Globalization.CultureInfo.InvariantCulture) + 1, int.Parse(await server.InfoAsync("total_connections_received"), System.Globalization.CultureInfo.InvariantCulture));
        await shared.SetStringAsync("key", "value");
        Assert.Equal("value", await shared.GetStringAsync("key"));
        await host.StopAsync();
    }
}
