using System.Collections.Concurrent;
using Larder.Memory;
using Microsoft.Extensions.Caching.Memory;

namespace Larder.Benchmarks.Ratios;

/// <summary>The hit paths.</summary>
internal static class Hits
{
    public static Candidate[] All(KeySet keys, CacheSet caches) =>
    [
        new Candidate<DictionaryHit>("`ConcurrentDictionary.TryGetValue`", keys, new(caches.Dictionary)),
        new Candidate<MemoryCacheHit>("`MemoryCache.TryGetValue`", keys, new(caches.Framework)),
        new Candidate<EngineHit>("engine alone", keys, new(caches.Engine)),
        new Candidate<TryGetHit>("`ICache.TryGet`", keys, new(caches.Plain)),
        new Candidate<GetHit>("`ICache.GetAsync`", keys, new(caches.Plain)),
        new Candidate<TypedHit>("`ICache<T>.GetAsync`", keys, new(caches.Typed)),
        new Candidate<GetOrCreateHit>("`ICache.GetOrCreateAsync`, static loader", keys, new(caches.Plain)),
    ];

    public static Candidate[] Special(KeySet keys, CacheSet caches) =>
    [
        new Candidate<TypedGetOrCreateHit>("`ICache<T>.GetOrCreateAsync`, static loader", keys, new(caches.Typed)),
        new Candidate<TimeToLiveHit>("`GetOrCreateAsync`, TTL at the call", keys, new(caches.Plain)),
        new Candidate<GetHit>("`GetAsync`, prefix view", keys, new(caches.Prefixed)),
        new Candidate<GetHit>("`GetAsync`, entry with 3 tags", keys, new(caches.Tagged)),
        new Candidate<InterpolatedDictionaryHit>("`ConcurrentDictionary`, interpolated key", keys, new(caches.Dictionary)),
        new Candidate<InterpolatedHit>("`GetAsync`, interpolated key", keys, new(caches.Plain)),
    ];

    /// <summary>Makes each operation a pair, on two threads that are at different places of the keys.</summary>
    public static PairOfCandidates[] InPairs(KeySet keys, CacheSet caches) =>
        [.. All(keys, caches).Zip(All(keys.Rotated(), caches), (mine, other) => new PairOfCandidates(mine, other))];

    private static ValueTask<Product> Fail() => throw new InvalidOperationException("A hit loads nothing.");

    private readonly struct DictionaryHit(ConcurrentDictionary<string, Product> dictionary) : IOperation
    {
        public bool Run(string key, int id) => dictionary.TryGetValue(key, out var product) && product is not null;
    }

    private readonly struct InterpolatedDictionaryHit(ConcurrentDictionary<string, Product> dictionary) : IOperation
    {
        public bool Run(string key, int id) => dictionary.TryGetValue($"product:detail:{id:D6}", out var product) && product is not null;
    }

    private readonly struct MemoryCacheHit(MemoryCache cache) : IOperation
    {
        public bool Run(string key, int id) => cache.TryGetValue(key, out Product? product) && product is not null;
    }

    private readonly struct EngineHit(MemoryEngine engine) : IOperation
    {
        public bool Run(string key, int id) => engine.FindPlain(key, out _, out _) is not null;
    }

    private readonly struct TryGetHit(ICache cache) : IOperation
    {
        public bool Run(string key, int id) => cache.TryGet<Product>(key, out var product) && product is not null;
    }

    private readonly struct GetHit(ICache cache) : IOperation
    {
        public bool Run(string key, int id)
        {
            var read = cache.GetAsync<Product>(key);
            return read.IsCompletedSuccessfully && read.Result.HasValue;
        }
    }

    private readonly struct TypedHit(ICache<Product> cache) : IOperation
    {
        public bool Run(string key, int id)
        {
            var read = cache.GetAsync(key);
            return read.IsCompletedSuccessfully && read.Result.HasValue;
        }
    }

    private readonly struct GetOrCreateHit(ICache cache) : IOperation
    {
        public bool Run(string key, int id)
        {
            var read = cache.GetOrCreateAsync(key, id, static (_, _, _) => Fail());
            return read.IsCompletedSuccessfully && read.Result is not null;
        }
    }

    private readonly struct TypedGetOrCreateHit(ICache<Product> cache) : IOperation
    {
        public bool Run(string key, int id)
        {
            var read = cache.GetOrCreateAsync(key, id, static (_, _, _) => Fail());
            return read.IsCompletedSuccessfully && read.Result is not null;
        }
    }

    private readonly struct TimeToLiveHit(ICache cache) : IOperation
    {
        public bool Run(string key, int id)
        {
            var read = cache.GetOrCreateAsync(key, id, static (_, _, _) => Fail(), CacheSet.TimeToLive);
            return read.IsCompletedSuccessfully && read.Result is not null;
        }
    }

    private readonly struct InterpolatedHit(ICache cache) : IOperation
    {
        public bool Run(string key, int id)
        {
            var read = cache.GetAsync<Product>($"product:detail:{id:D6}");
            return read.IsCompletedSuccessfully && read.Result.HasValue;
        }
    }
}
