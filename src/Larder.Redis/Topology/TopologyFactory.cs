using System.Net;
using Larder.Redis.Configuration;
using Larder.Redis.Connections;
using Microsoft.Extensions.Logging;

namespace Larder.Redis.Topology;

/// <summary>Makes the topology that options ask for. Nothing is connected yet.</summary>
internal static class TopologyFactory
{
    /// <summary>What Sentinels call the primary unless they are told otherwise.</summary>
    private const string DefaultService = "mymaster";

    /// <summary>Makes a topology.</summary>
    /// <param name="options">The checked options, with at least one endpoint.</param>
    /// <param name="logger">Where connections log.</param>
    /// <param name="observer">Who is told of the connections of servers.</param>
    /// <param name="tracking">What servers are to tell of changes.</param>
    public static RedisTopology Create(RedisOptions options, ILogger logger, INodeObserver? observer = null, TrackingSettings? tracking = null)
    {
        var isSentinel = options.Mode == RedisMode.Sentinel || options.SentinelServiceName is not null;
        var endPoints = options.Endpoints.Select(text => RedisEndPoint.Parse(text, isSentinel ? RedisEndPoint.SentinelPort : RedisEndPoint.DefaultPort)).ToArray();
        var settings = Settings(options, endPoints[0], logger) with { Observer = observer, Tracking = tracking };
        if (isSentinel)
        {
            return new Sentinel(new SentinelSettings
            {
                Service = options.SentinelServiceName ?? DefaultService,
                Sentinels = endPoints,
                Connection = settings,
                SentinelConnection = settings with
                {
                    Database = 0,
                    Credentials = options.SentinelPassword is null ? null : _ => new ValueTask<RedisCredentials>(new RedisCredentials(options.SentinelUser, options.SentinelPassword)),
                    FirstContact = null,
                    Observer = null,
                    Tracking = null,
                },
                BulkThreshold = options.BulkThreshold,
            });
        }

        RedisTopology NewCluster() =>
            new Cluster(new ClusterSettings { Connection = settings, Seeds = endPoints, BulkThreshold = options.BulkThreshold, ReadsFromReplicas = options.ReadFromReplicas });

        return options.Mode switch
        {
            RedisMode.Standalone => new Standalone(new RedisNode(settings, options.BulkThreshold)),
            RedisMode.Cluster => NewCluster(),
            _ => endPoints.Length > 1 ? NewCluster() : new Automatic(settings, options.BulkThreshold, NewCluster),
        };
    }

    /// <summary>Makes the settings that all connections of a cache have in common.</summary>
    private static ConnectionSettings Settings(RedisOptions options, EndPoint endPoint, ILogger logger) => new()
    {
        EndPoint = endPoint,
        Credentials = options.Credentials ?? (options.Password is null ? null : _ => new ValueTask<RedisCredentials>(new RedisCredentials(options.User, options.Password))),
        Database = options.Database,
        ClientName = options.ClientName,
        Tls = options.Tls ? server => TlsSetup.For(server, options) : null,
        ConnectTimeout = options.ConnectTimeout,
        CommandTimeout = options.CommandTimeout,
        HeartbeatInterval = options.HeartbeatInterval,
        Logger = logger,
        FirstContact = node => _ = MemoryPolicyCheck.RunAsync(node, logger),
    };
}
