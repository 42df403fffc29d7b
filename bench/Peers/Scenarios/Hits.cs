using System.Collections.Concurrent;
using Larder.Benchmarks;
using Larder.Benchmarks.Ratios;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using ZiggyCreatures.Caching.Fusion;

namespace Larder.Peers.Scenarios;

/// <summary>Hits in memory: processor time and allocated bytes of one call, in bursts that take turns in random order.</summary>
internal static class Hits
{
    private const int Keys = 1_000;
    private const int Burst = 10_000;

    private static readonly string[] s_tags = ["products", "shop:1", "department:7"];
    private static readonly TimeSpan s_timeToLive = TimeSpan.FromHours(1);

    public static async Task RunAsync(bool isQuick)
    {
        var keys = KeySet.Uniform(Keys, 1 << 14);
        var dictionary = new ConcurrentDictionary<string, Product>(StringComparer.Ordinal);
        using var framework = new MemoryCache(new MemoryCacheOptions());
        await using var services = new ServiceCollection().AddHybridCache().Services.BuildServiceProvider();
        var hybrid = services.GetRequiredService<HybridCache>();
        using var fusion = new FusionCache(new FusionCacheOptions { DefaultEntryOptions = new FusionCacheEntryOptions(s_timeToLive) });
        await using var larder = Cache.InMemory(options => options.TimeToLive = s_timeToLive);
        for (var id = 0; id < Keys; id++)
        {
            var (key, product) = (keys.Stored[id], new Product(id, "name"));
            dictionary[key] = product;
            framework.Set(key, product, s_timeToLive);
            foreach (var (prefix, tags) in new[] { ("", Array.Empty<string>()), ("t", s_tags) })
            {
                await hybrid.SetAsync(prefix + key, product, tags: tags);
                await fusion.SetAsync(prefix + key, product, tags: tags);
                await larder.SetAsync(prefix + key, product, new() { Tags = tags });
            }

            await hybrid.SetAsync("m" + key, new Mutable { Id = id, Name = "name" });
        }

        // The keys of the tagged entries are other strings of the same length but one.
        var tagged = keys.With("t");
        var mutable = keys.With("m");
        var adapter = larder.AsHybridCache();
        Candidate[] candidates =
        [
            new Candidate<DictionaryHit>("`ConcurrentDictionary.TryGetValue`", keys, new(dictionary)),
            new Candidate<MemoryCacheHit>("`MemoryCache.TryGetValue`", keys, new(framework)),
            new Candidate<HybridHit>("HybridCache `GetOrCreateAsync`, static factory", keys, new(hybrid)),
            new Candidate<HybridHit>("HybridCache `GetOrCreateAsync`, entry with 3 tags", tagged, new(hybrid)),
            new Candidate<MutableHybridHit>("HybridCache `GetOrCreateAsync`, type not marked immutable (a copy each)", mutable, new(hybrid)),
            new Candidate<FusionTryGet>("FusionCache `TryGetAsync`", keys, new(fusion)),
            new Candidate<FusionHit>("FusionCache `GetOrSetAsync`, static factory", keys, new(fusion)),
            new Candidate<FusionHit>("FusionCache `GetOrSetAsync`, entry with 3 tags", tagged, new(fusion)),
            new Candidate<FusionTtlHit>("FusionCache `GetOrSetAsync`, duration at the call", keys, new(fusion)),
            new Candidate<LarderGet>("Larder `GetAsync`", keys, new(larder)),
            new Candidate<LarderHit>("Larder `GetOrCreateAsync`, static loader", keys, new(larder)),
            new Candidate<LarderHit>("Larder `GetOrCreateAsync`, entry with 3 tags", tagged, new(larder)),
            new Candidate<LarderTtlHit>("Larder `GetOrCreateAsync`, time to live at the call", keys, new(larder)),
            new Candidate<HybridHit>("Larder as a `HybridCache`, `GetOrCreateAsync`", keys, new(adapter)),
        ];
        Measure(candidates, isQuick ? 40 : 400);
        Table.Head("hit, 1,000 hot keys", "ns (p25)", "of a dictionary", "B per call");
        foreach (var candidate in candidates)
        {
            Table.Row(candidate.Name, Table.Number(candidate.Nanoseconds, 1), Table.Number(candidate.Nanoseconds / candidates[0].Nanoseconds, 2), Table.Number(candidate.BytesPerOperation, 0));
        }
    }

