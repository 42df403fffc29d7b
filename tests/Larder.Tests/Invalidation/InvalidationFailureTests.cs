using Larder.Testing;
using Larder.Tests.Hosting;

namespace Larder.Tests.Invalidation;

/// <summary>What is left of a group when a part of it fails.</summary>
public sealed class InvalidationFailureTests : IAsyncDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly RecordingLoggerFactory _log = new();
    private readonly HookedStore _store;
    private readonly ICache _cache;

    public InvalidationFailureTests()
    {
        _store = new HookedStore(_clock);
        _cache = Cache.Over(_store, options =>
        {
            options.TimeProvider = _clock;
            options.LoggerFactory = _log;
        });
    }

    public async ValueTask DisposeAsync()
    {
        _store.Heal();
        await _cache.DisposeAsync();
        _log.Dispose();
    }

    [Theory]
    [InlineData("broken key")]
    [InlineData("broken tag")]
    [InlineData("broken:1")]
    public async Task One_part_that_fails_does_not_keep_the_others_from_being_done(string broken)
    {
        await SeedAsync();
        _store.FailFor(broken);

        var exception = await Assert.ThrowsAsync<AggregateException>(() => _cache.InvalidateAsync(Group()).AsTask());

        Assert.IsType<IOException>(Assert.Single(exception.InnerExceptions));
        Assert.Contains("1 of 6 invalidations failed; the others were done", exception.Message, StringComparison.Ordinal);
        _store.Heal();
        foreach (var key in new[] { "key", "tagged", "pattern:1" })
        {
            Assert.False(await _cache.ExistsAsync(key), key);
        }
    }

    [Fact]
    public async Task All_parts_that_fail_are_told()
    {
        await SeedAsync();
        _store.FailFor("broken");

        var exception = await Assert.ThrowsAsync<AggregateException>(() => _cache.InvalidateAsync(Group()).AsTask());

        Assert.Equal(3, exception.InnerExceptions.Count);
    }

    [Fact]
    public async Task Only_what_was_done_is_told_to_subscribers()
    {
        await SeedAsync();
        var told = new List<string>();
        _cache.Events.Invalidated += invalidation => told.Add(invalidation.What);
        _store.FailFor("broken");

        await Assert.ThrowsAsync<AggregateException>(() => _cache.InvalidateAsync(Group()).AsTask());

        Assert.Equal(["key", "pattern:*", "tag"], told.Order());
    }

    [Fact]
    public async Task A_lazy_group_goes_on_after_a_failure_too()
    {
        await SeedAsync();
        _store.FailFor("broken");

        await Assert.ThrowsAsync<AggregateException>(() => _cache.InvalidateAsync(Group(), InvalidationMode.Lazy).AsTask());

        _store.Heal();
        foreach (var key in new[] { "key", "tagged", "pattern:1" })
        {
            Assert.True((await _cache.PeekAsync<int>(key)).IsStale, key);
        }
    }

    [Fact]
    public async Task A_delayed_group_that_fails_is_counted_and_logged_and_the_rest_of_it_done()
    {
        await SeedAsync();
        await _cache.InvalidateAsync(Group(), InvalidationMode.Delayed(TimeSpan.FromSeconds(5)));
        _store.FailFor("broken");

        _clock.Advance(TimeSpan.FromSeconds(5));
        await UntilAsync(() => _log.Entries.Any(entry => entry.Exception is not null));

        _store.Heal();
        Assert.False(await _cache.ExistsAsync("key"));
        Assert.False(await _cache.ExistsAsync("tagged"));
        Assert.IsType<AggregateException>(Assert.Single(_log.Entries, entry => entry.Exception is not null).Exception);
        Assert.Equal(1, _cache.Statistics.Snapshot().TierErrors);
    }

    [Fact]
    public async Task A_removal_that_fails_tells_its_caller()
    {
        await SeedAsync();
        _store.FailFor("key");

        await Assert.ThrowsAsync<IOException>(() => _cache.RemoveAsync("key").AsTask());
        await Assert.ThrowsAsync<IOException>(() => _cache.RemoveByPatternAsync("k*").AsTask());
    }

    [Fact]
    public async Task A_cancelled_group_is_cancelled_and_no_failure()
    {
        await SeedAsync();
        using var source = new CancellationTokenSource();
        _store.BeforeCommit = async _ => await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _cache.InvalidateAsync(Group(), cancellationToken: source.Token).AsTask());
    }

    [Fact]
    public async Task Disposing_waits_for_a_delayed_invalidation_that_is_under_way()
    {
        await SeedAsync();
        var reached = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await _cache.InvalidateAsync(new InvalidationGroup().AddKeys("key"), InvalidationMode.Delayed(TimeSpan.FromSeconds(5)));
        _store.BeforeCommit = _ =>
        {
            reached.TrySetResult();
            return release.Task;
        };
        _clock.Advance(TimeSpan.FromSeconds(5));
        await reached.Task;

        var disposing = _cache.DisposeAsync().AsTask();
        Assert.False(disposing.IsCompleted);
        release.SetResult();
        await disposing;

        Assert.DoesNotContain(_store.Keys, key => key.EndsWith(":key", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_planned_reaches_the_store_when_the_cache_is_disposed()
    {
        await SeedAsync();
        await _cache.InvalidateAsync(Group(), InvalidationMode.Delayed(TimeSpan.FromDays(1)));

        await _cache.DisposeAsync();

        await using var other = Cache.Over(_store, options => options.TimeProvider = _clock);
        Assert.Equal(0, await other.CountAsync());
    }

    private static InvalidationGroup Group() => new InvalidationGroup()
        .AddTags("broken tag", "tag").AddPatterns("broken:*", "pattern:*").AddKeys("broken key", "key");

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 5000 && !condition(); i++)
        {
            await Task.Delay(1);
        }

        Assert.True(condition());
    }

    private async Task SeedAsync()
    {
        foreach (var key in new[] { "broken key", "key", "broken:1", "pattern:1" })
        {
            await _cache.SetAsync(key, 1);
        }

        await _cache.SetAsync("tagged", 1, new CacheEntryOptions { Tags = ["tag"] });
    }
}
