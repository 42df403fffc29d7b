using Larder.Redis.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Larder.Redis.Tests.Hosting;

/// <summary>Hosts with the configuration and log that a test gives, and nothing from the machine.</summary>
internal static class RedisSetup
{
    public static IHost Host(Action<LarderBuilder> larder, ILoggerFactory? log = null, params (string Key, string? Value)[] settings)
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value)));
        if (log is not null)
        {
            builder.Services.AddSingleton(log);
        }

        builder.Services.AddLarder(larder);
        return builder.Build();
    }

    /// <summary>Gets the options of Redis that a cache would be made with.</summary>
    public static RedisOptions OptionsOf(IHost host, string name = "default") =>
        ((RedisTierFactory)host.Services.GetRequiredService<IOptionsMonitor<CacheOptions>>().Get(name).SharedTier!).Options;

    public static ICache Cache(this IHost host, string name = "default") => host.Services.GetRequiredKeyedService<ICache>(name);

    /// <summary>A prefix that no other test has.</summary>
    public static string Prefix() => $"test-{Guid.NewGuid():N}";
}
