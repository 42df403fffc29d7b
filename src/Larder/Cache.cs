using Larder.Hosting;

namespace Larder;

/// <summary>Makes caches without a container. With one, use <c>services.AddLarder()</c>.</summary>
public static class Cache
{
    /// <summary>
    /// Gets a cache that caches nothing: every read misses, every load runs, and call sites stay as they are. It is shared by all; disposing it
    /// does nothing.
    /// </summary>
    public static ICache None { get; } = CacheFactory.Create("none", new CacheOptions { Enabled = false }, "Cache.None was asked for").WithTimeToLive(CacheTtl.Short);

    /// <summary>Makes a cache in the memory of this process.</summary>
    /// <param name="configure">Changes the settings.</param>
    /// <returns>The cache; dispose it when it is of no use any more.</returns>
    /// <exception cref="ArgumentException">A setting is out of its range; the message names it.</exception>
    public static ICache InMemory(Action<CacheOptions>? configure = null)
    {
        var options = new CacheOptions();
        configure?.Invoke(options);
        return CacheFactory.Create(CacheFactory.DefaultName, options, "Cache.InMemory was asked for");
    }

    /// <summary>
    /// Makes a cache with the settings of the environment: variables such as <c>Larder__TimeToLive=00:10:00</c> and
    /// <c>Larder__Memory__MaxBytes=256MiB</c>. With <c>Larder__Redis__ConnectionString</c>, in an application that has the package Larder.Redis, the cache is in Redis.
    /// </summary>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The cache.</returns>
    /// <exception cref="CacheConnectionException"><c>Larder__Redis__ConnectOnStart</c> is set, and Redis cannot be reached.</exception>
    /// <exception cref="ArgumentException">A variable is malformed or unknown; the message names it, its value and what is expected.</exception>
    public static ValueTask<ICache> FromEnvironmentAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var options = new CacheOptions();
        SettingsReader.ApplyEnvironment(options);
        if (options.SharedTierSettings.Count > 0 && Type.GetType("Larder.Redis.Hosting.RedisTierFactory, Larder.Redis") is { } factory)
        {
            options.SharedTier = (Tiers.SharedTierFactory)Activator.CreateInstance(factory)!;
            options.SharedTier.Apply(options.SharedTierSettings);
        }

        SettingsReader.RequireSharedTier(options, isContainer: false);
        return CacheFactory.StartAsync(CacheFactory.DefaultName, options, "the environment names no shared tier", cancellationToken);
    }

    /// <summary>Makes a cache over a tier of your own, such as a file or a store that Larder does not know.</summary>
    /// <param name="tier">The tier; disposed with the cache.</param>
    /// <param name="configure">Changes the settings.</param>
    /// <returns>The cache.</returns>
    public static ICache Over(Tiers.IRemoteTier tier, Action<CacheOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(tier);
        var options = new CacheOptions();
        configure?.Invoke(options);
        return CacheFactory.Create(CacheFactory.DefaultName, options, "Cache.Over was given a tier", tier);
    }
}
