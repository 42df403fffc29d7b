using System.Net;
using Larder.Redis.Configuration;
using Larder.Redis.Connections;
using Microsoft.Extensions.Logging;

namespace Larder.Redis.Topology;

/// <summary>Makes the topology that options ask for. Nothing is connected yet.</summary>
internal static class TopologyFactory
{
    /// <summary>Makes a topology.</summary>
    /// <param name="options">The checked options, with at least one endpoint.</param>
    /// <param name="logger">Where connections log.</param>
    /// <exception cref="NotSupportedException">The mode is not there yet.</exception>
    public static RedisTopology Create(RedisOptions options, ILogger logger)
    {
        var isSentinel = options.Mode == RedisMode.Sentinel || options.SentinelServiceName is not null;
        var endPoints = options.Endpoints.Select(text => RedisEndPoint.Parse(text, isSentinel ? RedisEndPoint.SentinelPort : RedisEndPoint.DefaultPort)).ToArray();
        var settings = Settings(options, endPoints[0], logger);
        if (isSentinel)
        {
            throw new NotSupportedException("Redis.SentinelServiceName is set: Sentinel is not supported yet. Name the primary itself.");
        }

        if (options.Mode == RedisMode.Cluster || endPoints.Length > 1)
        {
            throw new NotSupportedException($"Redis.Mode is {options.Mode} with {endPoints.Length} endpoints: Redis Cluster is not supported yet. Name a single server.");
        }

        return new Standalone(new RedisNode(settings, options.BulkThreshold));
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
