using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Larder.Tests.Hosting;

/// <summary>Containers and hosts with the configuration that a test gives, and nothing from the machine.</summary>
internal static class HostingSetup
{
    public static ServiceProvider Provider(Action<LarderBuilder>? larder = null, Action<IServiceCollection>? more = null, params (string Key, string? Value)[] settings)
    {
        var services = new ServiceCollection();
        if (settings.Length > 0)
        {
            services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(ToPairs(settings)).Build());
        }

        more?.Invoke(services);
        services.AddLarder(larder);
        return services.BuildServiceProvider(validateScopes: true);
    }

    /// <summary>Gets the settings of the default cache, as configuration makes them.</summary>
    public static CacheOptions OptionsOf(string key, string? value, string name = "default")
    {
        using var provider = Provider(larder => larder.AddCache("products"), settings: [(key, value)]);
        return provider.GetRequiredService<IOptionsMonitor<CacheOptions>>().Get(name);
    }

    public static IHost Host(Action<LarderBuilder>? larder = null, params (string Key, string? Value)[] settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings
        {
            DisableDefaults = true,
            ApplicationName = "shop",
            EnvironmentName = "staging",
        });
        builder.Configuration.AddInMemoryCollection(ToPairs(settings));
        builder.Services.AddLarder(larder);
        return builder.Build();
    }

    private static IEnumerable<KeyValuePair<string, string?>> ToPairs((string Key, string? Value)[] settings) =>
        settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value));
}
