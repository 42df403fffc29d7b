using Larder.Redis;

namespace Larder.Peers.Libraries;

/// <summary>Larder.</summary>
internal sealed class LarderLibrary(string name, ICache cache) : ILibrary
{
    private static readonly CachePolicy Refreshed = new() { TimeToLive = TimeSpan.FromSeconds(10), EarlyRefresh = EarlyRefresh.AfterFraction(0.1) };

    public string Name => name;

    public Func<string, Func<CancellationToken, Task<Product>>, string[], ValueTask<Product>>? GetAndRefresh =>
        (key, load, tags) => cache.GetOrCreateAsync(key, load, new() { Tags = tags, Policy = Refreshed });

    public static ILibrary InMemory() => new LarderLibrary("Larder", Cache.InMemory());

    /// <summary>Makes a node in memory for more entries than the default admits.</summary>
    public static ILibrary InMemory(int entries) =>
        new LarderLibrary("Larder", Cache.InMemory(options => (options.Memory.MaxEntries, options.Memory.MaxBytes) = (entries, 1L << 40)));

    /// <summary>Makes a node over Redis with the default settings.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="port">Where Redis is.</param>
    /// <param name="query">The query of the connection string.</param>
    public static async Task<ILibrary> OverRedisAsync(string name, int port, string query = "") =>
        new LarderLibrary(name, await RedisCacheExtensions.ConnectAsync($"redis://127.0.0.1:{port}{query}", options => options.Prefix = "peers"));

    public ValueTask<Product> GetOrCreateAsync(string key, Func<CancellationToken, Task<Product>> load, string[] tags) =>
        cache.GetOrCreateAsync(key, load, new() { Tags = tags });

    public async ValueTask<Product?> FindAsync(string key) => (await cache.GetAsync<Product>(key)).GetValueOrDefault();

    public ValueTask SetAsync(string key, Product value, string[] tags) => cache.SetAsync(key, value, new() { Tags = tags });

    public async ValueTask RemoveAsync(string key) => await cache.RemoveAsync(key);

    public ValueTask RemoveByTagAsync(string tag) => cache.RemoveByTagAsync(tag);

    public ValueTask DisposeAsync() => cache.DisposeAsync();
}
