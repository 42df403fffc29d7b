using Larder.Testing;

namespace Larder.Tests.Views;

public sealed class ViewTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly ICache _cache;

    public ViewTests() => _cache = Cache.InMemory(options => options.TimeProvider = _clock);

    public ValueTask DisposeAsync() => _cache.DisposeAsync();

    [Fact]
    public async Task Disposing_a_view_does_nothing()
    {
        var view = _cache.WithPrefix("users");
        await view.SetAsync("1", 1);

        await view.DisposeAsync();
        view.Dispose();
        await _cache.WithTimeToLive(CacheTtl.Long).DisposeAsync();

        Assert.Equal(1, (await view.GetAsync<int>("1")).Value);
        Assert.Equal(1, (await _cache.GetAsync<int>("users:1")).Value);
    }

    [Fact]
    public async Task A_view_of_a_disposed_cache_is_disposed_with_it()
    {
        var cache = Cache.InMemory();
        var view = cache.WithPrefix("users");
        var typed = cache.For<int>();
        await cache.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => view.GetAsync<int>("1").AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => view.SetAsync("1", 1).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => typed.GetAsync("1").AsTask());
        Assert.Throws<ObjectDisposedException>(() => view.CreateTransaction());
    }

    [Fact]
    [Ledger(35)]
    public async Task Views_share_name_statistics_and_events()
    {
        var view = _cache.WithPrefix("users").WithTimeToLive(CacheTtl.Medium);
        await view.GetAsync<int>("1");

        Assert.Equal(_cache.Name, view.Name);
        Assert.Same(_cache.Statistics, view.Statistics);
        Assert.Same(_cache.Events, view.Events);
        Assert.Equal(1, _cache.Statistics.Snapshot().Misses);
    }

    [Fact]
    [Ledger(16)]
    public async Task A_view_with_a_time_to_live_gives_it_to_what_says_nothing_else()
    {
        var view = _cache.WithTimeToLive(TimeSpan.FromHours(3));
        await view.SetAsync("plain", 1);
        await view.SetAsync("given", 1, TimeSpan.FromSeconds(7));
        await view.SetAsync("policy", 1, new CachePolicy { TimeToLive = TimeSpan.FromSeconds(9) });
        await view.SetAsync("other policy", 1, new CachePolicy { StoreNull = false });

        Assert.Equal(TimeSpan.FromHours(3), await LifeAsync("plain"));
        Assert.Equal(TimeSpan.FromSeconds(7), await LifeAsync("given"));
        Assert.Equal(TimeSpan.FromSeconds(9), await LifeAsync("policy"));
        Assert.Equal(TimeSpan.FromHours(3), await LifeAsync("other policy"));
    }

    [Fact]
    public async Task A_views_time_to_live_counts_for_loads_counters_batches_and_transactions()
    {
        var view = _cache.WithTimeToLive(TimeSpan.FromHours(3));
        await view.GetOrCreateAsync("loaded", _ => new ValueTask<int>(1));
        await view.IncrementAsync("counter");
        await view.SetManyAsync([KeyValuePair.Create("batch", 1)]);
        await view.CreateTransaction().Set("transaction", 1).CommitAsync();
        await view.GetOrCreateManyAsync<int>(["many"], (keys, _) => new(keys.ToDictionary(key => key, _ => 1)));

        foreach (var key in new[] { "loaded", "counter", "batch", "transaction", "many" })
        {
            Assert.Equal(TimeSpan.FromHours(3), await LifeAsync(key));
        }
    }

    [Fact]
    public async Task The_cache_below_a_view_keeps_its_time_to_live()
    {
        _ = _cache.WithTimeToLive(TimeSpan.FromHours(3));

        await _cache.SetAsync("key", 1);

        Assert.Equal(CacheTtl.Short, await LifeAsync("key"));
    }

    [Fact]
    public async Task The_innermost_time_to_live_counts()
    {
        await _cache.WithTimeToLive(TimeSpan.FromHours(3)).WithPrefix("a").WithTimeToLive(TimeSpan.FromHours(1)).SetAsync("key", 1);

        Assert.Equal(TimeSpan.FromHours(1), await LifeAsync("a:key"));
    }

    [Fact]
    [Ledger(16)]
    public async Task A_prefix_view_of_a_view_keeps_the_time_to_live()
    {
        await _cache.WithTimeToLive(TimeSpan.FromHours(3)).WithPrefix("a").SetAsync("key", 1);

        Assert.Equal(TimeSpan.FromHours(3), await LifeAsync("a:key"));
    }

    [Fact]
    public async Task A_view_may_be_without_expiry()
    {
        await _cache.WithTimeToLive(CacheTtl.Never).SetAsync("key", 1);

        Assert.Equal(EntryTimeToLive.NoExpiry, await _cache.GetTimeToLiveAsync("key"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_time_to_live_that_is_not_above_zero_is_refused(int seconds)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _cache.WithTimeToLive(TimeSpan.FromSeconds(seconds)));
        Assert.Throws<ArgumentOutOfRangeException>(() => _cache.For<int>().WithTimeToLive(TimeSpan.FromSeconds(seconds)));
    }

    [Fact]
    public async Task A_typed_view_shares_its_keys_with_the_view_below()
    {
        var typed = _cache.WithPrefix("numbers").For<int>();

        await typed.SetAsync("one", 1);

        Assert.Equal(1, (await _cache.GetAsync<int>("numbers:one")).Value);
        Assert.Equal(1, (await typed.GetAsync("one")).Value);
        Assert.Equal(["one"], await typed.KeysAsync().ToArrayAsync());
    }

    [Fact]
    public async Task A_typed_view_can_be_narrowed()
    {
        var typed = _cache.For<string>().WithPrefix("a").WithTimeToLive(TimeSpan.FromHours(3)).WithPrefix("b");

        await typed.SetAsync("key", "value");

        Assert.Equal(TimeSpan.FromHours(3), await LifeAsync("a:b:key"));
        Assert.Equal(1, await typed.ClearAsync());
    }

    [Fact]
    public async Task A_typed_view_gives_out_the_view_below()
    {
        var typed = _cache.WithPrefix("numbers").For<int>();

        await typed.Untyped.SetAsync("text", "of another type");

        Assert.True(await typed.ExistsAsync("text"));
        Assert.False((await typed.GetAsync("text")).HasValue);
        Assert.Equal(1, _cache.Statistics.Snapshot().TypeMismatches);
    }

    [Fact]
    [Ledger(7)]
    public async Task Every_operation_of_a_typed_view_works_on_the_same_entry()
    {
        var typed = _cache.For<long>();

        Assert.True(await typed.AddAsync("key", 1));
        Assert.False(await typed.AddAsync("key", 2));
        Assert.True(await typed.ReplaceAsync("key", 3));
        Assert.Equal(3, (await typed.ExchangeAsync("key", 4)).Value);
        Assert.Equal(14, await typed.IncrementAsync("key", 10));
        Assert.Equal(28, await typed.UpdateAsync("key", current => current.Value * 2));
        Assert.Equal(28, await typed.GetOrCreateAsync("key", _ => throw new InvalidOperationException("There is a value.")));
        Assert.True(typed.TryGet("key", out var value));
        Assert.Equal(28, value);
        Assert.True(await typed.CompareAndSetAsync("key", 29, (await typed.PeekAsync("key")).Version));
        Assert.True(await typed.ExpireAsync("key", TimeSpan.FromMinutes(1)));
        Assert.Equal(TimeSpan.FromMinutes(1), (await typed.GetTimeToLiveAsync("key")).Remaining);
        Assert.True(await typed.PersistAsync("key"));
        Assert.Equal(30, await typed.RefreshAsync("key", 30L, static (state, _, _) => new(state)));
        Assert.Equal(1, await typed.CountAsync());
        Assert.Equal(30, Assert.Single(await typed.GetManyAsync(["key"])).Value);
        Assert.True(await typed.CompareAndRemoveAsync("key", (await typed.PeekAsync("key")).Version));
        Assert.False(await typed.RemoveAsync("key"));
    }

    [Fact]
    public async Task Sets_of_entries_work_through_a_typed_view()
    {
        var typed = _cache.WithPrefix("a").For<int>();
        await _cache.SetAsync("outside", 1, new CacheEntryOptions { Tags = ["other"] });
        await typed.SetManyAsync([KeyValuePair.Create("x1", 1), KeyValuePair.Create("x2", 2), KeyValuePair.Create("y", 3)]);
        await typed.SetAsync("t", 4, new CacheEntryOptions { Tags = ["tag"] });

        Assert.Equal(2, await typed.RemoveByPatternAsync("x*"));
        Assert.Equal(1, await typed.RemoveManyAsync(["y", "absent"]));
        await typed.RemoveByTagAsync("tag");
        Assert.Equal(0, await typed.CountAsync());
        Assert.Equal(5, (await typed.GetOrCreateManyAsync(["z"], (keys, _) => new(keys.ToDictionary(key => key, _ => 5))))["z"]);
        Assert.Equal(1, await typed.ClearAsync());
        Assert.True(await _cache.ExistsAsync("outside"));
    }

    [Fact]
    public async Task A_load_in_a_view_is_shared_with_callers_of_the_whole_key()
    {
        var release = new TaskCompletionSource();
        var inView = _cache.WithPrefix("a").GetOrCreateAsync("key", async _ =>
        {
            await release.Task;
            return 1;
        }).AsTask();
        var whole = _cache.GetOrCreateAsync("a:key", _ => new ValueTask<int>(2)).AsTask();
        release.SetResult();

        Assert.Equal(1, await inView);
        Assert.Equal(1, await whole);
        Assert.Equal(1, _cache.Statistics.Snapshot().Loads);
    }

    [Fact]
    public async Task The_loader_of_many_sees_keys_without_the_prefix()
    {
        IReadOnlyList<string> asked = [];

        var found = await _cache.WithPrefix("a").GetOrCreateManyAsync<int>(["x", "y"], (keys, _) =>
        {
            asked = keys;
            return new(new Dictionary<string, int> { ["x"] = 1 });
        });

        Assert.Equal(["x", "y"], asked.Order());
        Assert.Equal(["x"], found.Keys);
        Assert.True(await _cache.ExistsAsync("a:x"));
    }

    [Fact]
    public async Task A_key_of_more_than_the_stack_holds_is_found_in_a_view()
    {
        var view = _cache.WithPrefix(new string('p', 200));
        var key = new string('k', 500);

        await view.SetAsync(key, 1);

        Assert.Equal(1, (await view.GetAsync<int>(key)).Value);
        Assert.Equal(1, (await view.GetAsync<int>(key.AsSpan())).Value);
    }

    private async Task<TimeSpan?> LifeAsync(string key) => (await _cache.GetTimeToLiveAsync(key)).Remaining;
}
