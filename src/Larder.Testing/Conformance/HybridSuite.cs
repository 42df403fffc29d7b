using Microsoft.Extensions.Caching.Hybrid;

namespace Larder.Testing.Conformance;

/// <summary>The base of the suites about caches that are used as a <see cref="HybridCache"/>.</summary>
internal abstract class HybridSuite : ConformanceSuite
{
    protected const HybridCacheEntryFlags NoReads = HybridCacheEntryFlags.DisableLocalCacheRead | HybridCacheEntryFlags.DisableDistributedCacheRead;

    protected const HybridCacheEntryFlags NoWrites = HybridCacheEntryFlags.DisableLocalCacheWrite | HybridCacheEntryFlags.DisableDistributedCacheWrite;

    private static readonly HybridCacheEntryOptions s_peek = new() { Flags = NoWrites | HybridCacheEntryFlags.DisableUnderlyingData };

    private readonly Lazy<HybridCache> _hybrid;

    protected HybridSuite(CacheHarness harness)
        : base(harness) => _hybrid = new Lazy<HybridCache>(() => Node());

    protected HybridCache Hybrid => _hybrid.Value;

    /// <summary>Gets the cache under the node that was made last.</summary>
    protected ICache? Last { get; private set; }

    /// <summary>Makes a cache as another process has it.</summary>
    protected HybridCache Node(LarderHybridCacheOptions? options = null, Action<CacheOptions>? configure = null) => (Last = Harness.CreateCache(settings =>
    {
        settings.Copy = CopyMode.WhenMutable;
        configure?.Invoke(settings);
    })).AsHybridCache(options);

    protected static ValueTask<T> PeekAsync<T>(HybridCache cache, string key) =>
        cache.GetOrCreateAsync<T>(key, static _ => throw new InvalidOperationException("Only what is there is asked for."), s_peek);

    protected ValueTask<T> PeekAsync<T>(string key) => PeekAsync<T>(Hybrid, key);

    /// <summary>Tells whether two caches of the harness share what they store.</summary>
    protected async Task<bool> AreSharedAsync(HybridCache one, HybridCache other)
    {
        await one.SetAsync("shared", "yes");
        return await PeekAsync<string?>(other, "shared") == "yes";
    }

    /// <summary>Reads until a value is read, on a node that hears of changes a moment after they are made.</summary>
    protected static Task ReadsAsync<T>(HybridCache cache, string key, T expected) =>
        Eventually.TrueAsync(async () => EqualityComparer<T>.Default.Equals(await PeekAsync<T>(cache, key), expected), $"'{key}' is '{expected}'");
}
