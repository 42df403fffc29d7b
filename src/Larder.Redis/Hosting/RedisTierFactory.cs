using Larder.Diagnostics;
using Larder.Hosting;
using Larder.Memory;
using Larder.Redis.Configuration;
using Larder.Redis.Strict;
using Larder.Redis.Tier;
using Larder.Serialization;
using Larder.Tiers;

namespace Larder.Redis.Hosting;

/// <summary>Collects the options of Redis for a cache, in the order in which code and configuration give them, and makes its tier.</summary>
/// <remarks>Made by its name where there is no container; see <see cref="Cache.FromEnvironmentAsync"/>.</remarks>
internal sealed class RedisTierFactory : SharedTierFactory
{
    public RedisOptions Options { get; } = new();

    /// <summary>Gets the options of Redis of a cache; from now on it is one that may be in Redis.</summary>
    public static RedisOptions Of(CacheOptions options)
    {
        if (options.SharedTier is not RedisTierFactory factory)
        {
            options.SharedTier = factory = new RedisTierFactory();
            factory.Apply(options.SharedTierSettings);
        }

        return factory.Options;
    }

    public override object Shown => Options;

    public override void Apply(IReadOnlyList<SharedTierSetting> settings) => RedisSettings.Apply(Options, settings);

    public override void Suggest(string connectionString)
    {
        if (Options.Endpoints.Count == 0)
        {
            Options.ConnectionString = connectionString;
        }
    }

    public override IEnumerable<string> Failures() => RedisOptionsValidator.Failures(Options);

    public override CacheTier? Create(string name, CacheOptions options, CacheDiagnostics diagnostics, CacheClock clock, out string reason)
    {
        if (Options.Endpoints.Count == 0)
        {
            reason = "Redis is asked for, but Larder:Redis:ConnectionString is not set";
            return null;
        }

        reason = "its settings name Redis";
        var prefix = CacheFactory.StorePrefix(name, options);
        RedisPrefixes.Add(name, prefix, Options, options.LoggerFactory);
        var tier = new RedisTier(RedisClients.Get(Options, prefix, options.LoggerFactory), new RedisTierSettings
        {
            Prefix = prefix,
            Serializers = SerializerSet.Of(options),
            Copies = ValueCopies.Of(options),
            Clock = clock,
            Diagnostics = diagnostics,
            MaxValueBytes = Options.MaxValueBytes,
            CompressionThreshold = Options.CompressionThreshold,
            MaxEntries = Options.MaxEntries,
            Local = Options.KeepsLocalCopies ? MemoryLimits.From(options.Memory) : null,
            IsStrict = Options.Strict,
            ConnectOnStart = Options.ConnectOnStart,
            Locks = new Locking.LockSettings { Replicas = Options.LockReplicas, ReplicaTimeout = Options.CommandTimeout / 2 },
            Coherence = Options.Coherence,
            Patience = Options.CommandTimeout,
            SoftTimeout = Options.SoftTimeout,
        });
        return tier.Coherence is { } coherence ? new StrictTier(tier, coherence, tier.StrictRefusal) : tier;
    }
}
