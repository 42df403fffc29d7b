using Larder;
using Larder.Hosting;
using Larder.Views;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds caches to a container.</summary>
public static class LarderServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="ICache"/>, and <see cref="ICache{T}"/> for any type, with settings from the section <c>Larder</c> of the
    /// configuration if there is one. Called again, it adds to what is there.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets up the caches.</param>
    /// <returns>The builder, for more.</returns>
    public static LarderBuilder AddLarder(this IServiceCollection services, Action<LarderBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.FirstOrDefault(service => service.ServiceType == typeof(CacheRegistrations))?.ImplementationInstance is not CacheRegistrations registrations)
        {
            registrations = new CacheRegistrations();
            services.AddSingleton(registrations);
            services.AddSingleton<IConfigureOptions<CacheOptions>, CacheOptionsSetup>();
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<CacheOptions>, CacheOptionsValidator>());
            AddCache(services, CacheFactory.DefaultName);
            services.TryAddSingleton<ICache>(provider => provider.GetRequiredKeyedService<ICache>(CacheFactory.DefaultName));
            services.TryAddSingleton<NodeReportHost>();
            services.TryAddSingleton(typeof(ICache<>), typeof(CacheView<>));
        }

        var builder = new LarderBuilder(services, registrations);
        configure?.Invoke(builder);
        return builder;
    }

    /// <summary>Adds caches, with settings from a section of your choice in place of the section <c>Larder</c> of the host's configuration.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The section; of a whole configuration, its section <c>Larder</c>.</param>
    /// <param name="configure">Sets up the caches.</param>
    /// <returns>The builder, for more.</returns>
    public static LarderBuilder AddLarder(this IServiceCollection services, IConfiguration configuration, Action<LarderBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var builder = services.AddLarder();
        builder.ReadFrom(configuration);
        configure?.Invoke(builder);
        return builder;
    }

    internal static void AddCache(IServiceCollection services, string name)
    {
        services.AddOptions<CacheOptions>(name).ValidateOnStart();
        services.AddKeyedSingleton<ICache>(name, static (provider, key) =>
        {
            var cache = CacheFactory.Create((string)key!, provider.GetRequiredService<IOptionsMonitor<CacheOptions>>().Get((string)key!), "AddLarder names no shared tier");
            CacheReload.Follow(cache, provider, provider.GetRequiredService<CacheRegistrations>().SectionOf(provider));
            return cache;
        });
    }
}
