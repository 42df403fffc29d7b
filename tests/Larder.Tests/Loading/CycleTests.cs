namespace Larder.Tests.Loading;

/// <summary>Loaders that wait for each other are found, and those that only wait are not disturbed.</summary>
public sealed class CycleTests : LoadingTest
{
    [Fact]
    public async Task A_load_that_reads_its_own_key_throws()
    {
        var exception = await ThrowsAsync(Read("key", () => Read("key", () => new(1))));

        Assert.Contains("'key'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("its own key", exception.Message, StringComparison.Ordinal);
        Assert.Equal(1, await Read("key", () => new(1)));
    }

    [Fact]
    public async Task A_load_that_reads_its_own_key_after_an_await_throws() => await ThrowsAsync(Read("key", async () =>
    {
        await Task.Yield();
        return await Read("key", () => new(1));
    }));

    [Fact]
    public async Task A_load_that_reads_its_own_key_through_another_throws() =>
        await ThrowsAsync(Read("a", () => Read("b", () => Read("c", () => Read("a", () => new(1))))));

    [Fact]
    public async Task A_load_that_removes_its_own_key_and_reads_it_throws_and_does_not_fill_the_stack() => await ThrowsAsync(RemoveAndReadAsync());

    [Fact]
    public async Task A_load_that_refreshes_its_own_key_throws() => await ThrowsAsync(Read("key", () => Cache.RefreshAsync("key", _ => new ValueTask<int>(1))));

    [Fact]
    public async Task A_load_that_reads_its_own_key_as_another_type_throws() => await ThrowsAsync(Read("key", async () =>
        (await Cache.GetOrCreateAsync("key", _ => new ValueTask<string>("one"))).Length));

    [Fact]
    public async Task A_load_that_reads_its_own_key_together_with_others_throws() => await ThrowsAsync(Read("a", async () =>
        (await Cache.GetOrCreateManyAsync<int>(["b", "a"], static (keys, _) => new(keys.ToDictionary(key => key, _ => 1)))).Count));

    [Fact]
    public async Task A_load_of_many_that_reads_one_of_its_keys_throws()
    {
        var caller = Cache.GetOrCreateManyAsync<int>(["a", "b"], async (_, _) => new Dictionary<string, int> { ["a"] = await Read("b", () => new(1)) });

        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => Soon.EndsAsync(caller));
    }

    [Fact]
    public async Task A_load_that_reads_its_own_key_in_a_disabled_cache_throws_and_does_not_fill_the_stack()
    {
        await using var none = Larder.Cache.InMemory(options => options.Enabled = false);

        await ThrowsAsync(LoadAsync());

        ValueTask<int> LoadAsync() => none.GetOrCreateAsync("key", _ => LoadAsync());
    }

    [Fact]
    public async Task A_stale_value_does_not_hide_a_load_that_reads_its_own_key()
    {
        var options = Policy(TimeSpan.FromSeconds(1), new CachePolicy { MaxStale = TimeSpan.FromHours(1) });
        await Cache.SetAsync("key", 1, options);
        Clock.Advance(TimeSpan.FromSeconds(1));

        await ThrowsAsync(Cache.GetOrCreateAsync("key", _ => Cache.GetOrCreateAsync("key", _ => new ValueTask<int>(1), options), options));
    }

    [Fact]
    public async Task A_load_may_read_the_same_key_of_another_cache()
    {
        var other = Create();

        Assert.Equal(7, await Read("key", () => other.GetOrCreateAsync("key", _ => new ValueTask<int>(7))));
    }

    [Fact]
    public async Task A_load_may_read_a_key_of_which_its_own_is_the_end() =>
        Assert.Equal(7, await Read("view:key", () => Read("key", () => new(7))));

    [Fact]
    public async Task A_refresh_in_the_background_may_read_its_own_present_value()
    {
        var options = Policy(TimeSpan.FromHours(1), new CachePolicy { EarlyRefresh = EarlyRefresh.AfterFraction(0.1) });
        await Cache.SetAsync("key", 1, options);
        Clock.Advance(TimeSpan.FromMinutes(10));
        await Cache.GetOrCreateAsync("key", async _ => 1 + (await Cache.GetAsync<int>("key")).Value, options);

        await Soon.TrueAsync(() => Cache.TryGet<int>("key", out var value) && value == 2);
    }

