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
    public const string Password = TestUsers.Password;

    /// <summary>Open, in memory.</summary>
    public SharedServer<RedisServer> Standalone { get; } = new(() => RedisServer.StartAsync(new() { UnixSocket = true }));

    /// <summary>
    /// With <see cref="Password"/>, TLS, and the users <see cref="TestUsers.Larder"/> and <c>reader</c> (password <c>reader-secret</c>: reads only).
    /// </summary>
    public SharedServer<RedisServer> Secured { get; } = new(() => RedisServer.StartAsync(new()
    {
        Password = Password,
        Tls = true,
        Users =
        [
            TestUsers.Larder,
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
