namespace Larder.Tests.Loading;

/// <summary>The counters and events of loads, exactly.</summary>
public sealed class CounterTests : LoadingTest
{
    private static readonly CacheEntryOptions s_early = new() { TimeToLive = TimeSpan.FromMinutes(10), Policy = new CachePolicy { EarlyRefresh = EarlyRefresh.AfterFraction(0.5) } };

    [Fact]
    public async Task A_load_a_hit_and_a_join_are_counted()
    {
        var held = new Held<int>();
        var first = Begin("key", held);
        var second = Begin("key", held);
        held.Return(1);
        await Soon.EndsAsync(Task.WhenAll(first, second));
        await Begin("key", held);

        Assert.Equal((2, 1, 1, 1), (Statistics.Misses, Statistics.FreshHits, Statistics.Loads, Statistics.JoinedLoads));
        Assert.Equal((0, 0, 0, 0), (Statistics.Refreshes, Statistics.DiscardedLoads, Statistics.LoadFailures, Statistics.LoadTimeouts));
        Assert.Equal(0, Statistics.Sets);
    }

    [Fact]
    public async Task Who_joins_with_a_value_in_reserve_is_counted_as_a_joined_one_too()
    {
        var options = Policy(TimeSpan.FromSeconds(1), new CachePolicy { MaxStale = TimeSpan.FromHours(1) });
        await Cache.SetAsync("key", 1, options);
        Clock.Advance(TimeSpan.FromSeconds(1));
        var held = new Held<int>();
        var first = Begin("key", held, options);
        var second = Begin("key", held, options);
        held.Return(2);

        Assert.All(await Soon.EndsAsync(Task.WhenAll(first, second)), value => Assert.Equal(2, value));
        Assert.Equal((2, 0, 1, 1), (Statistics.Misses, Statistics.StaleHits, Statistics.Loads, Statistics.JoinedLoads));
    }

    [Fact]
    public async Task Who_gives_up_with_a_value_in_reserve_has_missed()
    {
        var options = Policy(TimeSpan.FromSeconds(1), new CachePolicy { MaxStale = TimeSpan.FromHours(1) });
        await Cache.SetAsync("key", 1, options);
        Clock.Advance(TimeSpan.FromSeconds(1));
        using var end = new CancellationTokenSource();
        var read = Begin("key", new Held<int>(), options, end.Token);
        await end.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        Assert.Equal((1, 0, 1), (Statistics.Misses, Statistics.StaleHits, Statistics.Loads));
    }

    [Fact]
    public async Task A_read_of_many_keys_that_joins_a_load_and_may_not_take_its_value_is_counted_once()
    {
        var (first, second) = (new Held<int>(), new Held<int>());
        var load = Cache.GetOrCreateAsync("key", first, static async (held, context, token) =>
        {
            context.AddTags("tag");
            return await held.LoadAsync(token);
        }).AsTask();
        await Cache.RemoveByTagAsync("tag");
        var reads = Enumerable.Range(0, 3).Select(_ => Cache.GetOrCreateManyAsync<int>(["key"], async (_, token) => new Dictionary<string, int> { ["key"] = await second.LoadAsync(token) }).AsTask()).ToArray();
        await JoinedAsync(3);
        first.Return(1);
        await load;
        await Soon.TrueAsync(() => Statistics.Loads == 2, "one of the three loads anew");
        second.Return(2);

        Assert.All(await Soon.EndsAsync(Task.WhenAll(reads)), read => Assert.Equal(2, read["key"]));
        Assert.Equal((4, 2, 3), (Statistics.Misses, Statistics.Loads, Statistics.JoinedLoads));
    }

    [Fact]
    public async Task A_refresh_in_the_background_is_a_load_and_a_refresh()
    {
        await Cache.SetAsync("key", 1, s_early);
        Clock.Advance(TimeSpan.FromMinutes(6));
        await Cache.GetOrCreateAsync("key", _ => new ValueTask<int>(2), s_early);
        await Soon.TrueAsync(() => Cache.TryGet<int>("key", out var value) && value == 2);

        Assert.Equal((1, 1, 0), (Statistics.Loads, Statistics.Refreshes, Statistics.Misses));
    }

    [Fact]
    public async Task A_forced_refresh_is_a_load_and_a_refresh_and_no_read()
    {
        await Cache.RefreshAsync("key", _ => new ValueTask<int>(2));

        Assert.Equal((1, 1, 0), (Statistics.Loads, Statistics.Refreshes, Statistics.Reads));
    }

    [Fact]
    public async Task Each_load_that_is_not_stored_because_it_was_invalidated_is_a_discarded_one()
    {
        for (var i = 0; i < 3; i++)
        {
            await Cache.GetOrCreateAsync("key", async _ =>
            {
                await Cache.RemoveAsync("key");
                return 1;
            });
        }

        Assert.Equal((3, 3), (Statistics.Loads, Statistics.DiscardedLoads));
    }