    [Fact]
    public async Task Two_loads_that_read_each_others_key_throw()
    {
        var gate = new TaskCompletionSource();
        var first = Read("a", async () =>
        {
            await gate.Task;
            return await Read("b", () => new(1));
        }).AsTask();
        var second = Read("b", async () =>
        {
            await gate.Task;
            return await Read("a", () => new(1));
        }).AsTask();
        gate.SetResult();

        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => Soon.EndsAsync(first));
        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => Soon.EndsAsync(second));
    }

    [Fact]
    public async Task A_ring_of_twenty_loads_throws()
    {
        var gate = new TaskCompletionSource();
        var callers = Enumerable.Range(0, 20).Select(i => Read($"{i}", async () =>
        {
            await gate.Task;
            return await Read($"{(i + 1) % 20}", () => new(1));
        }).AsTask()).ToArray();
        gate.SetResult();

        foreach (var caller in callers)
        {
            await Assert.ThrowsAnyAsync<InvalidOperationException>(() => Soon.EndsAsync(caller));
        }
    }

    [Fact]
    public async Task Five_hundred_nested_keys_are_loaded()
    {
        Assert.Equal(500, await Soon.EndsAsync(NestAsync(500, isYielding: false)));
        await Cache.ClearAsync();
        Assert.Equal(500, await Soon.EndsAsync(NestAsync(500, isYielding: true)));
        Assert.Equal(2 * 501, Statistics.Loads);
    }

    [Fact]
    public async Task Loads_that_fan_out_and_in_again_take_no_longer_than_their_number()
    {
        // The ways through these loads are as many as the Fibonacci number: 100 million.
        Assert.Equal(102_334_155, await Soon.EndsAsync(FibonacciAsync(40)));
        Assert.Equal(41, Statistics.Loads);

        async Task<int> FibonacciAsync(int number) => await Cache.GetOrCreateAsync($"fibonacci {number}", async _ =>
        {
            await Task.Yield();
            if (number < 2)
            {
                return number;
            }

            var parts = await Task.WhenAll(FibonacciAsync(number - 1), FibonacciAsync(number - 2));
            return parts[0] + parts[1];
        });
    }

    [Fact]
    public async Task Two_loads_of_many_that_cross_do_not_wait_for_each_other()
    {
        var left = new Held<IReadOnlyDictionary<string, int>>();
        var right = new Held<IReadOnlyDictionary<string, int>>();
        var first = Cache.GetOrCreateManyAsync<int>(["a", "b"], (_, token) => left.LoadAsync(token)).AsTask();
        var second = Cache.GetOrCreateManyAsync<int>(["c", "b", "a"], (_, token) => right.LoadAsync(token)).AsTask();
        var third = Cache.GetOrCreateManyAsync<int>(["b", "c"], static (_, _) => throw new InvalidOperationException("Both are being loaded.")).AsTask();
        right.Return(new Dictionary<string, int> { ["c"] = 3 });
        left.Return(new Dictionary<string, int> { ["a"] = 1, ["b"] = 2 });

        Assert.Equal(3, (await Soon.EndsAsync(first)).Values.Sum());
        Assert.Equal(6, (await Soon.EndsAsync(second)).Values.Sum());
        Assert.Equal(5, (await Soon.EndsAsync(third)).Values.Sum());
    }

    [Fact]
    public async Task Many_loads_of_many_that_cross_at_random_end()
    {
        var workers = Enumerable.Range(0, 8).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            for (var round = 0; round < 100; round++)
            {
                var keys = Enumerable.Range(0, 10).Select(_ => $"{round}:{random.Next(12)}").Distinct().ToArray();
                var values = await Cache.GetOrCreateManyAsync<string>(keys, static async (keys, _) =>
                {
                    await Task.Yield();
                    return keys.ToDictionary(key => key, key => key);
                });
                Assert.Equal(keys.Order(), values.Keys.Order());
                Assert.All(values, pair => Assert.Equal(pair.Key, pair.Value));
            }
        }));

        await Soon.EndsAsync(Task.WhenAll(workers));
    }

    private ValueTask<int> Read(string key, Func<ValueTask<int>> load) => Cache.GetOrCreateAsync(key, load, static (load, _, _) => load());

    private async ValueTask<int> RemoveAndReadAsync() => await Read("key", async () =>
    {
        await Cache.RemoveAsync("key");
        return await RemoveAndReadAsync();
    });

    private async Task<int> NestAsync(int depth, bool isYielding) => await Cache.GetOrCreateAsync($"nested {depth}", async _ =>
    {
        if (isYielding)
        {
            await Task.Yield();
        }

        return depth == 0 ? 0 : 1 + await NestAsync(depth - 1, isYielding);
    });

    private static Task<InvalidOperationException> ThrowsAsync(ValueTask<int> caller) =>
        Assert.ThrowsAnyAsync<InvalidOperationException>(() => Soon.EndsAsync(caller));
}
