using Microsoft.Extensions.Caching.Memory;

namespace Larder.Peers.Libraries;

/// <summary>The cache of the framework, with its own get-or-create. It has no tags.</summary>
internal sealed class FrameworkLibrary : ILibrary
{
    private readonly MemoryCache _cache = new(new MemoryCacheOptions());

    public string Name => "MemoryCache";

    public Func<string, Func<CancellationToken, Task<Product>>, string[], ValueTask<Product>>? GetAndRefresh => null;

    public async ValueTask<Product> GetOrCreateAsync(string key, Func<CancellationToken, Task<Product>> load, string[] tags) =>
        (await _cache.GetOrCreateAsync(key, entry =>
        {
            entry.AbsoluteExpirationRelativeToNow = TimeSpan.FromMinutes(5);
            return load(CancellationToken.None);
        }))!;

    public ValueTask<Product?> FindAsync(string key) => new(_cache.Get<Product>(key));

    public ValueTask SetAsync(string key, Product value, string[] tags)
    {
        _cache.Set(key, value, TimeSpan.FromMinutes(5));
        return default;
    }

    public ValueTask RemoveAsync(string key)
    {
        _cache.Remove(key);
        return default;
    }

    public ValueTask RemoveByTagAsync(string tag) => throw new NotSupportedException("MemoryCache has no tags.");

    public ValueTask DisposeAsync()
    {
        _cache.Dispose();
        return default;
    }
}
