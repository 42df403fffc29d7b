using Larder.Testing;
using Larder.Tests.Hosting;

namespace Larder.Tests.Events;

/// <summary>Handlers that throw are the application's fault, and cost the cache and its callers nothing.</summary>
public sealed class EventHandlerTests
{
    [Fact]
    public async Task A_handler_of_invalidations_that_throws_is_counted_and_swallowed()
    {
        await using var cache = Cache.InMemory();
        cache.Events.Invalidated += static _ => throw new InvalidOperationException("broken handler");
        await cache.SetAsync("key", 1);

        Assert.True(await cache.RemoveAsync("key"));
        Assert.Equal(0, await cache.ClearAsync());
        await cache.RemoveByTagAsync("tag");
        await cache.InvalidateAsync(new InvalidationGroup().AddKeys("a", "b"));

        Assert.Equal(5, cache.Statistics.Snapshot().HandlerErrors);
    }

    [Fact]
    public async Task A_handler_of_evictions_that_throws_does_not_stop_the_sweep()
    {
        var clock = new FakeTimeProvider();
        await using var cache = Cache.InMemory(options => options.TimeProvider = clock);
        cache.Events.Evicted += static _ => throw new InvalidOperationException("broken handler");
        for (var i = 0; i < 10; i++)
        {
            await cache.SetAsync($"key:{i}", i, TimeSpan.FromSeconds(1));
        }

        clock.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(0, cache.Statistics.Entries);
        Assert.Equal(10, cache.Statistics.Snapshot().HandlerErrors);
        Assert.NotNull(cache.Statistics.Snapshot().LastSweep);
    }

    [Fact]
    public async Task A_handler_of_failed_loads_that_throws_leaves_the_callers_their_exception()
    {
        await using var cache = Cache.InMemory();
        cache.Events.LoadFailed += static _ => throw new InvalidOperationException("broken handler");

        await Assert.ThrowsAsync<FormatException>(() => cache.GetOrCreateAsync<int>("key", _ => throw new FormatException()).AsTask());

        Assert.Equal(1, cache.Statistics.Snapshot().HandlerErrors);
        Assert.Equal(2, await cache.GetOrCreateAsync("key", _ => new ValueTask<int>(2)));
    }

    [Fact]
    public async Task A_handler_that_throws_does_not_keep_the_next_from_being_called()
    {
        await using var cache = Cache.InMemory();
        var called = 0;
        cache.Events.Invalidated += _ => called++;
        cache.Events.Invalidated += static _ => throw new InvalidOperationException("broken handler");
        cache.Events.Invalidated += _ => called++;

        await cache.RemoveAsync("key");

        Assert.Equal(2, called);
        Assert.Equal(1, cache.Statistics.Snapshot().HandlerErrors);
    }

    [Fact]
    public async Task A_handler_that_throws_is_logged_with_its_exception()
    {
        using var log = new RecordingLoggerFactory();
        await using var cache = Cache.InMemory(options => options.LoggerFactory = log);
        cache.Events.Invalidated += static _ => throw new InvalidOperationException("broken handler");

        await cache.RemoveAsync("key");

        var entry = Assert.Single(log.Entries, entry => entry.Exception is not null);
        Assert.Equal("broken handler", entry.Exception!.Message);
    }

    [Fact]
    public async Task A_handler_may_use_the_cache()
    {
        var clock = new FakeTimeProvider();
        await using var cache = Cache.InMemory(options => options.TimeProvider = clock);
        cache.Events.Evicted += eviction => cache.IncrementAsync($"evicted:{eviction.Reason}", 1, CacheTtl.Never).AsTask();
        await cache.SetAsync("key", 1, TimeSpan.FromSeconds(1));

        clock.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(1, (await cache.GetAsync<int>("evicted:Expired")).Value);
    }

    [Fact]
    public async Task A_handler_that_was_taken_away_is_not_called()
    {
        await using var cache = Cache.InMemory();
        var called = 0;
        Action<CacheInvalidation> handler = _ => called++;
        cache.Events.Invalidated += handler;
        await cache.RemoveAsync("key");
        cache.Events.Invalidated -= handler;
        await cache.RemoveAsync("key");

        Assert.Equal(1, called);
    }
}
