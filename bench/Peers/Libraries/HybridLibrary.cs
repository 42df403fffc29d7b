using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace Larder.Peers.Libraries;

/// <summary>Microsoft's HybridCache, with the distributed cache for Redis as its second level.</summary>
internal sealed class HybridLibrary(string name, ServiceProvider services) : ILibrary
{
    private static readonly HybridCacheEntryOptions ReadOnly = new()
    {
        Flags = HybridCacheEntryFlags.DisableUnderlyingData | HybridCacheEntryFlags.DisableLocalCacheWrite | HybridCacheEntryFlags.DisableDistributedCacheWrite,
    };

    private readonly HybridCache _cache = services.GetRequiredService<HybridCache>();

    public string Name => name;

    public Func<string, Func<CancellationToken, Task<Product>>, string[], ValueTask<Product>>? GetAndRefresh => null;

    public static ILibrary InMemory()
    {
        var services = new ServiceCollection();
        services.AddHybridCache();
        return new HybridLibrary("HybridCache", services.BuildServiceProvider());
    }

    public static async Task<ILibrary> OverRedisAsync(string name, int port, string settings = "")
    {
        var connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{port},abortConnect=false{settings}");
        var services = new ServiceCollection();
        services.AddSingleton<IConnectionMultiplexer>(connection);
        services.AddStackExchangeRedisCache(options => options.ConnectionMultiplexerFactory = () => Task.FromResult<IConnectionMultiplexer>(connection));
        services.AddHybridCache();
        return new HybridLibrary(name, services.BuildServiceProvider());
    }

    public ValueTask<Product> GetOrCreateAsync(string key, Func<CancellationToken, Task<Product>> load, string[] tags) =>
        _cache.GetOrCreateAsync(key, load, static async (load, cancellation) => await load(cancellation), tags: tags);

    public async ValueTask<Product?> FindAsync(string key) =>
        await _cache.GetOrCreateAsync<Product?>(key, static _ => new ValueTask<Product?>((Product?)null), ReadOnly);

    public ValueTask SetAsync(string key, Product value, string[] tags) => _cache.SetAsync(key, value, tags: tags);

    public ValueTask RemoveAsync(string key) => _cache.RemoveAsync(key);

    public ValueTask RemoveByTagAsync(string tag) => _cache.RemoveByTagAsync(tag);

    public ValueTask DisposeAsync() => services.DisposeAsync();
}
