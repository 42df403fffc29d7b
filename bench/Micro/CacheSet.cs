using System.Collections.Concurrent;
using Larder.Diagnostics;
using Larder.Memory;
using Larder.Tiers;
using Microsoft.Extensions.Caching.Memory;

namespace Larder.Benchmarks;

/// <summary>The caches that are compared, filled with the same entries.</summary>
internal sealed class CacheSet : IDisposable
{
    /// <summary>Longer than any run, and finite: entries have an expiry that each hit must look at.</summary>
    public static readonly TimeSpan TimeToLive = TimeSpan.FromHours(1);

    private const int MaxEntries = 10_000_000;
    private const long MaxBytes = 1L << 40;
    private const string Prefix = "shop";

    private static readonly string[] s_tags = ["products", "shop:1", "department:7"];

    public CacheSet(KeySet keys)
    {
        Plain = Cache.InMemory(options => Unbounded(options));
        Tagged = Cache.InMemory(options => Unbounded(options));
        Prefixed = Plain.WithPrefix(Prefix);
        Typed = Plain.For<Product>();
        Engine = new MemoryEngine(
            new MemoryLimits(MaxEntries, MaxBytes, TimeSpan.FromMinutes(1), Weigher: null, EvictionPolicy.TinyLfu), new CacheClock(TimeProvider.System), new StripedCounters(), new CacheEvents());
        var write = new EntryWrite { TimeToLiveMs = (long)TimeToLive.TotalMilliseconds };
        for (var id = 0; id < keys.Stored.Length; id++)
        {
            var (key, product) = (keys.Stored[id], new Product(id, "name"));
            Dictionary[key] = product;
            Framework.Set(key, product, TimeToLive);
            Engine.Write(key, product, write, WriteCondition.None, out _);
            Complete(Plain.SetAsync(key, product, TimeToLive));
            Complete(Tagged.SetAsync(key, product, new CacheEntryOptions { TimeToLive = TimeToLive, Tags = s_tags }));
            Complete(Prefixed.SetAsync(key, product, TimeToLive));
        }
    }

    public ConcurrentDictionary<string, Product> Dictionary { get; } = new(StringComparer.Ordinal);

    public MemoryCache Framework { get; } = new(new MemoryCacheOptions());

    public MemoryEngine Engine { get; }

    public ICache Plain { get; }

    public ICache<Product> Typed { get; }

    public ICache Tagged { get; }

    public ICache Prefixed { get; }

    public void Dispose()
    {
        Framework.Dispose();
        Engine.Dispose();
        Plain.Dispose();
        Tagged.Dispose();
    }

    public static void Unbounded(CacheOptions options)
    {
        options.Memory.MaxEntries = MaxEntries;
        options.Memory.MaxBytes = MaxBytes;
    }

    public static void Complete(ValueTask task)
    {
        if (!task.IsCompletedSuccessfully)
        {
            throw new InvalidOperationException("An operation in memory completes at once.");
        }
    }
}
