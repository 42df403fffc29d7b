using System.Net;
using Larder.Diagnostics;
using Larder.Hosting;
using Larder.Redis.Connections;
using Larder.Redis.Topology;
using Larder.Serialization;
using Larder.Testing.Conformance;
using Larder.Tiers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Larder.Redis.Tests.Conformance;

/// <summary>
/// Caches over a real server that share its keys, under a prefix that nobody else has. The clock is a fake one, so the server is told to keep entries
/// longer: that it forgets them in time is shown elsewhere.
/// </summary>
internal sealed class RedisHarness(Func<ConnectionSettings, RedisTopology> topology, bool isInOneSlot = false) : CacheHarness
{
    private readonly string _prefix = isInOneSlot ? $"{{test-{Guid.NewGuid():N}}}" : $"test-{Guid.NewGuid():N}";

    protected override ICache Create(Action<CacheOptions> configure)
    {
        var options = new CacheOptions { SharedTier = new Factory(this) };
        configure(options);
        options.Prefix = $"{_prefix}-{options.Prefix ?? "default"}";
        return CacheFactory.Create("default", options, "a test");
    }

    private sealed class Factory(RedisHarness harness) : SharedTierFactory
    {
        public override CacheTier Create(string name, CacheOptions options, CacheDiagnostics diagnostics, CacheClock clock, out string reason)
        {
            reason = "a test";
            var settings = new ConnectionSettings { EndPoint = new IPEndPoint(IPAddress.Loopback, 0), Logger = NullLogger.Instance, CommandTimeout = TimeSpan.FromSeconds(20) };
            var client = new RedisClient(harness.Topology(settings), retryCount: 2, TimeSpan.FromMilliseconds(100), TimeProvider.System);
            return new RedisTier(client, new RedisTierSettings
            {
                Prefix = CacheFactory.StorePrefix(name, options),
                Serializer = options.Serializer ?? new JsonCacheSerializer(),
                Clock = clock,
                Diagnostics = diagnostics,
                ExpirySlack = TimeSpan.FromHours(1),
            });
        }
    }

    private RedisTopology Topology(ConnectionSettings settings) => topology(settings);
}
