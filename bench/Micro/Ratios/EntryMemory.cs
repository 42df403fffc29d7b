using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Memory;

namespace Larder.Benchmarks.Ratios;

/// <summary>The bytes that an entry costs beside its key and value, when there are a million.</summary>
internal static class EntryMemory
{
    public const string Title = "1M entries, bytes each beside key and value";

    public static (string Name, double Bytes)[] Measure(int count)
    {
        var keys = Enumerable.Range(0, count).Select(KeySet.KeyOf).ToArray();
        var product = new Product(1, "name");
        var found = new[]
        {
            ("`ConcurrentDictionary`, no TTL", Growth(keys, () => new ConcurrentDictionary<string, Product>(StringComparer.Ordinal), (dictionary, key) => dictionary[key] = product)),
            ("`MemoryCache`, TTL", Growth(keys, () => new MemoryCache(new MemoryCacheOptions()), (cache, key) => cache.Set(key, product, CacheSet.TimeToLive))),
            ("Larder, TTL", Growth(keys, () => Cache.InMemory(CacheSet.Unbounded), (cache, key) => CacheSet.Complete(cache.SetAsync(key, product, CacheSet.TimeToLive)))),
        };
        GC.KeepAlive(keys);
        return found;
    }

    private static double Growth<TCache>(string[] keys, Func<TCache> create, Action<TCache, string> add)
        where TCache : class
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var cache = create();
        Array.ForEach(keys, key => add(cache, key));
        var growth = GC.GetTotalMemory(forceFullCollection: true) - before;
        (cache as IDisposable)?.Dispose();
        GC.KeepAlive(cache);
        return (double)growth / keys.Length;
    }
}
