using Larder.Hosting;
using Larder.Redis.Tier;
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

    /// <summary>
    /// Sends a command of your own to Redis, over the connection that the cache writes with. Keys are taken as they are, without the prefix of the cache; the first
    /// argument is the one that decides which server of a cluster gets it. It is not sent again when its connection is lost.
    /// </summary>
    /// <param name="cache">A cache in Redis.</param>
    /// <param name="command">The command, such as <c>OBJECT</c>. Commands that change the connection or wait on it, such as <c>SELECT</c>, <c>MULTI</c>, <c>SUBSCRIBE</c> or <c>BLPOP</c>, are refused.</param>
    /// <param name="arguments">Strings, bytes (<see cref="byte"/> arrays and <see cref="ReadOnlyMemory{T}"/>) and integers.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A <see cref="string"/> for a simple reply, bytes for a string, <see cref="long"/>, <see cref="double"/>, <see cref="bool"/>, an array of these, or <see langword="null"/>.</returns>
    /// <exception cref="InvalidOperationException">The cache is not in Redis.</exception>
    /// <exception cref="ArgumentException">The command is refused, or an argument has another type.</exception>
    /// <exception cref="CacheServerException">Redis refused the command.</exception>
    /// <exception cref="CacheConnectionException">Redis cannot be reached.</exception>
    /// <exception cref="CacheTimeoutException">Redis did not answer.</exception>
    public static ValueTask<object?> ExecuteAsync(this ICache cache, string command, IReadOnlyList<object> arguments, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentException.ThrowIfNullOrWhiteSpace(command);
        ArgumentNullException.ThrowIfNull(arguments);
        return RedisTier.Of((cache as Views.CacheView)?.Tier) is { } redis
            ? redis.ExecuteAsync(command, arguments, cancellationToken)
            : throw new InvalidOperationException("The cache is not in Redis, and cannot send commands to it.");
    }
}
