namespace Larder.Tests.Loading;

/// <summary>Loads that take too long.</summary>
public sealed class TimeoutTests : LoadingTest
{
    [Fact]
    public async Task A_load_times_out_after_thirty_seconds_by_default()
    {
        var held = new Held<int>();
        var caller = Begin("key", held);
        Clock.Advance(TimeSpan.FromSeconds(30) - TimeSpan.FromMilliseconds(1));
        Assert.False(caller.IsCompleted);
        Assert.False(held.Token.IsCancellationRequested);
        Clock.Advance(TimeSpan.FromMilliseconds(1));

        var exception = await Assert.ThrowsAsync<LoadTimeoutException>(() => Soon.EndsAsync(caller));
        Assert.Contains("'key'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("00:00:30", exception.Message, StringComparison.Ordinal);
        Assert.Contains("LoadTimeout", exception.Message, StringComparison.Ordinal);
        await Soon.TrueAsync(() => held.Token.IsCancellationRequested);
    }

    [Fact]
    public async Task All_who_wait_get_the_timeout()
    {
        var held = new Held<int>();
        var callers = Enumerable.Range(0, 20).Select(_ => Begin("key", held)).ToArray();
        Clock.Advance(TimeSpan.FromSeconds(30));

        foreach (var caller in callers)
        {
            await Assert.ThrowsAsync<LoadTimeoutException>(() => Soon.EndsAsync(caller));
        }

        Assert.Equal((1, 1, 0), (Statistics.Loads, Statistics.LoadTimeouts, Statistics.LoadFailures));
    }

    [Fact]
    public async Task After_a_timeout_a_new_load_begins_and_the_late_value_of_the_old_one_is_not_stored()
    {
        var slow = new Held<int>();
        var caller = Begin("key", slow);
        Clock.Advance(TimeSpan.FromSeconds(30));
        await Assert.ThrowsAsync<LoadTimeoutException>(() => Soon.EndsAsync(caller));

        var next = new Held<int>();
        var second = Begin("key", next);
        slow.Return(1);
        await Task.Run(() => { });
        Assert.False(second.IsCompleted);
        Assert.False(await Cache.ExistsAsync("key"));
        next.Return(2);

        Assert.Equal(2, await Soon.EndsAsync(second));
        Assert.Equal(2, (await Cache.GetAsync<int>("key")).Value);
        Assert.Equal((1, 1), (slow.Calls, next.Calls));
    }

    [Fact]
    public async Task The_timeout_is_set_for_the_cache_or_by_a_policy()
    {
        var cache = Create(options => options.LoadTimeout = TimeSpan.FromSeconds(3));
        var first = cache.GetOrCreateAsync("first", new Held<int>().LoadAsync).AsTask();
        var second = cache.GetOrCreateAsync("second", new Held<int>().LoadAsync, new CachePolicy { LoadTimeout = TimeSpan.FromSeconds(7) }).AsTask();

        Clock.Advance(TimeSpan.FromSeconds(3));
        await Assert.ThrowsAsync<LoadTimeoutException>(() => Soon.EndsAsync(first));
        Assert.False(second.IsCompleted);
        Clock.Advance(TimeSpan.FromSeconds(4));
        await Assert.ThrowsAsync<LoadTimeoutException>(() => Soon.EndsAsync(second));
    }

    [Fact]
    public async Task Who_joins_a_load_has_its_time_limit()
    {
        var held = new Held<int>();
        var first = Begin("key", held, new CachePolicy { LoadTimeout = TimeSpan.FromSeconds(3) });
        Clock.Advance(TimeSpan.FromSeconds(2));
        var second = Begin("key", held);
        Clock.Advance(TimeSpan.FromSeconds(1));

        await Assert.ThrowsAsync<LoadTimeoutException>(() => Soon.EndsAsync(first));
        await Assert.ThrowsAsync<LoadTimeoutException>(() => Soon.EndsAsync(second));
    }

    [Fact]
    public async Task A_loader_that_keeps_its_thread_too_long_has_timed_out_when_it_returns()
    {
        await Assert.ThrowsAsync<LoadTimeoutException>(() => Cache.GetOrCreateAsync("key", _ =>
        {
            Clock.Advance(TimeSpan.FromSeconds(30));
            return new ValueTask<int>(1);
        }).AsTask());

        Assert.False(await Cache.ExistsAsync("key"));
        Assert.Equal((1, 1, 0), (Statistics.Loads, Statistics.LoadTimeouts, Statistics.LoadFailures));
    }

    [Fact]
    public async Task Who_joins_a_loader_that_keeps_its_thread_waits_no_longer_than_the_time_limit()
    {
        using var mayReturn = new ManualResetEventSlim();
        var begun = new TaskCompletionSource();
        var blocked = Task.Run(() => Cache.GetOrCreateAsync("key", _ =>
        {
            begun.SetResult();
            Assert.True(mayReturn.Wait(TimeSpan.FromSeconds(30), CancellationToken.None));
            return new ValueTask<int>(1);
        }).AsTask());
        await Soon.EndsAsync(begun.Task);
        Clock.Advance(TimeSpan.FromSeconds(20));
        var joined = Begin("key", new Held<int>());
        Clock.Advance(TimeSpan.FromSeconds(10));

        await Assert.ThrowsAsync<LoadTimeoutException>(() => Soon.EndsAsync(joined));
        mayReturn.Set();
        await Assert.ThrowsAsync<LoadTimeoutException>(() => Soon.EndsAsync(blocked));
    }

    [Fact]
    public async Task A_timeout_is_told_as_a_failed_load()
    {
        var failures = new List<CacheLoadFailure>();
        Cache.Events.LoadFailed += failures.Add;
        var caller = Begin("key", new Held<int>());
        Clock.Advance(TimeSpan.FromSeconds(30));
        var exception = await Assert.ThrowsAsync<LoadTimeoutException>(() => Soon.EndsAsync(caller));

        Assert.Equal([new CacheLoadFailure("key", exception, IsRefresh: false)], failures);
    }

    [Fact]
    public async Task A_refresh_in_the_background_that_times_out_leaves_the_value_and_pauses()
    {
        var options = Policy(TimeSpan.FromHours(1), new CachePolicy { EarlyRefresh = EarlyRefresh.AfterFraction(0.1), FailurePause = TimeSpan.FromSeconds(5) });
        await Cache.SetAsync("key", 1, options);
        Clock.Advance(TimeSpan.FromMinutes(10));
        var slow = new Held<int>();
        Assert.Equal(1, await Begin("key", slow, options));
        await slow.BegunAsync;
        Clock.Advance(TimeSpan.FromSeconds(30));
        await Soon.TrueAsync(() => Statistics.LoadTimeouts == 1);

        Assert.Equal(1, await Cache.GetOrCreateAsync("key", _ => new ValueTask<int>(2), options));
        Assert.Equal(1, Statistics.Loads);
        Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(1, await Cache.GetOrCreateAsync("key", _ => new ValueTask<int>(2), options));
        await Soon.TrueAsync(() => Cache.TryGet<int>("key", out var value) && value == 2);
        slow.Return(3);
    }

    [Fact]
    public async Task No_timer_is_left_behind()
    {
        await Cache.SetAsync("other", 1);
        var before = Clock.ArmedTimers;
        await Cache.GetOrCreateAsync("good", _ => new ValueTask<int>(1));
        await Assert.ThrowsAsync<FormatException>(async () => await Cache.GetOrCreateAsync<int>("bad", _ => throw new FormatException()));
        await Cache.GetOrCreateManyAsync<int>(["a", "b"], static (_, _) => new(new Dictionary<string, int>()));
        using var source = new CancellationTokenSource();
        var abandoned = Begin("abandoned", new Held<int>(), cancellationToken: source.Token);
        Assert.Equal(before + 1, Clock.ArmedTimers);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon.EndsAsync(abandoned));

        Assert.Equal(before, Clock.ArmedTimers);
    }
}