    private static void Measure(Candidate[] candidates, int rounds)
    {
        for (var round = 0; round < 30; round++)
        {
            Array.ForEach(candidates, candidate => candidate.Burst(Burst));

            // The compiler works in the background, and begins when nothing new has been called for a while.
            Thread.Sleep(round % 10 == 9 ? 250 : 1);
        }

        var random = new Random(3);
        var order = candidates.ToArray();
        for (var round = 0; round < rounds; round++)
        {
            random.Shuffle(order);
            Array.ForEach(order, candidate => candidate.Measure(Burst, processTime: false));
        }
    }

    private static ValueTask<Product> Fail() => throw new InvalidOperationException("A hit loads nothing.");

    private static Task<Product> FailTask() => throw new InvalidOperationException("A hit loads nothing.");

    /// <summary>A type that HybridCache copies for each caller.</summary>
    private sealed class Mutable
    {
        public int Id { get; set; }

        public string Name { get; set; } = "";
    }

    private readonly struct DictionaryHit(ConcurrentDictionary<string, Product> cache) : IOperation
    {
        public bool Run(string key, int id) => cache.TryGetValue(key, out var product) && product is not null;
    }

    private readonly struct MemoryCacheHit(MemoryCache cache) : IOperation
    {
        public bool Run(string key, int id) => cache.TryGetValue(key, out Product? product) && product is not null;
    }

    private readonly struct HybridHit(HybridCache cache) : IOperation
    {
        public bool Run(string key, int id)
        {
            var read = cache.GetOrCreateAsync(key, id, static (_, _) => Fail());
            return read.IsCompletedSuccessfully && read.Result is not null;
        }
    }

    private readonly struct MutableHybridHit(HybridCache cache) : IOperation
    {
        public bool Run(string key, int id)
        {
            var read = cache.GetOrCreateAsync(key, id, static (_, _) => new ValueTask<Mutable>((Mutable)null!));
            return read.IsCompletedSuccessfully && read.Result is not null;
        }
    }

    private readonly struct FusionTryGet(FusionCache cache) : IOperation
    {
        public bool Run(string key, int id)
        {
            var read = cache.TryGetAsync<Product>(key);
            return read.IsCompletedSuccessfully && read.Result.HasValue;
        }
    }

    private readonly struct FusionHit(FusionCache cache) : IOperation
    {
        public bool Run(string key, int id)
        {
            var read = cache.GetOrSetAsync<Product>(key, static (_, _) => FailTask());
            return read.IsCompletedSuccessfully && read.Result is not null;
        }
    }

    private readonly struct FusionTtlHit(FusionCache cache) : IOperation
    {
        public bool Run(string key, int id)
        {
            var read = cache.GetOrSetAsync<Product>(key, static (_, _) => FailTask(), s_timeToLive);
            return read.IsCompletedSuccessfully && read.Result is not null;
        }
    }

    private readonly struct LarderGet(ICache cache) : IOperation
    {
        public bool Run(string key, int id)
        {
            var read = cache.GetAsync<Product>(key);
            return read.IsCompletedSuccessfully && read.Result.HasValue;
        }
    }

    private readonly struct LarderHit(ICache cache) : IOperation
    {
        public bool Run(string key, int id)
        {
            var read = cache.GetOrCreateAsync(key, id, static (_, _, _) => Fail());
            return read.IsCompletedSuccessfully && read.Result is not null;
        }
    }

    private readonly struct LarderTtlHit(ICache cache) : IOperation
    {
        public bool Run(string key, int id)
        {
            var read = cache.GetOrCreateAsync(key, id, static (_, _, _) => Fail(), s_timeToLive);
            return read.IsCompletedSuccessfully && read.Result is not null;
        }
    }
}
