using System.Collections.Concurrent;

namespace Larder.Tests.Loading;

/// <summary>Disposing a cache while it loads. They watch the unobserved exceptions of the whole process, so they run alone.</summary>
[Collection(AloneCollection.Name)]
public sealed class DisposeTests : LoadingTest
{
    private static readonly CacheEntryOptions s_early = new() { TimeToLive = TimeSpan.FromMinutes(10), Policy = new CachePolicy { EarlyRefresh = EarlyRefresh.AfterFraction(0.5) } };

    [Fact]
    [Trait("Scenario", "S28")]
    public async Task S28_disposing_twice_under_traffic_ends_soon_and_throws_only_what_it_may()
    {
        var unobserved = new ConcurrentQueue<Exception>();
        void Note(object? sender, UnobservedTaskExceptionEventArgs arguments) => unobserved.Enqueue(arguments.Exception);

        // What earlier tests have left is reported before.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        TaskScheduler.UnobservedTaskException += Note;
        try
        {
            for (var round = 0; round < 10; round++)
            {
                await DisposeUnderTrafficAsync(round);
            }

            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
            Assert.Empty(unobserved);
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Note;
        }
    }

    [Fact]
    [Ledger(27)]
    public async Task Those_who_wait_for_a_load_learn_at_once_that_the_cache_is_disposed()
    {
        var held = new Held<int>();
        var callers = Enumerable.Range(0, 10).Select(_ => Begin("key", held)).ToArray();
        var many = Cache.GetOrCreateManyAsync<int>(["key", "other"], (_, _) => new(new Held<IReadOnlyDictionary<string, int>>().LoadAsync(default).AsTask())).AsTask();

        await Soon.EndsAsync(Cache.DisposeAsync().AsTask());

        foreach (var caller in callers)
        {
            await Assert.ThrowsAsync<ObjectDisposedException>(() => Soon.EndsAsync(caller));
        }

        await Assert.ThrowsAsync<ObjectDisposedException>(() => Soon.EndsAsync(many));
        await Soon.TrueAsync(() => held.Token.IsCancellationRequested);
        held.Return(1);
    }