    [Fact]
    public async Task A_load_of_many_counts_once_and_its_keys_are_discarded_each()
    {
        await Cache.GetOrCreateManyAsync<int>(["a", "b", "c"], async (keys, _) =>
        {
            await Cache.RemoveManyAsync(["a", "b"]);
            return keys.ToDictionary(key => key, _ => 1);
        });

        Assert.Equal((1, 3, 2), (Statistics.Loads, Statistics.Misses, Statistics.DiscardedLoads));
    }

    [Fact]
    public async Task A_failure_counts_once_however_many_wait()
    {
        var failures = new List<CacheLoadFailure>();
        Cache.Events.LoadFailed += failures.Add;
        var held = new Held<int>();
        var callers = Enumerable.Range(0, 10).Select(_ => Begin("key", held)).ToArray();
        var exception = new FormatException();
        held.Throw(exception);
        foreach (var caller in callers)
        {
            Assert.Same(exception, await Assert.ThrowsAsync<FormatException>(() => Soon.EndsAsync(caller)));
        }

        Assert.Equal((1, 1, 10, 9), (Statistics.Loads, Statistics.LoadFailures, Statistics.Misses, Statistics.JoinedLoads));
        Assert.Equal([new CacheLoadFailure("key", exception, IsRefresh: false)], failures);
    }

    [Fact]
    public async Task A_failed_load_of_many_counts_once_and_is_told_for_each_key()
    {
        var failures = new List<CacheLoadFailure>();
        Cache.Events.LoadFailed += failures.Add;
        var exception = new FormatException();
        await Assert.ThrowsAsync<FormatException>(async () => await Cache.WithPrefix("view").GetOrCreateManyAsync<int>(["a", "b"], (_, _) => throw exception));

        Assert.Equal((1, 1), (Statistics.Loads, Statistics.LoadFailures));
        Assert.Equal([new("view:a", exception, IsRefresh: false), new("view:b", exception, IsRefresh: false)], failures.OrderBy(failure => failure.Key));
    }

    [Fact]
    public async Task A_failed_refresh_is_told_as_one()
    {
        var told = new TaskCompletionSource<CacheLoadFailure>();
        Cache.Events.LoadFailed += told.SetResult;
        await Cache.SetAsync("key", 1, s_early);
        Clock.Advance(TimeSpan.FromMinutes(6));
        await Cache.GetOrCreateAsync<int>("key", _ => throw new FormatException(), s_early);

        var failure = await Soon.EndsAsync(told.Task);
        Assert.Equal("key", failure.Key);
        Assert.True(failure.IsRefresh);
        Assert.IsType<FormatException>(failure.Exception);
    }

    [Fact]
    public async Task A_failure_is_counted_and_told_before_its_callers_learn_of_it()
    {
        for (var i = 0; i < 200; i++)
        {
            var held = new Held<int>();
            var caller = Task.Run(() => Begin("key", held));
            await held.BegunAsync;
            held.Throw(new FormatException());
            await Assert.ThrowsAsync<FormatException>(() => Soon.EndsAsync(caller));
            Assert.Equal(i + 1, Statistics.LoadFailures);
        }
    }

    [Fact]
    public async Task What_a_handler_throws_does_not_reach_the_caller()
    {
        await using var cache = Larder.Cache.InMemory();
        cache.Events.LoadFailed += _ => throw new InvalidOperationException("A handler that throws.");

        await Assert.ThrowsAsync<FormatException>(async () => await cache.GetOrCreateAsync<int>("key", _ => throw new FormatException()));
        Assert.Equal(1, cache.Statistics.Snapshot().HandlerErrors);
    }

    [Fact]
    public async Task Counters_add_up_after_much_traffic()
    {
        long calls = 0, failures = 0;
        var workers = Enumerable.Range(0, 8).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            for (var i = 0; i < 1_000; i++)
            {
                var fails = random.Next(10) == 0;
                try
                {
                    await Cache.GetOrCreateAsync($"{random.Next(50)}", async _ =>
                    {
                        Interlocked.Increment(ref calls);
                        await Task.Yield();
                        return fails ? Fail() : 1;
                    });
                }
                catch (FormatException)
                {
                    // Its own or that of the load it joined.
                }

                if (random.Next(4) == 0)
                {
                    await Cache.RemoveAsync($"{random.Next(50)}");
                }
            }
        }));
        await Soon.EndsAsync(Task.WhenAll(workers));

        Assert.Equal(8_000, Statistics.Reads);
        Assert.Equal(calls, Statistics.Loads);
        Assert.Equal(failures, Statistics.LoadFailures);

        // Each miss loads, waits for a load, or finds that a load has ended just before.
        Assert.InRange(Statistics.Loads, 1, Statistics.Misses);
        Assert.True(Statistics.JoinedLoads <= Statistics.Misses);

        int Fail()
        {
            Interlocked.Increment(ref failures);
            throw new FormatException();
        }
    }
}
