using System.Data.Common;
using Larder;
using Larder.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds stores of database rows to an application.</summary>
public static class LarderStoreBuilderExtensions
{
    /// <summary>
    /// Adds <see cref="ICachedStore{TEntity, TKey}"/> over a source that the container makes once. A source that needs a scope takes <see cref="IServiceScopeFactory"/> and makes one in each call.
    /// </summary>
    /// <typeparam name="TEntity">The type of the rows.</typeparam>
    /// <typeparam name="TKey">The type of their ids.</typeparam>
    /// <typeparam name="TSource">The type of the source.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="name">What the rows are, such as <c>users</c>; see <see cref="StoreCacheExtensions.Store"/>.</param>
    /// <param name="idOf">Gets the id of a row.</param>
    /// <param name="configure">Changes how it is cached.</param>
    /// <param name="cacheName">The name of the cache. Default: the unnamed one.</param>
    /// <param name="keyText">How an id becomes text; see <see cref="StoreCacheExtensions.Store"/>.</param>
    /// <returns>The builder.</returns>
    public static LarderBuilder AddStore<TEntity, TKey, [System.Diagnostics.CodeAnalysis.DynamicallyAccessedMembers(System.Diagnostics.CodeAnalysis.DynamicallyAccessedMemberTypes.PublicConstructors)] TSource>(
        this LarderBuilder builder, string name, Func<TEntity, TKey> idOf, Action<StoreOptions>? configure = null, string? cacheName = null, Func<TKey, string>? keyText = null)
        where TEntity : class
        where TKey : notnull
        where TSource : class, ICacheSource<TKey, TEntity>
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton<TSource>();
        return builder.AddStore<TEntity, TKey>(name, static services => services.GetRequiredService<TSource>(), idOf, configure, cacheName, keyText);
    }

    /// <summary>Adds <see cref="ICachedStore{TEntity, TKey}"/> over a source.</summary>
    /// <typeparam name="TEntity">The type of the rows.</typeparam>
    /// <typeparam name="TKey">The type of their ids.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="name">What the rows are, such as <c>users</c>; see <see cref="StoreCacheExtensions.Store"/>.</param>
    /// <param name="source">Makes the source.</param>
    /// <param name="idOf">Gets the id of a row.</param>
    /// <param name="configure">Changes how it is cached.</param>
    /// <param name="cacheName">The name of the cache. Default: the unnamed one.</param>
    /// <param name="keyText">How an id becomes text; see <see cref="StoreCacheExtensions.Store"/>.</param>
    /// <returns>The builder.</returns>
    public static LarderBuilder AddStore<TEntity, TKey>(
        this LarderBuilder builder, string name, Func<IServiceProvider, ICacheSource<TKey, TEntity>> source, Func<TEntity, TKey> idOf, Action<StoreOptions>? configure = null, string? cacheName = null, Func<TKey, string>? keyText = null)
        where TEntity : class
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(idOf);
        builder.Services.AddSingleton(services =>
        {
            var options = new StoreOptions();
            configure?.Invoke(options);
            return services.GetRequiredKeyedService<ICache>(cacheName ?? CacheFactory.DefaultName).Store(name, source(services), idOf, options, keyText);
        });
        return builder;
    }

    /// <summary>Adds an outbox for stores with <see cref="StoreConsistency.Outbox"/>. It begins to look with the host, and ends with it.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="connect">Makes a closed connection to the database of the stores.</param>
    /// <param name="configure">Changes how it works.</param>
    /// <param name="cacheName">The name of the cache. Default: the unnamed one.</param>
    /// <returns>The builder.</returns>
    public static LarderBuilder AddOutbox(this LarderBuilder builder, Func<IServiceProvider, DbConnection> connect, Action<OutboxOptions>? configure = null, string? cacheName = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(connect);
        builder.Services.AddSingleton<IHostedService>(services =>
        {
            var options = new OutboxOptions();
            configure?.Invoke(options);
            return new OutboxHost(services.GetRequiredKeyedService<ICache>(cacheName ?? CacheFactory.DefaultName).UseOutbox(() => connect(services), options));
        });
        return builder;
    }
}
