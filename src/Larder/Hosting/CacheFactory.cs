using Larder.Diagnostics;
using Larder.Memory;
using Larder.Serialization;
using Larder.Tiers;
using Larder.Views;

namespace Larder.Hosting;

/// <summary>Puts a cache together from its checked settings.</summary>
internal static class CacheFactory
{
    public const string DefaultName = "default";

    /// <summary>Makes a cache.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="options">Its settings; copied, so that later changes have no effect.</param>
    /// <param name="reason">Why it has the tier that it has, for the log.</param>
    /// <param name="remote">The tier that stores bytes, if there is one.</param>
    public static CacheView Create(string name, CacheOptions options, string reason, IRemoteTier? remote = null)
    {
        options = options.Snapshot();
        CacheOptionsValidator.ThrowIfInvalid(name, options, isShared: remote is not null);
        var diagnostics = new CacheDiagnostics(name, options.LoggerFactory, options.TimeProvider);
        var clock = new CacheClock(options.TimeProvider ?? TimeProvider.System);
        var tier = CreateTier(name, options, remote, diagnostics, clock, ref reason);
        Log.Started(diagnostics.Logger, name, tier.Description, options.Enabled ? reason : "Enabled is false");
        return new CacheView(new CacheCore(options, diagnostics, tier, clock));
    }

    /// <summary>Makes a cache, and makes contact with its store if the settings want that.</summary>
    public static async ValueTask<ICache> StartAsync(string name, CacheOptions options, string reason, CancellationToken cancellationToken)
    {
        var cache = Create(name, options, reason);
        try
        {
            await cache.StartAsync(cancellationToken).ConfigureAwait(false);
            return cache;
        }
        catch
        {
            await cache.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static CacheTier CreateTier(string name, CacheOptions options, IRemoteTier? remote, CacheDiagnostics diagnostics, CacheClock clock, ref string reason)
    {
        if (!options.Enabled)
        {
            return new NoTier(new MemoryTier(MemoryLimits.None(options.Memory.SweepInterval), clock, new StripedCounters(), new CacheEvents()));
        }

        if (remote is not null)
        {
            return new RemoteTier(remote, StorePrefix(name, options), SerializerSet.Of(options), clock, diagnostics);
        }

        return options.SharedTier?.Create(name, options, diagnostics, clock, out reason)
            ?? new MemoryTier(MemoryLimits.From(options.Memory), clock, diagnostics.Counters, diagnostics.Events, ValueCopies.Of(options));
    }

    /// <summary>Gets what the keys of a cache begin with in a store that is shared, without the separator.</summary>
    public static string StorePrefix(string name, CacheOptions options) => (options.Prefix ?? name).TrimEnd(Keys.KeySpace.Separator);
}