    [Fact]
    public async Task A_load_that_waits_for_a_place_ends_with_the_cache()
    {
        var cache = Create(options => options.MaxConcurrentLoads = 1);
        var held = new Held<int>();
        var queued = new Held<int>();
        var first = cache.GetOrCreateAsync("first", held.LoadAsync).AsTask();
        var second = cache.GetOrCreateAsync("second", queued.LoadAsync).AsTask();

        await cache.DisposeAsync();
        held.Return(1);

        await Assert.ThrowsAsync<ObjectDisposedException>(() => Soon.EndsAsync(first));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Soon.EndsAsync(second));
        Assert.Equal(0, queued.Calls);
    }

    [Fact]
    [Ledger(118)]
    public async Task Disposing_waits_for_refreshes_in_the_background_that_listen_to_their_token()
    {
        await Cache.SetAsync("key", 1, s_early);
        Clock.Advance(TimeSpan.FromMinutes(6));
        var began = new TaskCompletionSource();
        var hasEnded = false;
        await Cache.GetOrCreateAsync("key", async token =>
        {
            began.SetResult();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, Clock, token);
            }
            finally
            {
                hasEnded = true;
            }

            return 2;
        }, s_early);
        await Soon.EndsAsync(began.Task);

        await Soon.EndsAsync(Cache.DisposeAsync().AsTask());

        Assert.True(hasEnded);
        Assert.Equal(0, Statistics.LoadFailures);
    }

    [Fact]
    public async Task Disposing_does_not_wait_for_ever_for_a_refresh_that_ignores_its_token()
    {
        await Cache.SetAsync("key", 1, s_early);
        Clock.Advance(TimeSpan.FromMinutes(6));
        var held = new Held<int>();
        await Begin("key", held, s_early);
        await held.BegunAsync;

        var start = TimeProvider.System.GetTimestamp();
        await Soon.EndsAsync(Cache.DisposeAsync().AsTask());

        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(5));
        held.Return(2);
    }

    [Fact]
    public async Task A_cache_that_is_being_disposed_serves_nothing_any_more()
    {
        await Cache.SetAsync("key", 1, s_early);
        Clock.Advance(TimeSpan.FromMinutes(6));
        var held = new Held<int>();
        await Begin("key", held, s_early);
        await held.BegunAsync;

        Cache.Dispose();

        Assert.Throws<ObjectDisposedException>(() => Cache.TryGet<int>("key", out _));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await Cache.GetAsync<int>("key"));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await Cache.GetOrCreateAsync("key", held.LoadAsync));
        held.Return(2);
    }

    [Fact]
    public async Task After_disposing_no_loader_is_called()
    {
        await Cache.DisposeAsync();
        var held = new Held<int>();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await Cache.GetOrCreateAsync("key", held.LoadAsync));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await Cache.RefreshAsync("key", held.LoadAsync));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await Cache.GetOrCreateManyAsync<int>(["key"], static (_, _) => throw new InvalidOperationException()));
        Assert.Equal(0, held.Calls);
    }

    private async Task DisposeUnderTrafficAsync(int seed)
    {
        var cache = Create(options =>
        {
            options.MaxConcurrentRefreshes = 4;
            options.EarlyRefresh = EarlyRefresh.AfterFraction(0.01);
            options.TimeToLive = TimeSpan.FromSeconds(10);
            options.LoadTimeout = TimeSpan.FromDays(1); // The clock runs fast.
        });
        var wrong = new ConcurrentQueue<Exception>();
        var warm = new CountdownEvent(4);
        var workers = Enumerable.Range(0, 4).Select(worker => Task.Run(async () =>
        {
            var random = new Random((seed * 100) + worker);
            for (var i = 0; ; i++)
            {
                if (i == 200)
                {
                    warm.Signal();
                }

                try
                {
                    await UseAsync(cache, random);
                }
                catch (ObjectDisposedException) when (i >= 200)
                {
                    return;
                }
                catch (OperationCanceledException)
                {
                    // A caller of ours that had enough.
                }
                catch (Exception exception)
                {
                    wrong.Enqueue(exception);
                    return;
                }
            }
        })).ToArray();
        await Soon.TrueAsync(() => warm.IsSet || !wrong.IsEmpty);

        var start = TimeProvider.System.GetTimestamp();
        await Soon.EndsAsync(Task.WhenAll(Task.Run(() => cache.DisposeAsync().AsTask()), Task.Run(cache.Dispose)));
        await Soon.EndsAsync(Task.WhenAll(workers));

        Assert.Empty(wrong);
        Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(5));
        Assert.Equal(0, cache.Statistics.Entries);
    }

    private async Task UseAsync(ICache cache, Random random)
    {
        var key = $"{random.Next(20)}";
        Clock.Advance(TimeSpan.FromMilliseconds(random.Next(50)));
        using var source = new CancellationTokenSource();
        switch (random.Next(6))
        {
            case 0:
                await cache.SetAsync(key, 1);
                break;
            case 1:
                await cache.RemoveAsync(key);
                break;
            case 2:
                await cache.GetOrCreateManyAsync<int>([key, $"{random.Next(20)}"], async (keys, _) =>
                {
                    await Task.Yield();
                    return keys.ToDictionary(key => key, _ => 1);
                });
                break;
            case 3:
                var caller = cache.GetOrCreateAsync($"waits {key}", WaitAsync, cancellationToken: source.Token);
                await source.CancelAsync();
                await caller;
                break;
            default:
                await cache.GetOrCreateAsync(key, async token =>
                {
                    token.Register(static () => throw new FormatException("A callback that throws."));
                    await Task.Yield();
                    return 1;
                });
                break;
        }

        async ValueTask<int> WaitAsync(CancellationToken token)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, Clock, token);
            return 1;
        }
    }
}
