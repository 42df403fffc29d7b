namespace Larder.Tests.Loading;

/// <summary>How many loads run at the same time.</summary>
public sealed class PlaceTests : LoadingTest
{
    private static readonly CacheEntryOptions s_early = new() { TimeToLive = TimeSpan.FromMinutes(10), Policy = new CachePolicy { EarlyRefresh = EarlyRefresh.AfterFraction(0.5) } };

    [Fact]
    public async Task No_more_loads_run_at_the_same_time_than_allowed()
    {
        var cache = Create(options => options.MaxConcurrentLoads = 3);
        int running = 0, most = 0;
        var callers = Enumerable.Range(0, 300).Select(i => Task.Run(() => i % 10 == 0
            ? cache.GetOrCreateManyAsync<int>([$"{i}a", $"{i}b"], async (_, _) => new Dictionary<string, int> { [$"{i}a"] = await LoadAsync(i) }).AsTask()
            : (Task)cache.GetOrCreateAsync($"{i}", _ => LoadAsync(i)).AsTask()));

        await Soon.EndsAsync(Task.WhenAll(callers));

        Assert.Equal(0, running);
        Assert.InRange(most, 1, 3);
        Assert.Equal(300, cache.Statistics.Snapshot().Loads);

        async ValueTask<int> LoadAsync(int value)
        {
            InterlockedMaximum(ref most, Interlocked.Increment(ref running));
            await Task.Yield();
            Interlocked.Decrement(ref running);
            return value;
        }
    }

    [Fact]
    public async Task A_load_waits_until_a_place_is_free()
    {
        var cache = Create(options => options.MaxConcurrentLoads = 1);
        var first = new Held<int>();
        var second = new Held<int>();
        var one = cache.GetOrCreateAsync("one", first.LoadAsync).AsTask();
        var two = cache.GetOrCreateAsync("two", second.LoadAsync).AsTask();
        Assert.Equal(0, second.Calls);

        first.Throw(new FormatException());
        await Assert.ThrowsAsync<FormatException>(() => Soon.EndsAsync(one));
        await second.BegunAsync;
        second.Return(2);
        Assert.Equal(2, await Soon.EndsAsync(two));
    }

    [Fact]
    public async Task A_load_within_a_load_needs_no_place()
    {
        var cache = Create(options => options.MaxConcurrentLoads = 1);

        var value = await Soon.EndsAsync(cache.GetOrCreateAsync("outer", async _ => 1
            + await cache.GetOrCreateAsync("inner", async _ =>
            {
                await Task.Yield();
                return 1;
            })
            + (await cache.GetOrCreateManyAsync<int>(["a", "b"], static (keys, _) => new(keys.ToDictionary(key => key, _ => 1)))).Count));

        Assert.Equal(4, value);
    }

    [Fact]
    public async Task A_load_that_waits_for_a_place_goes_without_when_the_holder_of_the_place_waits_for_it()
    {
        var cache = Create(options => options.MaxConcurrentLoads = 1);
        var gate = new TaskCompletionSource();
        var holder = cache.GetOrCreateAsync("holder", async _ =>
        {
            await gate.Task;
            return 1 + await cache.GetOrCreateAsync<int>("queued", _ => throw new InvalidOperationException("It is waiting for a place."));
        }).AsTask();
        var queued = cache.GetOrCreateAsync("queued", _ => new ValueTask<int>(1)).AsTask();
        var further = cache.GetOrCreateAsync("further", _ => new ValueTask<int>(1)).AsTask();
        gate.SetResult();

        Assert.Equal(2, await Soon.EndsAsync(holder));
        Assert.Equal(1, await Soon.EndsAsync(queued));
        Assert.Equal(1, await Soon.EndsAsync(further));
    }

    [Fact]
    public async Task A_caller_that_goes_while_its_load_waits_for_a_place_has_nothing_loaded_and_takes_no_place()
    {
        var cache = Create(options => options.MaxConcurrentLoads = 1);
        using var source = new CancellationTokenSource();
        var held = new Held<int>();
        var first = cache.GetOrCreateAsync("first", held.LoadAsync).AsTask();
        var queued = new Held<int>();
        var second = cache.GetOrCreateAsync("second", queued.LoadAsync, cancellationToken: source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon.EndsAsync(second));
        held.Return(1);
        await Soon.EndsAsync(first);

        Assert.Equal(3, await Soon.EndsAsync(cache.GetOrCreateAsync("third", _ => new ValueTask<int>(3))));
        Assert.Equal(0, queued.Calls);
        Assert.Equal(2, cache.Statistics.Snapshot().Loads);
    }

