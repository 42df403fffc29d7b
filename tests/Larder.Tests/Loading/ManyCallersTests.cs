namespace Larder.Tests.Loading;

/// <summary>One load for many callers, whoever they are.</summary>
public sealed class ManyCallersTests : LoadingTest
{
    [Fact]
    [Ledger(111)]
    public async Task Ten_thousand_callers_of_a_cold_key_call_the_loader_once()
    {
        var held = new Held<int>();
        var callers = Start(10_000, _ => Cache.GetOrCreateAsync("key", held.LoadAsync));
        await JoinedAsync(9_999);
        held.Return(7);

        Assert.All(await Soon.EndsAsync(Task.WhenAll(callers)), value => Assert.Equal(7, value));
        Assert.Equal(1, held.Calls);
        Assert.Equal((1, 9_999, 10_000), (Statistics.Loads, Statistics.JoinedLoads, Statistics.Misses));
    }

    [Fact]
    public async Task Ten_thousand_callers_who_race_the_end_of_the_load_call_the_loader_once()
    {
        for (var round = 0; round < 5; round++)
        {
            var calls = 0;
            var key = $"key {round}";
            var callers = Start(10_000, _ => Cache.GetOrCreateAsync(key, async _ =>
            {
                Interlocked.Increment(ref calls);
                await Task.Yield();
                return round;
            }));

            var values = await Soon.EndsAsync(Task.WhenAll(callers));

            Assert.All(values, value => Assert.Equal(round, value));
            Assert.Equal(1, calls);
        }

        Assert.Equal(5, Statistics.Loads);
        Assert.Equal(50_000, Statistics.Reads);
    }

