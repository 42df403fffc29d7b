using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.Caching.Memory;

namespace Larder.Benchmarks;

/// <summary>One hit each. On a shared machine believe the ratios, and rather those of the <c>ratios</c> runner.</summary>
[MemoryDiagnoser]
public class HitBenchmarks
{
    private KeySet _keys = null!;
    private CacheSet _caches = null!;
    private int _next;

    [Params(1_000, 500_000)]
    public int Entries { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        _keys = Entries <= 1_000 ? KeySet.Uniform(Entries, 1 << 14) : KeySet.Zipf(Entries, 1 << 20);
        _caches = new CacheSet(_keys);
    }

    [GlobalCleanup]
    public void Dispose() => _caches.Dispose();

    [Benchmark(Baseline = true)]
    public Product? ConcurrentDictionary() => _caches.Dictionary.TryGetValue(Next(), out var product) ? product : null;

    [Benchmark]
    public Product? MemoryCache() => _caches.Framework.TryGetValue(Next(), out Product? product) ? product : null;

    [Benchmark]
    public Product? TryGet() => _caches.Plain.TryGet<Product>(Next(), out var product) ? product : null;

    [Benchmark]
    public ValueTask<CacheResult<Product>> GetAsync() => _caches.Plain.GetAsync<Product>(Next());

    [Benchmark]
    public ValueTask<CacheResult<Product>> GetAsyncTyped() => _caches.Typed.GetAsync(Next());

    [Benchmark]
    public ValueTask<Product> GetOrCreateAsync() => _caches.Plain.GetOrCreateAsync(Next(), this, static (_, _, _) => Fail());

    [Benchmark]
    public ValueTask<Product> GetOrCreateAsyncWithTimeToLive() =>
        _caches.Plain.GetOrCreateAsync(Next(), this, static (_, _, _) => Fail(), CacheSet.TimeToLive);

    [Benchmark]
    public ValueTask<CacheResult<Product>> GetAsyncPrefixed() => _caches.Prefixed.GetAsync<Product>(Next());

    [Benchmark]
    public ValueTask<CacheResult<Product>> GetAsyncThreeTags() => _caches.Tagged.GetAsync<Product>(Next());

    [Benchmark]
    public ValueTask<CacheResult<Product>> GetAsyncInterpolated()
    {
        var id = _keys.Ids[_next = (_next + 1) & (_keys.Ids.Length - 1)];
        return _caches.Plain.GetAsync<Product>($"product:detail:{id:D6}");
    }

    private static ValueTask<Product> Fail() => throw new InvalidOperationException("A hit loads nothing.");

    private string Next() => _keys.Lookups[_next = (_next + 1) & (_keys.Lookups.Length - 1)];
}
