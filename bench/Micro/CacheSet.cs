using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Memory;

namespace Larder.Benchmarks;

/// <summary>The caches that are compared, filled with the same entries.</summary>
public sealed class CacheSet : IDisposable
{
    /// <summary>Longer than any run, and finite: entries have an expiry that each hit must look at.</summary>
    public static readonly TimeSpan TimeToLive = TimeSpan.FromHours(1);

    private const string Prefix = "shop";

    private static readonly string[] s_tags = ["products", "shop:1", "department:7"];

    public CacheSet(KeySet keys)
    {
        Plain = Cache.InMemory(options => Unbounded(options));
        Tagged = Cache.InMemory(options => Unbounded(options));
        Prefixed = Plain.WithPrefix(Prefix);
        Typed = Plain.For<Product>();
        for (var id = 0; id < keys.Stored.Length; id++)
        {
            var (key, product) = (keys.Stored[id], new Product(id, "name"));
            Dictionary[key] = product;
            Framework.Set(key, product, TimeToLive);
            Complete(Plain.SetAsync(key, product, TimeToLive));
            Complete(Tagged.SetAsync(key, product, new CacheEntryOptions { TimeToLive = TimeToLive, Tags = s_tags }));
            Complete(Prefixed.SetAsync(key, product, TimeToLive));
        }
    }

    public ConcurrentDictionary<string, Product> Dictionary { get; } = new(StringComparer.Ordinal);

    public MemoryCache Framework { get; } = new(new MemoryCacheOptions());

    public ICache Plain { get; }

    public ICache<Product> Typed { get; }

    public ICache Tagged { get; }

    public ICache Prefixed { get; }

    public void Dispose()
    {
        Framework.Dispose();
        Plain.Dispose();
        Tagged.Dispose();
    }

    public static void Unbounded(CacheOptions options)
    {
        options.Memory.MaxEntries = 10_000_000;
        options.Memory.MaxBytes = 1L << 40;
    }

    public static void Complete(ValueTask task)
    {
        if (!task.IsCompletedSuccessfully)
        {
            throw new InvalidOperationException("An operation in memory completes at once.");
        }
    }
}
