using Larder;
using Larder.Redis;
using Larder.Redis.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts the caches of an application in Redis.</summary>
public static class LarderRedisBuilderExtensions
{
    /// <summary>
    /// Puts all caches in Redis, with the settings of the section <c>Larder:Redis</c> of the configuration; those under <c>Larder:Caches:name:Redis</c> count more for a named cache. Without
    /// <c>Larder:Redis:ConnectionString</c> the caches are in memory, and the log says so.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The builder.</returns>
    public static LarderBuilder UseRedis(this LarderBuilder builder) => builder.UseRedis(static _ => { });

    /// <summary>Puts all caches in Redis. Configuration overrides what is set here.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="connectionString">The servers; see <see cref="RedisOptions.ConnectionString"/>.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">The connection string is malformed.</exception>
    public static LarderBuilder UseRedis(this LarderBuilder builder, string connectionString)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        _ = new RedisOptions { ConnectionString = connectionString };
        return builder.UseRedis(options => options.ConnectionString = connectionString);
    }

    /// <summary>Puts all caches in Redis. Configuration overrides what is set here.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Changes the options.</param>
    /// <returns>The builder.</returns>
    public static LarderBuilder UseRedis(this LarderBuilder builder, Action<RedisOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, RedisStart>());
        return builder.Configure(options => options.UseRedis(configure));
    }
}
