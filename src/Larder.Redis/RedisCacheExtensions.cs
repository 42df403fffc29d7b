using Larder.Hosting;
using Larder.Redis;
using Larder.Redis.Hosting;

namespace Larder;

/// <summary>Puts single caches in Redis.</summary>
public static class RedisCacheExtensions
{
    extension(Cache)
    {
        /// <summary>Makes a cache in Redis, and waits until Redis has answered.</summary>
        /// <param name="connectionString">The servers; see <see cref="RedisOptions.ConnectionString"/>.</param>
        /// <param name="configure">Changes the settings; those of Redis with <see cref="UseRedis"/>.</param>
        /// <param name="cancellationToken">Cancels.</param>
        /// <returns>The cache; dispose it when it is of no use any more.</returns>
        /// <exception cref="ArgumentException">The connection string is malformed, or a setting is out of its range.</exception>
        /// <exception cref="CacheConnectionException">Redis cannot be reached, or refuses the login.</exception>
        public static ValueTask<ICache> ConnectAsync(string connectionString, Action<CacheOptions>? configure = null, CancellationToken cancellationToken = default)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
            var options = new CacheOptions();
            options.UseRedis(redis => (redis.ConnectionString, redis.ConnectOnStart) = (connectionString, true));
            configure?.Invoke(options);
            return CacheFactory.StartAsync(CacheFactory.DefaultName, options, "Cache.ConnectAsync was asked for", cancellationToken);
        }
    }

    /// <summary>Puts a cache in Redis, or changes how it gets there; for a single cache of several.</summary>
    /// <param name="options">The settings of the cache.</param>
    /// <param name="configure">Changes the options of Redis.</param>
    /// <returns>The settings.</returns>
    public static CacheOptions UseRedis(this CacheOptions options, Action<RedisOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(configure);
        configure(RedisTierFactory.Of(options));
        return options;
    }
}
