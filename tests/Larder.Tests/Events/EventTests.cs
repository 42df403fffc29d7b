using Larder.Testing;

namespace Larder.Tests.Events;

public sealed class EventTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly List<string> _seen = [];
    private readonly ICache _cache;

    public EventTests()
    {
        _cache = Cache.InMemory(options =>
        {
            options.TimeProvider = _clock;
            options.Memory.MaxEntries = 512;
            options.Memory.MaxBytes = 1 << 20;
        });
        _cache.Events.Evicted += eviction => _seen.Add($"evicted {eviction.Key} {eviction.Reason}");
        _cache.Events.Invalidated += invalidation => _seen.Add($"invalidated {invalidation.Target} '{invalidation.What}'{(invalidation.IsLazy ? " lazily" : "")}");
        _cache.Events.LoadFailed += failure => _seen.Add($"failed {failure.Key} {failure.Exception.GetType().Name}{(failure.IsRefresh ? " refresh" : "")}");
    }

    public ValueTask DisposeAsync() => _cache.DisposeAsync();

    [Fact]
    public async Task A_swept_entry_was_evicted_because_it_expired()
    {
        await _cache.SetAsync("key", 1, TimeSpan.FromSeconds(1));

        _clock.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(["evicted key Expired"], _seen);
        Assert.Equal(1, _cache.Statistics.Snapshot().ExpiredEvictions);
    }

    [Fact]
    public async Task A_swept_entry_of_an_invalidated_tag_was_evicted_for_its_tag()
    {
        await _cache.SetAsync("key", 1, new CacheEntryOptions { TimeToLive = CacheTtl.Never, Tags = ["tag"] });
        await _cache.RemoveByTagAsync("tag");

        _clock.Advance(TimeSpan.FromMinutes(2));

        Assert.Equal(["invalidated Tag 'tag'", "evicted key TagInvalidated"], _seen);
    }

    [Fact]
    public async Task Entries_beyond_the_limit_are_evicted_one_for_one()
    {
        for (var i = 0; i < 520; i++)
        {
            await _cache.SetAsync($"key:{i}", i, CacheTtl.Never);
        }

        Assert.Equal(8, _seen.Count);
        Assert.All(_seen, text => Assert.EndsWith(" EntryLimit", text, StringComparison.Ordinal));
        Assert.Equal(8, _seen.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal(512, await _cache.CountAsync());
    }

    [Fact]
    public async Task Entries_that_are_too_heavy_together_are_evicted_for_their_bytes()
    {
        for (var i = 0; i < 5; i++)
        {
            await _cache.SetAsync($"key:{i}", new byte[300_000], CacheTtl.Never);
        }

        Assert.NotEmpty(_seen);
        Assert.All(_seen, text => Assert.EndsWith(" ByteLimit", text, StringComparison.Ordinal));
        Assert.Equal(5 - _seen.Count, await _cache.CountAsync());
    }

    [Fact]
    public async Task An_entry_that_is_too_heavy_alone_is_not_kept()
    {
        await _cache.SetAsync("key", new byte[2_000_000]);

        Assert.Equal(["evicted key TooLarge"], _seen);
        Assert.False(await _cache.ExistsAsync("key"));
    }

    [Fact]
    public async Task A_removal_is_an_invalidation_whether_or_not_there_was_an_entry()
    {
        await _cache.SetAsync("key", 1);
        await _cache.RemoveAsync("key");
        await _cache.RemoveAsync("key");

        Assert.Equal(["invalidated Key 'key'", "invalidated Key 'key'"], _seen);
    }

    [Fact]
    public async Task A_conditional_removal_is_one_only_if_it_took_place()
    {
        await _cache.SetAsync("key", 1);
        var version = (await _cache.PeekAsync<int>("key")).Version;

        await _cache.CompareAndRemoveAsync("key", version + 1);
        Assert.Empty(_seen);

        await _cache.CompareAndRemoveAsync("key", version);
        Assert.Equal(["invalidated Key 'key'"], _seen);
    }

    [Fact]
    public async Task Removals_of_sets_tell_what_was_asked_for()
    {
        await _cache.RemoveByPatternAsync("user:*");
        await _cache.RemoveByTagAsync("tag");
        await _cache.ClearAsync();
        await _cache.RemoveManyAsync(["a", "b"]);

        Assert.Equal(["invalidated Pattern 'user:*'", "invalidated Tag 'tag'", "invalidated All ''", "invalidated Key 'a'", "invalidated Key 'b'"], _seen);
    }

    [Fact]
    public async Task Removals_of_a_view_tell_the_whole_keys()
    {
        var view = _cache.WithPrefix("users");
        await view.RemoveAsync("1");
        await view.RemoveByPatternAsync("*:name");
        await view.ClearAsync();

        Assert.Equal(["invalidated Key 'users:1'", "invalidated Pattern 'users:*:name'", "invalidated All 'users:'"], _seen);
    }

    [Fact]
    public async Task A_lazy_invalidation_says_so()
    {
        await _cache.InvalidateAsync(new InvalidationGroup().AddKeys("key"), InvalidationMode.Lazy);

        Assert.Equal(["invalidated Key 'key' lazily"], _seen);
    }

    [Fact]
    public async Task A_delayed_invalidation_is_told_when_it_takes_place()
    {
        await _cache.InvalidateAsync(new InvalidationGroup().AddKeys("key"), InvalidationMode.Delayed(TimeSpan.FromSeconds(5)));
        Assert.Empty(_seen);

        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(["invalidated Key 'key'"], _seen);
    }

    [Fact]
    public async Task The_removals_of_a_transaction_are_told_once_it_is_committed()
    {
        var failed = _cache.CreateTransaction().RequirePresent("absent").Remove("a");
        await failed.CommitAsync();
        Assert.Empty(_seen);

        await _cache.CreateTransaction().Remove("a").Set("b", 1).CommitAsync();
        Assert.Equal(["invalidated Key 'a'"], _seen);
    }

    [Fact]
    public async Task Writing_and_reading_are_no_events()
    {
        await _cache.SetAsync("key", 1);
        await _cache.SetAsync("key", 2);
        await _cache.GetAsync<int>("key");
        await _cache.GetOrCreateAsync("other", _ => new ValueTask<int>(1));

        Assert.Empty(_seen);
    }

    [Fact]
    public async Task A_failed_load_is_told_with_its_exception()
    {
        await Assert.ThrowsAsync<FormatException>(() => _cache.GetOrCreateAsync<int>("key", _ => throw new FormatException()).AsTask());

        Assert.Equal(["failed key FormatException"], _seen);
    }

    [Fact]
    public async Task A_failed_load_is_told_once_however_many_wait_for_it()
    {
        var release = new TaskCompletionSource();
        var callers = Enumerable.Range(0, 10).Select(_ => _cache.GetOrCreateAsync<int>("key", async _ =>
        {
            await release.Task;
            throw new FormatException();
        }).AsTask()).ToArray();
        release.SetException(new FormatException());
        foreach (var caller in callers)
        {
            await Assert.ThrowsAsync<FormatException>(() => caller);
        }

        Assert.Single(_seen);
    }

    [Fact]
    public async Task A_failed_refresh_is_told_as_one()
    {
        await _cache.SetAsync("key", 1);

        await Assert.ThrowsAsync<FormatException>(() => _cache.RefreshAsync<int>("key", _ => throw new FormatException()).AsTask());

        Assert.Equal(["failed key FormatException refresh"], _seen);
    }

    [Fact]
    public async Task A_load_that_took_too_long_is_told_as_a_timeout()
    {
        var never = new TaskCompletionSource<int>();
        var caller = _cache.GetOrCreateAsync("key", _ => new ValueTask<int>(never.Task), new CachePolicy { LoadTimeout = TimeSpan.FromSeconds(5) }).AsTask();

        _clock.Advance(TimeSpan.FromSeconds(5));

        await Assert.ThrowsAsync<LoadTimeoutException>(() => caller);
        Assert.Equal(["failed key LoadTimeoutException"], _seen);
        never.SetResult(1);
    }
}
