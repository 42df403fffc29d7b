using Larder.Testing;
using Larder.Testing.Conformance;

namespace Larder.Tests;

/// <summary>The base of tests of caches in memory: a fake clock, caches that are disposed at the end, and the invariants of their counters.</summary>
public abstract class MemoryTest : IAsyncDisposable
{
    private readonly MemoryHarness _harness = new();
    private readonly Lazy<ICache> _cache;

    protected MemoryTest() => _cache = new Lazy<ICache>(() => CreateCache());

    protected FakeTimeProvider Clock => _harness.Clock;

    /// <summary>Gets a cache with the default settings, made at the first use, which may be concurrent.</summary>
    protected ICache Cache => _cache.Value;

    public async ValueTask DisposeAsync()
    {
        await _harness.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected ICache CreateCache(Action<CacheOptions>? configure = null) => _harness.CreateCache(configure);
}