    [Fact]
    public async Task Ten_thousand_callers_of_a_loader_that_does_not_wait_call_it_once()
    {
        var calls = 0;
        var callers = Start(10_000, _ => Cache.GetOrCreateAsync("key", _ => new ValueTask<int>(Interlocked.Increment(ref calls))));

        Assert.All(await Soon.EndsAsync(Task.WhenAll(callers)), value => Assert.Equal(1, value));
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task A_removal_amid_ten_thousand_callers_leaves_nothing_stale()
    {
        var old = new Held<int>();
        var early = Start(5_000, _ => Cache.GetOrCreateAsync("key", old.LoadAsync));
        await JoinedAsync(4_999);

        await Cache.RemoveAsync("key");
        var fresh = new Held<int>();
        var late = Start(5_000, _ => Cache.GetOrCreateAsync("key", fresh.LoadAsync));
        await JoinedAsync(4_999 + 4_999);
        old.Return(1);
        Assert.All(await Soon.EndsAsync(Task.WhenAll(early)), value => Assert.Equal(1, value));
        Assert.False(await Cache.ExistsAsync("key"));
        fresh.Return(2);

        Assert.All(await Soon.EndsAsync(Task.WhenAll(late)), value => Assert.Equal(2, value));
        Assert.Equal(2, (await Cache.GetAsync<int>("key")).Value);
        Assert.Equal((1, 1), (old.Calls, fresh.Calls));
        Assert.Equal(1, Statistics.DiscardedLoads);
    }

    [Fact]
    public async Task Callers_with_states_of_different_types_join()
    {
        var held = new Held<int>();
        var first = Cache.GetOrCreateAsync("key", held, static (held, _, token) => held.LoadAsync(token)).AsTask();
        var second = Cache.GetOrCreateAsync<string, int>("key", "state", static (_, _, _) => throw new InvalidOperationException("It is being loaded.")).AsTask();
        var third = Cache.GetOrCreateAsync<int>("key", _ => throw new InvalidOperationException("It is being loaded.")).AsTask();
        held.Return(7);

        Assert.All(await Soon.EndsAsync(Task.WhenAll(first, second, third)), value => Assert.Equal(7, value));
        Assert.Equal(2, Statistics.JoinedLoads);
    }

    [Fact]
    public async Task Callers_through_different_views_join()
    {
        var held = new Held<int>();
        var first = Cache.GetOrCreateAsync("a:b:key", held.LoadAsync).AsTask();
        var second = Cache.WithPrefix("a").WithPrefix("b").GetOrCreateAsync("key", held.LoadAsync).AsTask();
        var third = Cache.WithPrefix("a:b").WithTimeToLive(TimeSpan.FromDays(1)).For<int>().GetOrCreateAsync("key", held.LoadAsync).AsTask();
        held.Return(7);

        Assert.All(await Soon.EndsAsync(Task.WhenAll(first, second, third)), value => Assert.Equal(7, value));
        Assert.Equal(1, held.Calls);
    }

    [Fact]
    public async Task Callers_that_want_different_types_each_get_their_own()
    {
        var number = new Held<int>();
        var text = new Held<string>();
        var first = Begin("key", number);
        var second = Begin("key", text);
        var third = Begin("key", number);
        number.Return(1);
        text.Return("one");

        Assert.Equal("one", await Soon.EndsAsync(second));
        Assert.Equal(1, await Soon.EndsAsync(first));
        Assert.Equal(1, await Soon.EndsAsync(third));
    }

    [Fact]
    public async Task Many_callers_that_want_different_types_do_not_break_each_other()
    {
        var callers = StartAll(2_000, async i =>
        {
            switch (i % 3)
            {
                case 0:
                    return await Cache.GetOrCreateAsync("key", _ => new ValueTask<int>(1)) == 1;
                case 1:
                    return await Cache.GetOrCreateAsync("key", _ => new ValueTask<string>("one")) == "one";
                default:
                    return await Cache.GetOrCreateAsync("key", _ => new ValueTask<DayOfWeek>(DayOfWeek.Monday)) == DayOfWeek.Monday;
            }
        });

        Assert.All(await Soon.EndsAsync(Task.WhenAll(callers)), Assert.True);
    }

    [Fact]
    public async Task A_load_that_yields_a_default_reaches_all_who_joined()
    {
        var held = new Held<string?>();
        var callers = Start(100, _ => Cache.GetOrCreateAsync("key", held.LoadAsync, new CachePolicy { StoreNull = false }));
        await JoinedAsync(99);
        held.Return(null);

        Assert.All(await Soon.EndsAsync(Task.WhenAll(callers)), Assert.Null);
        Assert.Equal(1, held.Calls);
    }

    [Fact]
    public async Task Those_who_join_a_load_that_is_not_stored_share_its_value()
    {
        // Also when a tag was invalidated long before.
        await Cache.RemoveByTagAsync("tag");
        var held = new Held<int>();
        var callers = Start(100, _ => Cache.GetOrCreateAsync("key", held, static (held, context, token) =>
        {
            context.DoNotStore();
            return held.LoadAsync(token);
        }));
        await JoinedAsync(99);
        held.Return(7);

        Assert.All(await Soon.EndsAsync(Task.WhenAll(callers)), value => Assert.Equal(7, value));
        Assert.Equal(1, held.Calls);
    }

    [Fact]
    public async Task In_a_disabled_cache_each_caller_makes_its_own_load()
    {
        await using var none = Larder.Cache.InMemory(options => options.Enabled = false);
        var calls = 0;
        var callers = StartAll(1_000, async _ =>
        {
            var mine = 0;
            var got = await none.GetOrCreateAsync("key", async _ =>
            {
                mine = Interlocked.Increment(ref calls);
                await Task.Yield();
                return mine;
            });
            return got == mine;
        });

        Assert.All(await Soon.EndsAsync(Task.WhenAll(callers)), Assert.True);
        Assert.Equal(1_000, calls);
    }

    private static Task<T>[] Start<T>(int count, Func<int, ValueTask<T>> call) =>
        [.. Enumerable.Range(0, count).Select(i => Task.Run(() => call(i).AsTask()))];

    private static Task<T>[] StartAll<T>(int count, Func<int, Task<T>> call) =>
        [.. Enumerable.Range(0, count).Select(i => Task.Run(() => call(i)))];
}
