using Larder.Testing;
using Larder.Tests.Loading;
using Larder.Tests.Memory.Integrity;

namespace Larder.Tests.Memory;

/// <summary>Entries make room when the process is short of memory, where that is asked for.</summary>
[Collection(AloneCollection.Name)]
public sealed class MemoryPressureTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly List<EngineCache> _caches = [];
    private bool _isShort;
    private int _trimming;

    public async ValueTask DisposeAsync()
    {
        foreach (var cache in _caches)
        {
            await cache.DisposeAsync();
        }
    }

    [Theory]
    [Ledger(92)]
    [InlineData(EvictionPolicy.TinyLfu)]
    [InlineData(EvictionPolicy.Lru)]
    public async Task A_tenth_of_the_entries_makes_room_each_time(EvictionPolicy eviction)
    {
        var cache = await FilledAsync(1_000, options => options.Memory.Eviction = eviction);
        var log = new EvictionLog(cache.Cache);

        Trim(cache);
        Assert.Equal(900, cache.Engine.Count);
        Trim(cache);
        Assert.Equal(810, cache.Engine.Count);

        Assert.Equal(190, cache.Cache.Statistics.Snapshot().MemoryPressureEvictions);
        Assert.Equal(190, cache.Cache.Statistics.Snapshot().Evictions);
        Assert.Equal(190, log.KeysOf(EvictionReason.MemoryPressure).Distinct().Count());
        Assert.Empty(EngineIntegrity.Findings(cache));
    }

    [Fact]
    public async Task A_cache_of_many_shards_gives_from_each()
    {
        var cache = await FilledAsync(20_000, options => options.Memory.MaxEntries = 40_000);
        Trim(cache);

        // Each shard rounds up.
        Assert.InRange(cache.Engine.Count, 18_000 - cache.Engine.Shards.Count, 18_000);
    }

    [Fact]
    public async Task What_is_in_use_stays()
    {
        var cache = await FilledAsync(1_000);
        for (var round = 0; round < 7; round++)
        {
            for (var i = 0; i < 100; i++)
            {
                Assert.True(cache.Cache.TryGet<int>($"key:{i}", out _), $"key:{i}");
            }

            Trim(cache);
        }

        Assert.InRange(cache.Engine.Count, 450, 500);
    }

    [Fact]
    public async Task Expired_entries_go_first_and_count_as_expired()
    {
        var cache = await FilledAsync(100);
        for (var i = 0; i < 50; i++)
        {
            await cache.Cache.SetAsync($"short:{i}", i, TimeSpan.FromSeconds(1));
        }

        _clock.Advance(TimeSpan.FromSeconds(1));
        Trim(cache);

        Assert.Equal(90, cache.Engine.Count);
        Assert.Equal((50, 10), (cache.Cache.Statistics.Snapshot().ExpiredEvictions, cache.Cache.Statistics.Snapshot().MemoryPressureEvictions));
    }

    [Fact]
    public async Task Nothing_goes_while_memory_is_not_short()
    {
        var cache = await FilledAsync(100);
        cache.Engine.TrimIfMemoryIsShort();
        Assert.Equal(100, cache.Engine.Count);
    }

    [Fact]
    public async Task Nothing_goes_unless_it_is_asked_for()
    {
        var cache = await FilledAsync(100, options => options.Memory.TrimOnMemoryPressure = false);
        _isShort = true;
        Trim(cache);
        Collect();
        Assert.Equal(100, cache.Engine.Count);
    }

    [Fact]
    public async Task A_full_collection_that_finds_memory_short_trims_again_and_again()
    {
        var cache = await FilledAsync(1_000);
        _isShort = true;
        Collect();
        await UntilAsync(() => cache.Engine.Count <= 900);
        Collect();
        await UntilAsync(() => cache.Engine.Count <= 810);
    }

    [Fact]
    public async Task A_cache_that_was_disposed_is_trimmed_no_more()
    {
        var asked = 0;
        var cache = await FilledAsync(10, options => options.Memory.IsMemoryShort = () => Interlocked.Increment(ref asked) > 0);
        var other = await FilledAsync(1_000);
        await cache.DisposeAsync();
        _isShort = true;
        var before = Volatile.Read(ref asked);
        Collect();

        // The other one was told of the same collection.
        await UntilAsync(() => other.Engine.Count < 1_000);
        Assert.Equal(before, Volatile.Read(ref asked));
    }

    [Fact]
    public void What_the_collector_says_is_asked_by_default() => Assert.Equal(
        GC.GetGCMemoryInfo().MemoryLoadBytes >= GC.GetGCMemoryInfo().HighMemoryLoadThresholdBytes,
        new MemoryOptions().IsMemoryShort());

    /// <summary>Trims while memory is short for this thread only: a collection of the process's own would trim as well.</summary>
    private void Trim(EngineCache cache)
    {
        _trimming = Environment.CurrentManagedThreadId;
        cache.Engine.TrimIfMemoryIsShort();
        _trimming = 0;
    }

    private static void Collect()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    private static async Task UntilAsync(Func<bool> holds)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(30), "It did not happen within 30 seconds.");
            await Task.Delay(TimeSpan.FromMilliseconds(1));
        }
    }

    private async Task<EngineCache> FilledAsync(int count, Action<CacheOptions>? configure = null)
    {
        var cache = new EngineCache(_clock, options =>
        {
            options.Memory.TrimOnMemoryPressure = true;
            options.Memory.IsMemoryShort = () => _isShort || _trimming == Environment.CurrentManagedThreadId;
            options.Memory.MaxEntries = 1_000;
            configure?.Invoke(options);
        });
        _caches.Add(cache);
        for (var i = 0; i < count; i++)
        {
            await cache.Cache.SetAsync($"key:{i}", i, CacheTtl.Never);
        }

        return cache;
    }
}