    [Fact]
    public async Task A_load_that_waits_for_a_place_times_out_and_is_counted()
    {
        var cache = Create(options => options.MaxConcurrentLoads = 1);
        var held = new Held<int>();
        var first = cache.GetOrCreateAsync("first", held.LoadAsync, new CachePolicy { LoadTimeout = TimeSpan.FromHours(1) }).AsTask();
        var queued = new Held<int>();
        var second = cache.GetOrCreateAsync("second", queued.LoadAsync).AsTask();
        Clock.Advance(TimeSpan.FromSeconds(30));
        await Assert.ThrowsAsync<LoadTimeoutException>(() => Soon.EndsAsync(second));
        held.Return(1);
        Assert.Equal(1, await Soon.EndsAsync(first));

        Assert.Equal(0, queued.Calls);
        Assert.Equal((2, 1), (cache.Statistics.Snapshot().Loads, cache.Statistics.Snapshot().LoadTimeouts));
        Assert.Equal(3, await Soon.EndsAsync(cache.GetOrCreateAsync("third", _ => new ValueTask<int>(3))));
    }

    [Fact]
    [Ledger(118)]
    public async Task No_more_refreshes_run_in_the_background_than_allowed_and_the_others_wait_for_the_next_read()
    {
        var cache = Create(options => options.MaxConcurrentRefreshes = 2);
        var keys = new[] { "a", "b", "c", "d" };
        await cache.SetManyAsync(keys.Select(key => KeyValuePair.Create(key, 1)), s_early);
        Clock.Advance(TimeSpan.FromMinutes(6));
        var held = keys.ToDictionary(key => key, _ => new Held<int>());

        await ReadAllAsync();
        await held["a"].BegunAsync;
        await held["b"].BegunAsync;
        held["a"].Return(2);
        held["b"].Return(2);
        await Soon.TrueAsync(() => keys.Count(key => cache.TryGet<int>(key, out var value) && value == 2) == 2);
        Assert.Equal((0, 0), (held["c"].Calls, held["d"].Calls));

        held["c"].Return(2);
        held["d"].Return(2);
        await Soon.TrueAsync(() =>
        {
            foreach (var key in keys)
            {
                _ = cache.GetOrCreateAsync(key, held[key].LoadAsync, s_early);
            }

            return keys.All(key => cache.TryGet<int>(key, out var value) && value == 2);
        });
        Assert.Equal(4, cache.Statistics.Snapshot().Refreshes);

        async Task ReadAllAsync()
        {
            foreach (var key in keys)
            {
                Assert.Equal(1, await cache.GetOrCreateAsync(key, held[key].LoadAsync, s_early));
            }
        }
    }

    [Fact]
    public async Task A_reader_never_joins_a_refresh_for_which_there_is_no_place()
    {
        // With no place free, readers of a value to be refreshed and readers who miss it must not get into each other's way.
        var cache = Create(options => options.MaxConcurrentRefreshes = 1);
        await cache.SetManyAsync([KeyValuePair.Create("blocker", 1), KeyValuePair.Create("key", 1)], s_early);
        Clock.Advance(TimeSpan.FromMinutes(6));
        var blocker = new Held<int>();
        await cache.GetOrCreateAsync("blocker", blocker.LoadAsync, s_early);
        await blocker.BegunAsync;

        var workers = Enumerable.Range(0, 4).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            for (var i = 0; i < 3_000; i++)
            {
                if (random.Next(4) == 0)
                {
                    await cache.SetAsync("key", i, Policy(TimeSpan.FromMinutes(10), new CachePolicy { StaleWhileRevalidate = true }));
                    await cache.InvalidateAsync(new InvalidationGroup().AddKeys("key"), InvalidationMode.Lazy);
                }
                else if (random.Next(3) == 0)
                {
                    await cache.RemoveAsync("key");
                }
                else
                {
                    await cache.GetOrCreateAsync("key", _ => new ValueTask<int>(i));
                }
            }
        }));

        await Soon.EndsAsync(Task.WhenAll(workers));
        blocker.Return(2);
    }

    private static void InterlockedMaximum(ref int field, int value)
    {
        for (var seen = Volatile.Read(ref field); seen < value;)
        {
            seen = Interlocked.CompareExchange(ref field, value, seen) is var before && before == seen ? value : before;
        }
    }
}
