using Larder.Redis.Tier;
using Larder;
using Larder.Hosting;
using Larder.Redis;
using Larder.Redis.Distributed;
using Larder.Redis.Hosting;
using Microsoft.Extensions.Caching.Distributed;
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

    /// <summary>
    /// Makes Redis the <see cref="IDistributedCache"/> of the application, with entries in the layout of Microsoft's <c>RedisCache</c>: applications with the one and the other share them, so that a
    /// fleet can change over step by step. Where the cache is in memory, for want of a connection string, this one is too.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="instanceName">What all keys begin with, as <c>RedisCacheOptions.InstanceName</c>. Default: nothing.</param>
    /// <param name="cacheName">The name of the cache whose connections are used. Default: the unnamed one.</param>
    /// <param name="serviceKey">The key of the service; <see langword="null"/> for none.</param>
    /// <returns>The builder.</returns>
    public static LarderBuilder AsMicrosoftRedisCache(this LarderBuilder builder, string? instanceName = null, string? cacheName = null, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var name = cacheName ?? CacheFactory.DefaultName;
        LarderAdapterBuilderExtensions.Register<IDistributedCache>(builder.Services, serviceKey, services =>
        {
            var cache = LarderAdapterBuilderExtensions.CacheOf(services, name);
            return RedisTier.Of(cache.Tier) is { } redis
                ? new RedisHashCache(redis.Client, instanceName ?? "", cache.Core.Clock.Provider)
                : cache.WithPrefix("distributed").AsDistributedCache();
        });
        return builder;
    }
}
