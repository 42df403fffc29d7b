using Larder.Tests.Loading;

namespace Larder.Tests.Writing;

/// <summary>Write-behind with the journal in memory: when writes go, together with which others, in which order, and what becomes of those that fail.</summary>
public sealed class WriteBehindTests : MemoryTest
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private readonly RecordingSource _source = new();

    [Fact]
    [Ledger(137)]
    public async Task Writes_go_together_when_the_interval_is_over()
    {
        await using var cache = Open();
        await cache.SetAsync("a", 1);
        await cache.SetAsync("b", 2);
        await WaitingAsync(cache, 2);
        Assert.Empty(_source.Calls);

        await AdvanceUntilAsync(() => _source.Calls.Length == 1);

        Assert.Equal(["a=1 b=2"], _source.Calls);
    }

    [Fact]
    public async Task A_full_batch_goes_at_once()
    {
        await using var cache = Open(options => options.BatchSize = 3);

        await Task.WhenAll(new[] { "a", "b", "c" }.Select(key => cache.SetAsync(key, 1).AsTask()));

        await Soon.TrueAsync(() => cache.WriteBehind!.Delivered == 3);
        Assert.Single(_source.Calls);
    }

    [Fact]
    [Ledger(137, 138)]
    public async Task Of_several_writes_of_a_key_the_source_gets_the_last()
    {
        await using var cache = Open();
        for (var i = 1; i <= 5; i++)
        {
            await cache.SetAsync("a", i);
        }

        await cache.DrainAsync();

        Assert.Equal(["a=5"], _source.Calls);
        Assert.Equal(4, cache.WriteBehind!.Coalesced);
    }

    [Fact]
    public async Task A_write_that_comes_while_another_of_its_key_is_under_way_goes_after_it()
    {
        var held = new TaskCompletionSource();
        _source.Held = held.Task;
        await using var cache = Open(options => options.FlushInterval = TimeSpan.Zero);
        await cache.SetAsync("a", 1);
        await Soon.TrueAsync(() => _source.Calls.Length == 1);

        await cache.SetAsync("a", 2);
        await cache.RemoveAsync("a");
        await cache.SetAsync("b", 9);
        Assert.Single(_source.Calls);
        held.SetResult();
        await cache.DrainAsync();

        Assert.Equal("a=1", _source.Calls[0]);
        Assert.Contains("-a", _source.Calls);
        Assert.DoesNotContain("a=2", _source.Calls);
        Assert.False(_source.Rows.ContainsKey("a"));
        Assert.Equal(9, _source.Rows["b"]);
    }

    [Fact]
    public async Task Versions_grow_with_each_write()
    {
        await using var cache = Open(options => options.FlushInterval = TimeSpan.Zero);
        for (var i = 0; i < 20; i++)
        {
            await cache.SetAsync("a", i);
            await cache.DrainAsync();
        }

        var versions = _source.Versions.Select(write => write.Version!.Value).ToArray();
        Assert.Equal(versions.Distinct().Order(), versions);
    }

    [Fact]
    public async Task A_write_that_fails_is_tried_again_while_the_others_go_on()
    {
        var failures = 0;
        _source.Fails = call => call.Contains("bad=", StringComparison.Ordinal) && ++failures <= 3 ? new IOException("no") : null;
        await using var cache = Open();
        await cache.SetAsync("good", 1);
        await cache.SetAsync("bad", 2);

        await AdvanceUntilAsync(() => _source.Rows.ContainsKey("good"));
        Assert.False(_source.Rows.ContainsKey("bad"));
        await AdvanceUntilAsync(() => _source.Rows.ContainsKey("bad"));

        Assert.Equal(4, _source.Calls.Count(call => call.Contains("bad=", StringComparison.Ordinal)));
        Assert.Equal(1, _source.Calls.Count(call => call == "good=1"));
    }

    [Fact]
    public async Task A_newer_write_takes_the_place_of_one_that_fails()
    {
        _source.Fails = call => call == "a=1" ? new IOException("no") : null;
        await using var cache = Open();
        await cache.SetAsync("a", 1);
        await AdvanceUntilAsync(() => _source.Calls.Length >= 2);

        await cache.SetAsync("a", 2);
        await AdvanceUntilAsync(() => _source.Rows.ContainsKey("a"));

        Assert.Equal(2, _source.Rows["a"]);
        Assert.Empty(await DeadAsync(cache));
    }

    [Fact]
    public async Task What_fails_too_often_becomes_a_dead_letter_and_leaves_the_cache()
    {
        _source.Fails = call => call.Contains("bad=", StringComparison.Ordinal) ? new IOException("no room") : null;
        await using var cache = Open(options => options.MaxAttempts = 3);
        await cache.SetAsync("bad", 2);

        await AdvanceUntilAsync(() => cache.WriteBehind!.DeadLettered == 1);

        var letter = Assert.Single(await DeadAsync(cache));
        Assert.Equal(("bad", 2, false), (letter.Key, letter.Value, letter.IsDeletion));
        Assert.Contains("no room", letter.Reason, StringComparison.Ordinal);
        await Soon.TrueAsync(() => !Cache.TryGet<int>("bad", out _));
        Assert.True(await cache.RemoveDeadLetterAsync(letter.Id));
        Assert.Empty(await DeadAsync(cache));
    }

    [Fact]
    public async Task Poison_becomes_a_dead_letter_at_once()
    {
        _source.Fails = call => call == "bad=1" ? new FormatException("no") : null;
        await using var cache = Open(options => (options.FlushInterval, options.IsPoison) = (TimeSpan.Zero, exception => exception is FormatException));

        await cache.SetAsync("bad", 1);

        await Soon.TrueAsync(() => cache.WriteBehind!.DeadLettered == 1);
    }

    [Fact]
    public async Task A_source_that_is_away_is_not_asked_for_every_write_and_loses_none()
    {
        var isAway = true;
        _source.Fails = _ => isAway ? new IOException("away") : null;
        await using var cache = Open(options => (options.BatchSize, options.MaxAttempts) = (50, 5));
        await Task.WhenAll(Enumerable.Range(0, 50).Select(key => cache.SetAsync($"{key}", key).AsTask()));
        await Soon.TrueAsync(() => _source.Calls.Length >= 4);

        Assert.InRange(_source.Calls.Length, 4, 10);
        isAway = false;
        await AdvanceUntilAsync(() => _source.Rows.Count == 50);
        Assert.Equal(0, cache.WriteBehind!.DeadLettered);
    }

    [Fact]
    public async Task A_full_queue_refuses_when_it_is_told_to()
    {
        await using var cache = Open(options => (options.MaxQueued, options.WhenFull) = (2, QueueFullMode.Reject));
        await cache.SetAsync("a", 1);
        await cache.SetAsync("b", 1);
        await cache.SetAsync("b", 2);

        var refusal = await Assert.ThrowsAsync<WriteQueueFullException>(() => cache.SetAsync("c", 1).AsTask());

        Assert.Contains("MaxQueued", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(1, cache.WriteBehind!.Rejected);
        Assert.False(Cache.TryGet<int>("c", out _));
    }

    [Fact]
    public async Task A_full_queue_lets_writers_wait_for_room()
    {
        await using var cache = Open(options => (options.MaxQueued, options.FullTimeout) = (1, CacheTtl.Never));
        await cache.SetAsync("a", 1);
        var waiting = cache.SetAsync("b", 2).AsTask();
        await Soon.TrueAsync(() => Clock.ArmedTimers >= 2);
        Assert.False(waiting.IsCompleted);

        await AdvanceUntilAsync(() => waiting.IsCompletedSuccessfully);

        await cache.DrainAsync();
        Assert.Equal(2, _source.Rows["b"]);
    }

    [Fact]
    public async Task A_full_queue_refuses_writers_that_have_waited_too_long()
    {
        _source.Held = new TaskCompletionSource().Task;
        await using var cache = Open(options => (options.MaxQueued, options.FullTimeout, options.DrainTimeout) = (1, TimeSpan.FromSeconds(3), TimeSpan.Zero));
        await cache.SetAsync("a", 1);
        var waiting = cache.SetAsync("b", 2).AsTask();

        await AdvanceUntilAsync(() => waiting.IsCompleted);

        await Assert.ThrowsAsync<WriteQueueFullException>(() => waiting);
    }

    [Fact]
    public async Task A_full_queue_writes_through_when_it_is_told_to()
    {
        await using var cache = Open(options => (options.MaxQueued, options.WhenFull) = (1, QueueFullMode.WriteThrough));
        await cache.SetAsync("a", 1);

        await cache.SetAsync("b", 2);
        await cache.SetAsync("a", 3);

        Assert.Equal(["b=2"], _source.Calls);
        Assert.Equal(2, await cache.GetAsync("b"));
        await cache.DrainAsync();
        Assert.Equal(3, _source.Rows["a"]);
        Assert.Equal(1, cache.WriteBehind!.WrittenThrough);
    }

    [Fact]
    [Ledger(27, 137)]
    public async Task Disposing_delivers_what_waits()
    {
        var cache = Open();
        await cache.SetAsync("a", 1);

        await cache.DisposeAsync();
        await cache.DisposeAsync();

        Assert.Equal(1, _source.Rows["a"]);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => cache.SetAsync("b", 1).AsTask());
    }

    [Fact]
    public async Task Disposing_waits_no_longer_than_it_is_told_to()
    {
        _source.Held = new TaskCompletionSource().Task;
        var cache = Open(options => options.DrainTimeout = TimeSpan.FromSeconds(5));
        await cache.SetAsync("a", 1);

        var disposing = cache.DisposeAsync().AsTask();
        await AdvanceUntilAsync(() => disposing.IsCompleted);

        await disposing;
    }

    [Fact]
    public async Task Lag_is_the_age_of_the_oldest_write()
    {
        _source.Held = new TaskCompletionSource().Task;
        await using var cache = Open(options => options.DrainTimeout = TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, cache.WriteBehind!.Lag);
        await cache.SetAsync("a", 1);
        Clock.Advance(TimeSpan.FromSeconds(7));
        await cache.SetAsync("a", 2);
        await cache.SetAsync("b", 2);

        Assert.Equal(TimeSpan.FromSeconds(7), cache.WriteBehind!.Lag);
        Assert.Equal(2, cache.WriteBehind!.Queued);
    }

    [Fact]
    public async Task A_source_may_have_as_long_as_it_likes()
    {
        await using var cache = Cache.For(_source, new SourceCacheOptions { SaveTimeout = CacheTtl.Never, WriteBehind = new WriteBehindOptions { FlushInterval = TimeSpan.Zero } });
        await cache.SetAsync("a", 1);

        await Soon.EndsAsync(cache.DrainAsync());

        Assert.Equal(["a=1"], _source.Calls);
    }

    [Fact]
    public async Task A_write_may_wait_for_room_as_long_as_it_takes()
    {
        var held = new TaskCompletionSource();
        _source.Held = held.Task;
        await using var cache = Open(options => (options.MaxQueued, options.FullTimeout, options.FlushInterval) = (1, CacheTtl.Never, TimeSpan.Zero));
        await cache.SetAsync("a", 1);
        var waiting = cache.SetAsync("b", 2).AsTask();

        held.SetResult();
        await Soon.EndsAsync(waiting);
        await Soon.EndsAsync(cache.DrainAsync());

        Assert.Equal(2, _source.Rows["b"]);
    }

    private static Task WaitingAsync(SourceCache<string, int> cache, int count) => Soon.TrueAsync(() => cache.WriteBehind!.Queued == count);

    private static async Task<List<DeadLetter<string, int>>> DeadAsync(SourceCache<string, int> cache)
    {
        var letters = new List<DeadLetter<string, int>>();
        await foreach (var letter in cache.DeadLettersAsync())
        {
            letters.Add(letter);
        }

        return letters;
    }

    private SourceCache<string, int> Open(Action<WriteBehindOptions>? configure = null)
    {
        var options = new WriteBehindOptions { FlushInterval = Interval };
        configure?.Invoke(options);
        return Cache.For(_source, new SourceCacheOptions { WriteBehind = options });
    }

    private async Task AdvanceUntilAsync(Func<bool> condition)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Soon.Limit, "Expected while the clock goes on.");
            Clock.Advance(TimeSpan.FromMilliseconds(250));
            await Task.Delay(2);
        }
    }
}
