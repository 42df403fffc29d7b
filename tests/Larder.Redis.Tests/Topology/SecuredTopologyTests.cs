using Larder.Redis.Tests.Hosting;
using Larder.Redis.Tests.Servers;

namespace Larder.Redis.Tests.Topology;

/// <summary>Clusters and Sentinels that speak TLS and demand passwords, with users that may do no more than the guide says.</summary>
[Trait("Category", "Slow")]
public sealed class SecuredTopologyTests
{
    private readonly string _prefix = RedisSetup.Prefix();

    [Fact]
    public async Task A_cache_works_over_TLS_as_a_user_of_a_cluster_and_goes_on_after_a_failover()
    {
        await using var cluster = await RedisCluster.StartSecuredAsync();
        await using var cache = await ConnectAsync(cluster.Nodes[0].Certificates, redis => redis.Endpoints = [.. cluster.Nodes.Select(node => $"localhost:{node.TlsPort}")]);
        await UseAsync(cache);

        await cluster.FailoverAsync(await cluster.PrimaryOfAsync($"{_prefix}:key"));

        await Deadline.TrueAsync(() => TryAsync(() => UseAsync(cache)), "the cache is used as before");
        foreach (var node in cluster.Nodes)
        {
            Assert.Empty(await RefusedAsync(node));
        }
    }

    [Fact]
    public async Task A_cache_works_over_TLS_as_a_user_behind_Sentinels_and_goes_on_after_a_failover()
    {
        await using var sentinel = await RedisSentinel.StartSecuredAsync();
        await using var cache = await ConnectAsync(sentinel.Servers[0].Certificates, redis =>
        {
            redis.Endpoints = [.. sentinel.Sentinels.Select(one => $"localhost:{one.TlsPort}")];
            redis.SentinelServiceName = RedisSentinel.Name;
            (redis.SentinelUser, redis.SentinelPassword) = ("watcher", "watcher-secret");
        });
        await UseAsync(cache);

        await sentinel.FailoverAsync();

        await Deadline.TrueAsync(() => TryAsync(() => UseAsync(cache)), "the cache is used as before");
        foreach (var server in sentinel.Servers.Concat(sentinel.Sentinels))
        {
            Assert.Empty(await RefusedAsync(server));
        }
    }

    [Fact]
    public async Task Sentinels_that_demand_a_password_are_not_asked_without_it()
    {
        await using var sentinel = await RedisSentinel.StartSecuredAsync();

        var error = await Assert.ThrowsAsync<CacheConnectionException>(() => ConnectAsync(sentinel.Servers[0].Certificates, redis =>
        {
            redis.Endpoints = [.. sentinel.Sentinels.Select(one => $"localhost:{one.TlsPort}")];
            redis.SentinelServiceName = RedisSentinel.Name;
        }));

        Assert.Contains("NOAUTH", error.Message, StringComparison.Ordinal);
    }

    private async Task<ICache> ConnectAsync(ServerCertificates certificates, Action<RedisOptions> servers) => await Cache.ConnectAsync(
        "redis://unused",
        options =>
        {
            options.Prefix = _prefix;
            options.UseRedis(redis =>
            {
                (redis.Tls, redis.TlsAuthorityFile, redis.User, redis.Password) = (true, certificates.AuthorityFile, "larder", "larder-secret");
                (redis.ConnectTimeout, redis.CommandTimeout, redis.HeartbeatInterval, redis.TrustPeriod) =
                    (TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30));
                servers(redis);
            });
        });

    /// <summary>Lists the commands, keys and channels that users asked for and may not have.</summary>
    private static async Task<string[]> RefusedAsync(RedisServer server) =>
        [.. (await server.ListAsync("ACL", "LOG")).Cast<object?[]>().Select(entry => $"{entry[Array.IndexOf(entry, "username") + 1]}: {entry[Array.IndexOf(entry, "object") + 1]}")];

    /// <summary>Uses each part of a cache once.</summary>
    private static async Task UseAsync(ICache cache)
    {
        await cache.ClearAsync();
        await cache.SetAsync("key", "value", new CacheEntryOptions { Tags = ["tag"], TimeToLive = TimeSpan.FromMinutes(1) });
        Assert.Equal("value", (await cache.GetAsync<string>("key")).GetValueOrDefault());
        Assert.Equal(5, await cache.GetOrCreateAsync("loaded", _ => new ValueTask<int>(5)));
        Assert.Equal(2, await cache.IncrementAsync("counter", 2));
        Assert.Equal(3, await cache.CountAsync());
        await cache.RemoveByTagAsync("tag");
        Assert.False(await cache.ExistsAsync("key"));
        await using var held = await cache.TryAcquireLockAsync("job", TimeSpan.FromSeconds(30));
        Assert.NotNull(held);
        Assert.True(await cache.CreateTransaction().RequirePresent("counter").Remove("counter").CommitAsync());
        Assert.Equal(1, await cache.RemoveByPatternAsync("load*"));
    }

    /// <summary>Tries again where something has failed, or is not there: after a failover the removals of the last seconds are done once more.</summary>
    private static async Task<bool> TryAsync(Func<Task> attempt)
    {
        try
        {
            await attempt();
            return true;
        }
        catch (Exception exception) when (exception is CacheException or Xunit.Sdk.XunitException)
        {
            return false;
        }
    }
}
