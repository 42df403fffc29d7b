namespace Larder.Tests.Loading;

/// <summary>A caller's cancellation is its own; the loader's token is cancelled when the last caller has gone.</summary>
public sealed class CancellationTests : LoadingTest
{
    [Fact]
    public async Task A_token_that_is_cancelled_already_does_no_work()
    {
        var calls = 0;
        var token = new CancellationToken(canceled: true);
        ValueTask<int> Load(CancellationToken _) => new(++calls);

        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Cache.GetOrCreateAsync("key", Load, cancellationToken: token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Cache.RefreshAsync("key", Load, cancellationToken: token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Cache.GetOrCreateManyAsync<int>(["key"], (_, _) => throw new InvalidOperationException(), cancellationToken: token));

        Assert.Equal(token, exception.CancellationToken);
        Assert.Equal(0, calls);
        Assert.Equal((0, 0), (Statistics.Reads, Statistics.Loads));
    }

    [Fact]
    public async Task A_token_that_is_cancelled_already_gets_no_hit_either()
    {
        await Cache.SetAsync("key", 1);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await Cache.GetOrCreateAsync("key", _ => new ValueTask<int>(2), cancellationToken: new CancellationToken(canceled: true)));
    }

    [Fact]
    public async Task The_exception_carries_the_token_of_the_caller()
    {
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        var held = new Held<int>();
        var one = Begin("key", held, cancellationToken: first.Token);
        var two = Begin("key", held, cancellationToken: second.Token);

        await second.CancelAsync();
        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon.EndsAsync(two));

