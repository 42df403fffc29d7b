using Larder.Redis.Commands;
using Larder.Redis.Connections;
using Larder.Redis.Telemetry;
using Larder.Redis.Tier;
using Larder.Redis.Topology;
using Larder.Redis.Tracking;
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
    /// <param name="prefix">What the keys of the cache begin with.</param>
    /// <param name="loggerFactory">Where the client logs.</param>
    public static RedisClient Get(RedisOptions options, string prefix, ILoggerFactory? loggerFactory)
    {
        var key = new RedisClientKey(options, prefix, loggerFactory);
        lock (Gate)
        {
            if (Clients.TryGetValue(key, out var client) && client.TryShare())
            {
                return client;
            }

            return Clients[key] = Create(key, options.Copy(), prefix, loggerFactory);
        }
    }

    private static RedisClient Create(RedisClientKey key, RedisOptions options, string prefix, ILoggerFactory? loggerFactory)
    {
        var logger = loggerFactory?.CreateLogger(RedisLog.Category) ?? NullLogger.Instance;
        if (options is { Tls: true, TlsTrustAnyCertificate: true })
        {
            RedisLog.CertificateNotChecked(logger, options.ToString());
        }

        // Connections live in the time of the network, whatever clock the cache has.
        var feed = options.KeepsLocalCopies ? new InvalidationFeed(options.TrustPeriod, options.LocalCopies == RedisLocalCopies.Broadcast, options.LocalCopies == RedisLocalCopies.Channel) : null;
        return new RedisClient(TopologyFactory.Create(options, logger, feed, TrackingOf(options, prefix)), options.RetryCount, options.RetryDelay, TimeProvider.System)
        {
            Feed = feed,
            Ended = ended => Remove(key, ended),
        };
    }

    private static TrackingSettings? TrackingOf(RedisOptions options, string prefix) => options switch
    {
        { KeepsLocalCopies: false } or { LocalCopies: RedisLocalCopies.Channel } => null,
        { LocalCopies: RedisLocalCopies.Broadcast } => new TrackingSettings(RedisTier.KeyPrefixes(prefix)),
        _ => new TrackingSettings([]),
    };

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
