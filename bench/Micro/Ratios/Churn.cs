using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Memory;

namespace Larder.Benchmarks.Ratios;

/// <summary>What happens when not everything fits: reads through the cache, and writes of keys that are never the same.</summary>
internal sealed class Churn : IDisposable
{
    private readonly int _capacity;
    private readonly List<IDisposable> _caches = [];

    public Churn(int capacity) => _capacity = capacity;

    public Candidate[] ReadThrough(KeySet keys) =>
    [
        new Candidate<UnboundedReadThrough>("`ConcurrentDictionary.GetOrAdd`, unbounded", keys, new(new(StringComparer.Ordinal))),
        new Candidate<MemoryCacheReadThrough>("`MemoryCache.GetOrCreate`, size limit", keys, new(NewMemoryCache())),
        new Candidate<LarderReadThrough>("`ICache.GetOrCreateAsync`", keys, new(NewCache())),
    ];

    public Candidate[] Inserts(KeySet keys) =>
    [
        new Candidate<FifoInsert>("`ConcurrentDictionary` set, oldest removed", keys, new(new(StringComparer.Ordinal), new Queue<string>(), _capacity)),
        new Candidate<MemoryCacheInsert>("`MemoryCache.Set`, size limit", keys, new(NewMemoryCache())),
        new Candidate<LarderInsert>("`ICache.SetAsync`", keys, new(NewCache())),
    ];

    public void Dispose() => _caches.ForEach(cache => cache.Dispose());

    private MemoryCache NewMemoryCache()
    {
        var cache = new MemoryCache(new MemoryCacheOptions { SizeLimit = _capacity });
        _caches.Add(cache);
        return cache;
    }

    private ICache NewCache()
    {
        var cache = Cache.InMemory(options => (options.Memory.MaxEntries, options.Memory.MaxBytes) = (_capacity, 1L << 40));
        _caches.Add(cache);
        return cache;
    }

    private readonly struct UnboundedReadThrough(ConcurrentDictionary<string, Product> dictionary) : IOperation
    {
        public bool Run(string key, int id) => dictionary.GetOrAdd(key, static (_, id) => new Product(id, "name"), id) is not null;
    }

    private readonly struct MemoryCacheReadThrough(MemoryCache cache) : IOperation
    {
        public bool Run(string key, int id)
        {
            if (!cache.TryGetValue(key, out Product? product))
            {
                product = new Product(id, "name");
                cache.Set(key, product, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = CacheSet.TimeToLive });
            }

            return product is not null;
        }
    }

    private readonly struct LarderReadThrough(ICache cache) : IOperation
    {
        public bool Run(string key, int id)
        {
            var read = cache.GetOrCreateAsync(key, id, static (id, _, _) => new ValueTask<Product>(new Product(id, "name")), CacheSet.TimeToLive);
            return read.IsCompleted ? read.Result is not null : read.AsTask().GetAwaiter().GetResult() is not null;
        }
    }

    private readonly struct FifoInsert(ConcurrentDictionary<string, Product> dictionary, Queue<string> order, int capacity) : IOperation
    {
        public bool Run(string key, int id)
        {
            if (dictionary.TryAdd(key, new Product(id, "name")))
            {
                order.Enqueue(key);
            }

            if (order.Count > capacity)
            {
                dictionary.TryRemove(order.Dequeue(), out _);
            }

            return true;
        }
    }

    private readonly struct MemoryCacheInsert(MemoryCache cache) : IOperation
    {
        public bool Run(string key, int id) =>
            cache.Set(key, new Product(id, "name"), new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = CacheSet.TimeToLive }) is not null;
    }

    private readonly struct LarderInsert(ICache cache) : IOperation
    {
        public bool Run(string key, int id)
        {
            CacheSet.Complete(cache.SetAsync(key, new Product(id, "name"), CacheSet.TimeToLive));
            return true;
        }
    }
}
