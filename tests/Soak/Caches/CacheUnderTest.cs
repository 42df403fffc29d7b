using Larder.Soak.Source;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.Soak.Caches;

/// <summary>The cache of a process, as an application has it: by AddLarder, UseRedis and configuration.</summary>
internal class CacheUnderTest : IAsyncDisposable
{
    private const int Probes = 8;
    private readonly ServiceProvider _services;

    protected CacheUnderTest(CacheSettings settings)
    {
        var pairs = settings.Settings.Select(setting => setting.Split('=', 2)).Select(parts => KeyValuePair.Create(parts[0], (string?)parts[1]));
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(pairs).Build());
        services.AddLarder(larder => larder.UseRedis(settings.Connection));
        _services = services.BuildServiceProvider();
        Cache = _services.GetRequiredService<ICache>();
    }

    public ICache Cache { get; }

    /// <summary>Gets how many invalidations were put off so far, because Redis was away.</summary>
    public long Deferred => Cache.Statistics.Snapshot().DeferredInvalidations;

    public static async Task<CacheUnderTest> CreateAsync(CacheSettings settings)
    {
        AppContext.SetSwitch("Larder.Testing.Unguarded", settings.Control == Control.Unguarded);
        var cache = settings.Control == Control.Naive ? new NaiveCache(settings) : new CacheUnderTest(settings);
        await cache.CanWriteAsync();
        return cache;
    }

    public virtual ValueTask<SourceRow> GetOrCreateAsync<TState>(
        string key, TState state, Func<TState, LoadContext, CancellationToken, ValueTask<SourceRow>> load, CacheEntryOptions options) =>
        Cache.GetOrCreateAsync(key, state, load, options);

    public virtual async ValueTask RemoveAsync(string key) => await Cache.RemoveAsync(key);

    public virtual ValueTask SetAsync(string key, SourceRow row, CacheEntryOptions options) => Cache.SetAsync(key, row, options);

    public virtual ValueTask RemoveByTagAsync(string tag) => Cache.RemoveByTagAsync(tag);

    public virtual async ValueTask RemoveByPatternAsync(string pattern) => await Cache.RemoveByPatternAsync(pattern);

    public virtual async ValueTask ClearAsync() => await Cache.ClearAsync();

    /// <summary>Gets how many invalidations wait for Redis.</summary>
    public long PendingInvalidations => Cache.Statistics.Snapshot().PendingInvalidations;

    /// <summary>Tells whether Redis takes writes of this process, on whichever server.</summary>
    public async Task<bool> CanWriteAsync()
    {
        try
        {
            for (var i = 0; i < Probes; i++)
            {
                await Cache.ExecuteAsync("SET", [$"soak-probe:{i}", "1", "PX", "5000"]);
            }

            return true;
        }
        catch (CacheException)
        {
            return false;
        }
    }

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
