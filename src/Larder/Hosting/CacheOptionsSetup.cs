using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Larder.Hosting;

/// <summary>
/// Makes the settings of one cache: what the code says for all caches, then the configuration for all, then the code and the configuration for
/// this one. So the deployment overrides the code, and the particular the general.
/// </summary>
internal sealed class CacheOptionsSetup(IServiceProvider services, CacheRegistrations registrations) : IConfigureNamedOptions<CacheOptions>
{
    public void Configure(CacheOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, CacheOptions options)
    {
        var section = registrations.SectionOf(services);
        foreach (var (_, configure) in registrations.ForAdapters.Where(adapter => adapter.Cache == name))
        {
            configure(options, services);
        }

        foreach (var configure in registrations.ForAll)
        {
            configure(options, services);
        }

        Apply(options, section);
        if (name is not null && registrations.Named.TryGetValue(name, out var configureNamed))
        {
            configureNamed?.Invoke(options, services);
            Apply(options, section?.GetSection("Caches").GetSection(name));
        }

        if (services.GetService<IConfiguration>()?.GetSection("ConnectionStrings")["redis"] is { Length: > 0 } connectionString)
        {
            options.SharedTier?.Suggest(connectionString);
        }

        SettingsReader.RequireSharedTier(options, isContainer: true);
        options.TimeProvider ??= services.GetService<TimeProvider>();
        options.LoggerFactory ??= services.GetService<ILoggerFactory>();
        options.Serializer ??= services.GetService<Serialization.ICacheSerializer>();
        if (options.Prefix is { } prefix && services.GetService<IHostEnvironment>() is { } environment)
        {
            options.Prefix = prefix
                .Replace("{ApplicationName}", environment.ApplicationName, StringComparison.OrdinalIgnoreCase)
                .Replace("{EnvironmentName}", environment.EnvironmentName, StringComparison.OrdinalIgnoreCase);
        }
    }

    private static void Apply(CacheOptions options, IConfiguration? section)
    {
        if (section is not null)
        {
            SettingsReader.Apply(options, section);
        }
    }
}
