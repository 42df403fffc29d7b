using Larder.Redis.Tests.Servers;

[assembly: AssemblyFixture(typeof(SharedServers))]

namespace Larder.Redis.Tests.Servers;

/// <summary>
/// The servers of all tests that leave them as they are: no kill, no pause, no failover, no FLUSHALL, and only keys under a prefix of their
/// own. Tests that do more start a <see cref="RedisServer"/> (30 ms), or join <see cref="ClusterFaults"/> or <see cref="SentinelFaults"/>.
/// </summary>
public sealed class SharedServers : IAsyncDisposable
{
    /// <summary>The password of the default user of <see cref="Secured"/>.</summary>
    public const string Password = "correct-horse";

    /// <summary>Open, in memory.</summary>
    public SharedServer<RedisServer> Standalone { get; } = new(() => RedisServer.StartAsync(new() { UnixSocket = true }));

    /// <summary>
    /// With <see cref="Password"/>, TLS, and the users <c>larder</c> (password <c>larder-secret</c>: the commands that a cache needs, as in docs/guides/redis.md,
    /// and prefixes that begin with <c>test-</c>) and <c>reader</c> (password <c>reader-secret</c>: reads only).
    /// </summary>
    public SharedServer<RedisServer> Secured { get; } = new(() => RedisServer.StartAsync(new()
    {
        Password = Password,
        Tls = true,
        Users =
        [
            "larder on >larder-secret ~test-* ~{test-* ~{{test-* ~{!tags:test-* ~{!tags:{test-* +hello +auth +ping +select +client|setname +info +get +set +mget +getrange +setrange +exists +unlink +pexpire +persist"
                + " +pttl +incrby +scan +time +eval +evalsha +zadd +zcard +zpopmin +zrem +zscore +zcount +zrangebyscore +zremrangebyscore +publish +subscribe +unsubscribe &test-* &{test-*",
            "reader on >reader-secret ~* &* +@read +@connection",
        ],
    }));

    public SharedServer<RedisCluster> Cluster { get; } = new(RedisCluster.StartAsync);

    public SharedServer<RedisSentinel> Sentinel { get; } = new(RedisSentinel.StartAsync);

    public async ValueTask DisposeAsync()
    {
        await Standalone.DisposeAsync();
        await Secured.DisposeAsync();
        await Cluster.DisposeAsync();
        await Sentinel.DisposeAsync();
    }
}
