using System.Net;
using Larder.Redis.Commands;
using Larder.Redis.Connections;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Topology;
using Microsoft.Extensions.Logging.Abstractions;

namespace Larder.Redis.Tests.Topology;

/// <summary>Clients as a cache makes them, but for limits that do not depend on how busy the machine is.</summary>
internal static class Clients
{
    public static ConnectionSettings Settings { get; } = new()
    {
        EndPoint = new IPEndPoint(IPAddress.Loopback, 1),
        Logger = NullLogger.Instance,

        // Longer than a primary holds back writes for a failover that the others do not vote for.
        CommandTimeout = TimeSpan.FromSeconds(20),
        HeartbeatInterval = TimeSpan.FromSeconds(10),
    };

    public static RedisClient Of(RedisTopology topology) => new(topology, retryCount: 2, TimeSpan.FromMilliseconds(100), TimeProvider.System);

    public static RedisClient Of(RedisCluster cluster, bool readsFromReplicas = false) => Of(new Cluster(new ClusterSettings
    {
        Seeds = [.. cluster.Nodes.Select(node => EndPointOf(node.Port))],
        Connection = Settings,
        ReadsFromReplicas = readsFromReplicas,
    }));

    public static RedisClient Of(RedisSentinel sentinel) => Of(new Sentinel(new SentinelSettings
    {
        Service = RedisSentinel.Name,
        Sentinels = [.. sentinel.Sentinels.Select(one => EndPointOf(one.Port))],
        Connection = Settings,
        SentinelConnection = Settings,
    }));

    public static EndPoint EndPointOf(int port) => new IPEndPoint(IPAddress.Loopback, port);
}
