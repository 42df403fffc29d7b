using System.Net;
using Larder.Diagnostics;
using Larder.Hosting;
using Larder.Memory;
using Larder.Redis.Commands;
using Larder.Redis.Connections;
using Larder.Redis.Strict;
using Larder.Redis.Locking;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Tier;
using Larder.Redis.Topology;
using Larder.Redis.Tracking;
using Larder.Serialization;
using Larder.Testing.Conformance;
using Larder.Tiers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Larder.Redis.Tests.Conformance;

/// <summary>
/// Caches over a real server that share its keys, under a prefix that nobody else has. The clock is a fake one, so the server is told to keep entries
/// longer: that it forgets them in time is shown elsewhere.
/// </summary>
internal sealed class RedisHarness(Func<ConnectionSettings, RedisTopology> topology, Func<RedisTierSettings, RedisTierSettings>? adjust = null) : CacheHarness
{
    /// <summary>Gets what the prefixes of the harness's caches begin with.</summary>
    public string Prefix { get; init; } = $"test-{Guid.NewGuid():N}";

    /// <summary>Gets or sets how copies in memory are kept in step; by default there are none.</summary>
    public RedisLocalCopies LocalCopies { get; init; } = RedisLocalCopies.None;

    /// <summary>Gets or sets what is promised of reads in other caches.</summary>
    public CacheCoherence Coherence { get; init; }

    /// <summary>Gets or sets how long a command may take.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Makes a harness over one server.</summary>
    public static RedisHarness Over(RedisServer server, Func<RedisTierSettings, RedisTierSettings>? adjust = null, TimeSpan? commandTimeout = null, RedisLocalCopies copies = RedisLocalCopies.None) =>
        new(settings => new Standalone(new RedisNode(settings with { EndPoint = new IPEndPoint(IPAddress.Loopback, server.Port) }, 1 << 18)), adjust)
        {
            CommandTimeout = commandTimeout ?? TimeSpan.FromSeconds(20),
            LocalCopies = copies,
        };

    protected override ICache Create(Action<CacheOptions> configure)
    {
        var options = new CacheOptions { SharedTier = new Factory(this) };
        configure(options);
        options.Prefix = $"{Prefix}-{options.Prefix ?? "default"}";
        return CacheFactory.Create("default", options, "a test");
    }

    private sealed class Factory(RedisHarness harness) : SharedTierFactory
    {
        public override CacheTier Create(string name, CacheOptions options, CacheDiagnostics diagnostics, CacheClock clock, out string reason)
        {
            reason = "a test";
            var settings = new ConnectionSettings { EndPoint = new IPEndPoint(IPAddress.Loopback, 0), Logger = NullLogger.Instance, CommandTimeout = harness.CommandTimeout, HeartbeatInterval = harness.Trust / 4 };
            var prefix = CacheFactory.StorePrefix(name, options);
            var feed = harness.LocalCopies == RedisLocalCopies.None ? null : new InvalidationFeed(harness.Trust, harness.LocalCopies == RedisLocalCopies.Broadcast, harness.LocalCopies == RedisLocalCopies.Channel);
            settings = settings with
            {
                Observer = feed,
                Tracking = harness.LocalCopies switch
                {
                    RedisLocalCopies.Auto => new TrackingSettings([]),
                    RedisLocalCopies.Broadcast => new TrackingSettings(RedisTier.KeyPrefixes(prefix)),
                    _ => null,
                },
            };
            var client = new RedisClient(harness.Topology(settings), retryCount: 2, TimeSpan.FromMilliseconds(100), TimeProvider.System) { Feed = feed };
            var tierSettings = new RedisTierSettings
            {
                Prefix = prefix,
                Local = feed is null ? null : MemoryLimits.From(options.Memory),
                Serializers = SerializerSet.Of(options),
                Copies = ValueCopies.Of(options),
                Clock = clock,
                Diagnostics = diagnostics,
                ExpirySlack = TimeSpan.FromHours(1),
                Coherence = harness.Coherence,
                Patience = harness.CommandTimeout,
                SoftTimeout = harness.CommandTimeout,
                Locks = new LockSettings { NowMs = () => clock.Provider.GetUtcNow().ToUnixTimeMilliseconds() },
            };
            var tier = new RedisTier(client, harness.Adjust(tierSettings));
            return tier.Coherence is { } coherence ? new StrictTier(tier, coherence, tier.StrictRefusal) : tier;
        }
    }

    /// <summary>Long enough for a machine that stands still now and then; where each change may wait for it, not longer than that.</summary>
    private TimeSpan Trust => Coherence == CacheCoherence.Strict ? TimeSpan.FromSeconds(4) : TimeSpan.FromSeconds(60);

    private RedisTierSettings Adjust(RedisTierSettings settings) => adjust?.Invoke(settings) ?? settings;

    private RedisTopology Topology(ConnectionSettings settings) => topology(settings);
}