        Assert.Equal(second.Token, exception.CancellationToken);
        Assert.False(one.IsCompleted);
        held.Return(1);
        Assert.Equal(1, await Soon.EndsAsync(one));
    }

    [Fact]
    public async Task The_first_caller_may_go_while_others_wait_for_its_load()
    {
        using var source = new CancellationTokenSource();
        var held = new Held<int>();
        var first = Begin("key", held, cancellationToken: source.Token);
        var others = Enumerable.Range(0, 10).Select(_ => Begin("key", held)).ToArray();

        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon.EndsAsync(first));
        Assert.False(held.Token.IsCancellationRequested);
        held.Return(1);

        Assert.All(await Soon.EndsAsync(Task.WhenAll(others)), value => Assert.Equal(1, value));
        Assert.Equal(1, held.Calls);
    }

    [Fact]
    public async Task The_token_of_the_loader_is_cancelled_when_the_last_caller_has_gone()
    {
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        var held = new Held<int>();
        var one = Begin("key", held, cancellationToken: first.Token);
        var two = Begin("key", held, cancellationToken: second.Token);

        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon.EndsAsync(one));
        Assert.False(held.Token.IsCancellationRequested);
        await second.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon.EndsAsync(two));

        await Soon.TrueAsync(() => held.Token.IsCancellationRequested);
    }

    [Fact]
    public async Task The_token_of_a_loader_that_returned_is_not_cancelled()
    {
        var token = await Cache.GetOrCreateAsync("single", token => new ValueTask<CancellationToken>(token));
        var many = await Cache.GetOrCreateManyAsync<CancellationToken>(["a", "b"], (keys, token) => new(keys.ToDictionary(key => key, _ => token)));
        CancellationToken failed = default;
        await Assert.ThrowsAsync<FormatException>(async () => await Cache.GetOrCreateAsync<int>("failed", token =>
        {
            failed = token;
            throw new FormatException();
        }));

        // Cancelling would go through the pool, in this order.
        await Task.Run(() => { });
        Assert.False(token.IsCancellationRequested);
        Assert.False(many["a"].IsCancellationRequested);
        Assert.False(failed.IsCancellationRequested);
    }

    [Fact]
    public async Task An_abandoned_load_is_not_joined()
    {
        using var source = new CancellationTokenSource();
        var abandoned = new Held<int>();
        var first = Begin("key", abandoned, cancellationToken: source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon.EndsAsync(first));

        Assert.Equal(2, await Soon.EndsAsync(Cache.GetOrCreateAsync("key", _ => new ValueTask<int>(2))));
        abandoned.Return(1);

        Assert.Equal(2, (await Cache.GetAsync<int>("key")).Value);
        Assert.Equal((2, 0), (Statistics.Loads, Statistics.JoinedLoads));
    }

    [Fact]
    public async Task The_late_value_of_an_abandoned_load_is_not_stored()
    {
        using var source = new CancellationTokenSource();
        var returned = new TaskCompletionSource();
        var abandoned = new Held<int>();
        var caller = Cache.GetOrCreateAsync("key", async token =>
        {
            var value = await abandoned.LoadAsync(token);
            returned.SetResult();
            return value;
        }, cancellationToken: source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon.EndsAsync(caller));

        abandoned.Return(1);
        await Soon.EndsAsync(returned.Task);

        // A round through the same stripe and the pool, after which the load has ended.
        Assert.Equal(2, await Soon.EndsAsync(Cache.GetOrCreateAsync("key", _ => new ValueTask<int>(2))));
        Assert.Equal(2, (await Cache.GetAsync<int>("key")).Value);
    }

    [Fact]
    public async Task An_abandoned_load_is_no_failure()
    {
        var failures = 0;
        Cache.Events.LoadFailed += _ => failures++;
        var hasThrown = new TaskCompletionSource();
        using var source = new CancellationTokenSource();
        var single = Cache.GetOrCreateAsync("key", Wait, cancellationToken: source.Token).AsTask();
        var many = Cache.GetOrCreateManyAsync<int>(["a", "b"], async (_, token) => new Dictionary<string, int> { ["a"] = await Wait(token) }, cancellationToken: source.Token).AsTask();
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon.EndsAsync(single));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon.EndsAsync(many));
        await Soon.EndsAsync(hasThrown.Task);
        await Cache.DisposeAsync();
        Assert.Equal((2, 0, 0), (Statistics.Loads, Statistics.LoadFailures, failures));

        async ValueTask<int> Wait(CancellationToken token)
        {
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, Clock, token);
                return 1;
            }
            finally
            {
                hasThrown.TrySetResult();
            }
        }
    }

    [Fact]
    public async Task A_loader_that_cancels_itself_has_failed()
    {
        var exception = await Assert.ThrowsAsync<OperationCanceledException>(async () =>
            await Cache.GetOrCreateAsync<int>("key", _ => throw new OperationCanceledException("its own")));

        Assert.Equal("its own", exception.Message);
        Assert.Equal(1, Statistics.LoadFailures);
    }

    [Fact]
    public async Task A_load_of_many_goes_on_while_somebody_waits_for_one_of_its_keys()
    {
        using var source = new CancellationTokenSource();
        var held = new Held<IReadOnlyDictionary<string, int>>();
        var many = Cache.GetOrCreateManyAsync<int>(["a", "b"], (_, token) => held.LoadAsync(token), cancellationToken: source.Token).AsTask();
        var single = Cache.GetOrCreateAsync("b", _ => new ValueTask<int>(70)).AsTask();
        await JoinedAsync(1);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon.EndsAsync(many));
        Assert.False(held.Token.IsCancellationRequested);
        held.Return(new Dictionary<string, int> { ["a"] = 1, ["b"] = 2 });

        Assert.Equal(2, await Soon.EndsAsync(single));
        Assert.False(await Cache.ExistsAsync("a"), "Nobody waited for the other key any more.");
    }

    [Fact]
    public async Task The_token_of_a_load_of_many_is_cancelled_when_nobody_waits_for_any_of_its_keys()
    {
        using var source = new CancellationTokenSource();
        var held = new Held<IReadOnlyDictionary<string, int>>();
        var many = Cache.GetOrCreateManyAsync<int>(["a", "b"], (_, token) => held.LoadAsync(token), cancellationToken: source.Token).AsTask();
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon.EndsAsync(many));
        await Soon.TrueAsync(() => held.Token.IsCancellationRequested);
    }

    [Fact]
    public async Task A_soft_timeout_does_not_end_the_load_when_the_other_callers_go()
    {
        var options = Policy(TimeSpan.FromSeconds(1), new CachePolicy { MaxStale = TimeSpan.FromHours(1), SoftTimeout = TimeSpan.FromSeconds(1) });
        await Cache.SetAsync("key", 1, options);
        Clock.Advance(TimeSpan.FromSeconds(1));
        using var source = new CancellationTokenSource();
        var held = new Held<int>();
        var patient = Begin("key", held, options with { Policy = new CachePolicy { MaxStale = TimeSpan.FromHours(1) } }, source.Token);
        var impatient = Begin("key", held, options);
        Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, await Soon.EndsAsync(impatient));
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon.EndsAsync(patient));

        Assert.False(held.Token.IsCancellationRequested);
        held.Return(2);
        await Soon.TrueAsync(() => Cache.TryGet<int>("key", out var value) && value == 2);
    }
}
