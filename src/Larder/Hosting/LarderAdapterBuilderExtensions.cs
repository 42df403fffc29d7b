using Larder;
using Larder.Adapters;
using Larder.Hosting;
using Larder.Views;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Offers caches under the interfaces that .NET has for them.</summary>
public static class LarderAdapterBuilderExtensions
{
    /// <summary>
    /// Makes a cache the <see cref="HybridCache"/> of the application, in place of one that is registered already. Readers then get copies of values that can be changed, also those of
    /// <see cref="ICache"/>, unless <see cref="CacheOptions.Copy"/> is set.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Changes the settings.</param>
    /// <param name="cacheName">The name of the cache. Default: the unnamed one.</param>
    /// <returns>The builder.</returns>
    public static LarderBuilder AsHybridCache(this LarderBuilder builder, Action<LarderHybridCacheOptions>? configure = null, string? cacheName = null) =>
        builder.AsKeyedHybridCache(serviceKey: null, configure, cacheName ?? CacheFactory.DefaultName);

    /// <summary>Makes a cache a keyed <see cref="HybridCache"/>, as <see cref="AsHybridCache"/> does the one without a key.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="serviceKey">The key; <see langword="null"/> for none.</param>
    /// <param name="configure">Changes the settings.</param>
    /// <param name="cacheName">The name of the cache. Default: the key as text.</param>
    /// <returns>The builder.</returns>
    public static LarderBuilder AsKeyedHybridCache(this LarderBuilder builder, object? serviceKey, Action<LarderHybridCacheOptions>? configure = null, string? cacheName = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var name = cacheName ?? serviceKey?.ToString() ?? CacheFactory.DefaultName;
        var optionsName = serviceKey?.ToString() ?? Options.Options.DefaultName;
        var options = builder.Services.AddOptions<LarderHybridCacheOptions>(optionsName);
        if (configure is not null)
        {
            options.Configure(configure);
        }

        builder.ForAdapter(name, static (options, services) =>
        {
            options.DefaultCopy = CopyMode.WhenMutable;
            options.TypedSerializers ??= new HybridSerializers(services);
        });
        Register<HybridCache>(builder.Services, serviceKey, services =>
            new LarderHybridCache(CacheOf(services, name), services.GetRequiredService<IOptionsMonitor<LarderHybridCacheOptions>>().Get(optionsName)));
        return builder;
    }

    /// <summary>
    /// Makes a cache the <see cref="IDistributedCache"/> of the application, in place of one that is registered already. It is an <see cref="IBufferDistributedCache"/> too. Its keys have a prefix,
    /// so that they do not meet those of the application.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="cacheName">The name of the cache. Default: the unnamed one.</param>
    /// <param name="prefix">The prefix of the keys within the cache.</param>
    /// <returns>The builder.</returns>
    public static LarderBuilder AsDistributedCache(this LarderBuilder builder, string? cacheName = null, string prefix = "distributed") =>
        builder.AsKeyedDistributedCache(serviceKey: null, cacheName ?? CacheFactory.DefaultName, prefix);

    /// <summary>Makes a cache a keyed <see cref="IDistributedCache"/>, as <see cref="AsDistributedCache"/> does the one without a key.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="serviceKey">The key; <see langword="null"/> for none.</param>
    /// <param name="cacheName">The name of the cache. Default: the key as text.</param>
    /// <param name="prefix">The prefix of the keys within the cache.</param>
    /// <returns>The builder.</returns>
    public static LarderBuilder AsKeyedDistributedCache(this LarderBuilder builder, object? serviceKey, string? cacheName = null, string prefix = "distributed")
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        var name = cacheName ?? serviceKey?.ToString() ?? CacheFactory.DefaultName;
        Register<IDistributedCache>(builder.Services, serviceKey, services => new LarderDistributedCache((CacheView)CacheOf(services, name).WithPrefix(prefix)));
        return builder;
    }

    internal static CacheView CacheOf(IServiceProvider services, string name) => services.GetRequiredKeyedService<ICache>(name) as CacheView
        ?? throw new InvalidOperationException($"The cache '{name}' is not one of Larder's own, and cannot be used under another interface.");

    /// <summary>Replaces a service, as the application that asks for it means to.</summary>
    internal static void Register<TService>(IServiceCollection services, object? key, Func<IServiceProvider, TService> make)
        where TService : class
    {
        if (key is null)
        {
            services.Replace(ServiceDescriptor.Singleton(make));
        }
        else
        {
            services.RemoveAllKeyed<TService>(key);
            services.AddKeyedSingleton(key, (provider, _) => make(provider));
        }
    }
}
