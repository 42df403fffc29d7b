using Larder.Testing;
using Larder.Tests.Memory.Integrity;

namespace Larder.Tests.Memory;

/// <summary>Which entries the shortest road finds; for all others the longer one is asked, so that nothing but time tells the difference.</summary>
public sealed class PlainHitTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly EngineCache _cache;

    public PlainHitTests() => _cache = new EngineCache(_clock);

    public ValueTask DisposeAsync() => _cache.DisposeAsync();

    [Fact]
    public async Task It_finds_what_has_a_fixed_life_or_none_and_valid_tags_or_none()
    {
        await _cache.Cache.SetAsync("plain", 1, TimeSpan.FromMinutes(1));
        await _cache.Cache.SetAsync("for ever", 2);
        await _cache.Cache.PersistAsync("for ever");
        await _cache.Cache.SetAsync("tagged", 3, new CacheEntryOptions { TimeToLive = TimeSpan.FromMinutes(1), Tags = ["tag"] });
        for (var i = 0; i < 1_000; i++)
        {
            await _cache.Cache.SetAsync($"other:{i}", i);
        }

        _clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal((1, 50_000L), Find("plain"));
        Assert.Equal((2, long.MaxValue), Find("for ever"));
        Assert.Equal((3, 50_000L), Find("tagged"));
        for (var i = 0; i < 1_000; i++)
        {
            Assert.Equal(i, Find($"other:{i}").Value);
        }
    }

    [Fact]
    public async Task It_tells_the_version_that_callers_compare()
    {
        await _cache.Cache.SetAsync("key", 1);
        var version = (await _cache.Cache.GetAsync<int>("key")).Version;

        _cache.Engine.FindPlain("key", out _, out var found);

        Assert.Equal(version, found);
    }

    [Fact]
    public async Task It_leaves_what_has_expired_is_stale_slides_or_is_gone()
    {
        await _cache.Cache.SetAsync("expired", 1, TimeSpan.FromSeconds(1));
        await _cache.Cache.SetAsync("sliding", 1, new CachePolicy { SlidingExpiration = TimeSpan.FromMinutes(1) });
        await _cache.Cache.SetAsync("tagged", 1, new CacheEntryOptions { Tags = ["tag"] });
        await _cache.Cache.SetAsync("stale", 1);
        await _cache.Cache.SetAsync("removed", 1);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await _cache.Cache.RemoveByTagAsync("tag");
        await _cache.Cache.InvalidateAsync(new InvalidationGroup().AddKeys("stale"), InvalidationMode.Lazy);
        await _cache.Cache.RemoveAsync("removed");

        foreach (var key in new[] { "expired", "sliding", "tagged", "stale", "removed", "never there" })
        {
            Assert.Equal((null, 0L), Find(key));
        }
    }

    [Fact]
    public async Task What_it_finds_counts_as_used()
    {
        await _cache.Cache.SetAsync("key", 1);
        var shard = _cache.Engine.Shards.Single(shard => shard.Count == 1);
        Assert.Equal(0, shard.Slots[1].Accessed);

        Find("key");

        Assert.Equal(1, shard.Slots[1].Accessed);
    }

    private (object? Value, long RemainingMs) Find(string key) => (_cache.Engine.FindPlain(key, out var remaining, out _), remaining);
}
