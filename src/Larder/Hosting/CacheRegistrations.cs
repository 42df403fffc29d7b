using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.Hosting;

/// <summary>What the application's code says of its caches.</summary>
internal sealed class CacheRegistrations
{
    public List<Action<CacheOptions, IServiceProvider>> ForAll { get; } = [];

    /// <summary>Gets or sets where the settings stand, if it is not the section of the host's configuration.</summary>
    public IConfiguration? Configuration { get; set; }

    /// <summary>Gets the section that has the settings of all caches; <see langword="null"/> when there is no configuration.</summary>
    public IConfiguration? SectionOf(IServiceProvider services) => Configuration switch
    {
        null => services.GetService<IConfiguration>()?.GetSection(SettingsReader.Section),
        IConfigurationSection section => section,
        var root => root.GetSection(SettingsReader.Section),
    };

    /// <summary>Gets what adapters need of the caches that they are over.</summary>
    public List<(string Cache, Action<CacheOptions, IServiceProvider> Configure)> ForAdapters { get; } = [];

    public Dictionary<string, Action<CacheOptions, IServiceProvider>?> Named { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets or sets whether the unnamed cache is of no interest to those who look: a program that shows the caches of others has none of its own.</summary>
    public bool HidesUnnamed { get; set; }

    /// <summary>Gets the names of the caches that are shown and reported on.</summary>
    public IEnumerable<string> Shown => HidesUnnamed ? Named.Keys : Named.Keys.Prepend(CacheFactory.DefaultName);
}
