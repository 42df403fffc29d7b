using Larder.Redis.Topology;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Larder.Redis.Hosting;

/// <summary>The clients of this process, one for all caches whose servers and connection settings are the same. The last cache that is disposed ends the client.</summary>
internal static class RedisClients
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<RedisClientKey, RedisClient> Clients = [];

    /// <summary>Gets the client for a cache, to be disposed once.</summary>
    /// <param name="options">The checked options, with at least one endpoint.</param>
    /// <param name="loggerFactory">Where the client logs.</param>
    public static RedisClient Get(RedisOptions options, ILoggerFactory? loggerFactory)
    {
        var key = new RedisClientKey(options, loggerFactory);
        lock (Gate)
        {
            if (Clients.TryGetValue(key, out var client) && client.TryShare())
            {
                return client;
            }

            return Clients[key] = Create(key, options.Copy(), loggerFactory);
        }
    }

    private static RedisClient Create(RedisClientKey key, RedisOptions options, ILoggerFactory? loggerFactory)
    {
        var logger = loggerFactory?.CreateLogger(RedisLog.Category) ?? NullLogger.Instance;
        if (options is { Tls: true, TlsTrustAnyCertificate: true })
        {
            RedisLog.CertificateNotChecked(logger, options.ToString());
        }

        // Connections live in the time of the network, whatever clock the cache has.
        return new RedisClient(TopologyFactory.Create(options, logger), options.RetryCount, options.RetryDelay, TimeProvider.System)
        {
            Ended = ended => Remove(key, ended),
        };
    }

    private static void Remove(RedisClientKey key, RedisClient ended)
    {
        lock (Gate)
        {
            if (Clients.TryGetValue(key, out var client) && client == ended)
            {
                Clients.Remove(key);
            }
        }
    }
}
