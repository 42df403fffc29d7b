using Larder.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Larder;

/// <summary>Sets up the caches of an application; given to the callback of <c>services.AddLarder()</c>.</summary>
public sealed class LarderBuilder
{
    private readonly CacheRegistrations _registrations;

    internal LarderBuilder(IServiceCollection services, CacheRegistrations registrations)
    {
        Services = services;
        _registrations = registrations;
    }

    /// <summary>Gets the services that the caches are added to.</summary>
    public IServiceCollection Services { get; }

    /// <summary>Changes the settings of all caches. Configuration overrides what is set here.</summary>
    /// <param name="configure">Changes the settings.</param>
    /// <returns>This builder.</returns>
    public LarderBuilder Configure(Action<CacheOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return Configure((options, _) => configure(options));
    }

    /// <summary>Changes the settings of all caches by what the container has. Configuration overrides what is set here.</summary>
    /// <param name="configure">Changes the settings; called when a cache is made.</param>
    /// <returns>This builder.</returns>
    public LarderBuilder Configure(Action<CacheOptions, IServiceProvider> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        _registrations.ForAll.Add(configure);
        return this;
    }

    /// <summary>Changes the bounds of the memory tier of all caches; each cache has its own memory.</summary>
    /// <param name="configure">Changes the bounds.</param>
    /// <returns>This builder.</returns>
    public LarderBuilder ConfigureMemory(Action<MemoryOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return Configure(options => configure(options.Memory));
    }

    /// <summary>
    /// Adds a named cache, with settings, memory and statistics of its own. It is injected with
    /// <c>[FromKeyedServices("products")] ICache</c>, and its configuration stands under <c>Larder:Caches:products</c>.
    /// </summary>
    /// <param name="name">The name; 1 to 64 characters, not <c>default</c>.</param>
    /// <param name="configure">Changes the settings of this cache, after those of all caches.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is empty, too long, or taken.</exception>
    public LarderBuilder AddCache(string name, Action<CacheOptions>? configure = null) =>
        AddCache(name, configure is null ? static (_, _) => { } : (options, _) => configure(options));

    /// <summary>Adds a named cache, as <see cref="AddCache(string, Action{CacheOptions})"/> does, with settings that depend on what the container has.</summary>
    /// <param name="name">The name; 1 to 64 characters, not <c>default</c>.</param>
    /// <param name="configure">Changes the settings of this cache, after those of all caches; called when the cache is made.</param>
    /// <returns>This builder.</returns>
    /// <exception cref="ArgumentException">The name is empty, too long, or taken.</exception>
    public LarderBuilder AddCache(string name, Action<CacheOptions, IServiceProvider> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (name.Length > 64 || name.Contains('!', StringComparison.Ordinal))
        {
            throw new ArgumentException($"The cache name '{name}' is not possible: at most 64 characters, and no '!'.", nameof(name));
        }

        if (name == CacheFactory.DefaultName || !_registrations.Named.TryAdd(name, configure))
        {
            throw new ArgumentException($"There is a cache named '{name}' already.", nameof(name));
        }

        LarderServiceCollectionExtensions.AddCache(Services, name);
        return this;
    }

    /// <summary>
    /// Has the process say how it is, every 5 seconds, in the store of each cache, where dashboards and the command <c>larder</c> of other processes show it. A process with a dashboard does so anyway.
    /// </summary>
    /// <returns>The builder.</returns>
    public LarderBuilder AddNodeReports()
    {
        Services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, NodeReportHost>(static services => services.GetRequiredService<NodeReportHost>()));
        return this;
    }

    /// <summary>Has the settings be read from a section.</summary>
    internal void ReadFrom(IConfiguration configuration) => _registrations.Configuration = configuration;

    /// <summary>Notes what an adapter needs of the cache that it is over.</summary>
    internal void ForAdapter(string cacheName, Action<CacheOptions, IServiceProvider> configure) => _registrations.ForAdapters.Add((cacheName, configure));
}
