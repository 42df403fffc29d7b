using Larder;
using Larder.Hosting;
using Larder.Keys;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts the caches of an application over sources.</summary>
public static class LarderSourceBuilderExtensions
{
    /// <summary>
    /// Adds <see cref="SourceCache{TKey, T}"/> over a source that the container makes once. Write-behind begins with the host, and is drained when it stops. A source that
    /// needs a scope, for a <c>DbContext</c>, takes <see cref="IServiceScopeFactory"/> and makes one in each call.
    /// </summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="T">The type of the values.</typeparam>
    /// <typeparam name="TSource">The type of the source.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Changes how the cache works over its source.</param>
    /// <param name="prefix">The prefix of the keys. Default: the name of the type of the values, as for <see cref="ICache{T}"/>, which then sees the same entries.</param>
    /// <param name="cacheName">The name of the cache. Default: the unnamed one.</param>
    /// <param name="keyText">How a key becomes text; see <see cref="SourceCacheExtensions.For"/>.</param>
    /// <returns>The builder.</returns>
    public static LarderBuilder AddSource<TKey, T, [System.Diagnostics.CodeAnalysis.DynamicallyAccessedMembers(System.Diagnostics.CodeAnalysis.DynamicallyAccessedMemberTypes.PublicConstructors)] TSource>(
        this LarderBuilder builder, Action<SourceCacheOptions>? configure = null, string? prefix = null, string? cacheName = null, Func<TKey, string>? keyText = null)
        where TKey : notnull
        where TSource : class, ICacheSource<TKey, T>
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton<TSource>();
        return builder.AddSource<TKey, T>(static services => services.GetRequiredService<TSource>(), configure, prefix, cacheName, keyText);
    }

    /// <summary>Adds <see cref="SourceCache{TKey, T}"/> over a source. Write-behind begins with the host, and is drained when it stops.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="T">The type of the values.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="source">Makes the source.</param>
    /// <param name="configure">Changes how the cache works over its source.</param>
    /// <param name="prefix">The prefix of the keys. Default: the name of the type of the values, as for <see cref="ICache{T}"/>, which then sees the same entries.</param>
    /// <param name="cacheName">The name of the cache. Default: the unnamed one.</param>
    /// <param name="keyText">How a key becomes text; see <see cref="SourceCacheExtensions.For"/>.</param>
    /// <returns>The builder.</returns>
    public static LarderBuilder AddSource<TKey, T>(
        this LarderBuilder builder, Func<IServiceProvider, ICacheSource<TKey, T>> source, Action<SourceCacheOptions>? configure = null, string? prefix = null, string? cacheName = null, Func<TKey, string>? keyText = null)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(source);
        builder.Services.AddSingleton(services =>
        {
            var options = new SourceCacheOptions();
            configure?.Invoke(options);
            var cache = services.GetRequiredKeyedService<ICache>(cacheName ?? CacheFactory.DefaultName);
            return cache.WithPrefix(prefix ?? TypePrefix.Of(typeof(T))).For(source(services), options, keyText);
        });
        builder.Services.AddSingleton<IHostedService>(services => new SourceCacheHost<TKey, T>(services));
        return builder;
    }

    /// <summary>Loads values into a <see cref="SourceCache{TKey, T}"/> when the host starts. <see cref="CacheReadiness"/> tells when that is done.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="T">The type of the values.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="keys">Lists the keys, most important first; its services are those of a scope of its own.</param>
    /// <param name="configure">Changes how the cache is warmed up.</param>
    /// <returns>The builder.</returns>
    public static LarderBuilder AddWarmUp<TKey, T>(
        this LarderBuilder builder, Func<IServiceProvider, CancellationToken, IAsyncEnumerable<TKey>> keys, Action<WarmUpOptions>? configure = null)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(keys);
        var options = new WarmUpOptions();
        configure?.Invoke(options);
        builder.Services.TryAddSingleton<CacheReadiness>();
        builder.Services.AddSingleton<IHostedService>(services => new WarmUpHost<TKey, T>(services, keys, options));
        return builder;
    }
}
