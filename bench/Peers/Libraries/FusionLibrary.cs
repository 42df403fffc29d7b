using Microsoft.Extensions.Caching.StackExchangeRedis;
using StackExchange.Redis;
using ZiggyCreatures.Caching.Fusion;
using ZiggyCreatures.Caching.Fusion.Backplane.StackExchangeRedis;
using ZiggyCreatures.Caching.Fusion.Locking.Distributed.Redis;
using ZiggyCreatures.Caching.Fusion.Serialization.SystemTextJson;

namespace Larder.Peers.Libraries;

/// <summary>FusionCache, over Redis with its backplane.</summary>
internal sealed class FusionLibrary(string name, FusionCache cache, IAsyncDisposable? owned = null) : ILibrary
{
    private static readonly TimeSpan TimeToLive = TimeSpan.FromMinutes(5);

    public string Name => name;

    public Func<string, Func<CancellationToken, Task<Product>>, string[], ValueTask<Product>>? GetAndRefresh =>
        (key, load, tags) => cache.GetOrSetAsync<Product>(
            key, (_, cancellation) => load(cancellation), options => options.SetDuration(TimeSpan.FromSeconds(10)).SetEagerRefresh(0.1f), tags);

    public static ILibrary InMemory() => new FusionLibrary("FusionCache", new FusionCache(new FusionCacheOptions { DefaultEntryOptions = new FusionCacheEntryOptions(TimeToLive) }));

    /// <summary>Makes a node over Redis.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="port">Where Redis is.</param>
    /// <param name="withLocker">Whether one node at a time loads a key.</param>
    /// <param name="configure">Changes the settings.</param>
    public static async Task<ILibrary> OverRedisAsync(string name, int port, bool withLocker = false, Action<FusionCacheOptions>? configure = null)
    {
        var options = new FusionCacheOptions { DefaultEntryOptions = new FusionCacheEntryOptions(TimeToLive), WaitForInitialBackplaneSubscribe = true };
        configure?.Invoke(options);
        var connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{port},abortConnect=false");
        var cache = new FusionCache(options);
        cache.SetupSerializer(new FusionCacheSystemTextJsonSerializer());
        cache.SetupDistributedCache(new RedisCache(new RedisCacheOptions { ConnectionMultiplexerFactory = () => Task.FromResult<IConnectionMultiplexer>(connection) }));
        cache.SetupBackplane(new RedisBackplane(new RedisBackplaneOptions { ConnectionMultiplexerFactory = () => Task.FromResult<IConnectionMultiplexer>(connection) }));
        if (withLocker)
        {
            cache.SetupDistributedLocker(new RedisDistributedLocker(
                new RedisDistributedLockerOptions { ConnectionMultiplexerFactory = () => Task.FromResult<IConnectionMultiplexer>(connection) }));
        }

        return new FusionLibrary(name, cache, connection);
    }

    /// <summary>The settings that its documentation advises for outages: a fallback value, time limits, and writes that nobody waits for.</summary>
    public static void Harden(FusionCacheOptions options)
    {
        options.DistributedCacheCircuitBreakerDuration = TimeSpan.FromSeconds(2);
        options.BackplaneCircuitBreakerDuration = TimeSpan.FromSeconds(2);
        options.DefaultEntryOptions
            .SetFailSafe(true, TimeSpan.FromHours(2), TimeSpan.FromSeconds(30))
            .SetFactoryTimeouts(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(1500))
            .SetDistributedCacheTimeouts(TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(500));
        options.DefaultEntryOptions.AllowBackgroundDistributedCacheOperations = true;
        options.DefaultEntryOptions.AllowBackgroundBackplaneOperations = true;
    }

    public ValueTask<Product> GetOrCreateAsync(string key, Func<CancellationToken, Task<Product>> load, string[] tags) =>
        cache.GetOrSetAsync<Product>(key, (_, cancellation) => load(cancellation), tags: tags);

    public async ValueTask<Product?> FindAsync(string key) => await cache.GetOrDefaultAsync<Product>(key);

    public ValueTask SetAsync(string key, Product value, string[] tags) => cache.SetAsync(key, value, tags: tags);

    public ValueTask RemoveAsync(string key) => cache.RemoveAsync(key);

    public ValueTask RemoveByTagAsync(string tag) => cache.RemoveByTagAsync(tag);

    public async ValueTask DisposeAsync()
    {
        cache.Dispose();
        if (owned is not null)
        {
            await owned.DisposeAsync();
        }
    }
}
