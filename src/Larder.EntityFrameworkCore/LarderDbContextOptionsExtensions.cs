using Larder;
using Larder.EntityFrameworkCore;
using Larder.EntityFrameworkCore.Interception;
using Larder.EntityFrameworkCore.Queries;
using Larder.Views;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Query;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.EntityFrameworkCore;

/// <summary>Puts a cache beside a <see cref="DbContext"/>.</summary>
public static class LarderDbContextOptionsExtensions
{
    /// <summary>
    /// Has the context read through a cache where <c>FindCachedAsync</c>, <c>FindManyCachedAsync</c> or <c>Cached</c> ask for it, and invalidates there what the context writes, once it is committed.
    /// Every context that writes the same tables needs it.
    /// </summary>
    /// <param name="builder">The options of the context.</param>
    /// <param name="cache">The cache; a whole one, not a view with a prefix.</param>
    /// <param name="configure">Changes how entities are cached. Called for each set of options that is made.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">The cache is a view or not Larder's own.</exception>
    public static DbContextOptionsBuilder UseLarder(this DbContextOptionsBuilder builder, ICache cache, Action<EntityCacheOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(cache);
        var stores = cache is CacheView { IsWhole: true } view
            ? view.Core.Stores
            : throw new ArgumentException($"Entities need a whole cache of Larder's own, and this is {(cache is CacheView ? "a view with a prefix" : "a " + cache.GetType().Name)}: give it the cache that is behind it.", nameof(cache));
        var options = new EntityCacheOptions();
        configure?.Invoke(options);
        if (builder.Options.FindExtension<LarderOptionsExtension>() is null)
        {
            builder.AddInterceptors(LarderInterceptor.Instance);
            builder.ReplaceService<IAsyncQueryProvider, LarderQueryProvider>();
        }

        ((IDbContextOptionsBuilderInfrastructure)builder).AddOrUpdateExtension(new LarderOptionsExtension(stores, options));
        return builder;
    }

    /// <summary>As the other overload, with the cache of the application: <c>AddDbContext&lt;AppDb&gt;((services, options) => options.UseNpgsql(...).UseLarder(services))</c>.</summary>
    /// <param name="builder">The options of the context.</param>
    /// <param name="services">The services of the application, with <c>AddLarder</c>.</param>
    /// <param name="configure">Changes how entities are cached.</param>
    /// <param name="cacheName">The name of the cache. Default: the unnamed one.</param>
    /// <returns>The builder.</returns>
    public static DbContextOptionsBuilder UseLarder(this DbContextOptionsBuilder builder, IServiceProvider services, Action<EntityCacheOptions>? configure = null, string? cacheName = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        return builder.UseLarder(services.GetRequiredKeyedService<ICache>(cacheName ?? Larder.Hosting.CacheFactory.DefaultName), configure);
    }
}
