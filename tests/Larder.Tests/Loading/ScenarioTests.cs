using System.Diagnostics;

namespace Larder.Tests.Loading;

/// <summary>The scenarios of the reliability plan that can occur in one process, by their numbers. Some limit the thread pool, so they run alone.</summary>
[Collection(AloneCollection.Name)]
public sealed class ScenarioTests : LoadingTest
{
    [Fact]
    [Trait("Scenario", "S12")]
    public async Task S12_a_hundred_waiters_of_a_load_that_throws_all_get_the_exception_and_nothing_is_cached()
    {
        var held = new Held<int>();
        var waiters = Enumerable.Range(0, 100).Select(_ => Begin("key", held)).ToArray();
        var exception = new FormatException();
        var watch = Stopwatch.StartNew();
        held.Throw(exception);
        foreach (var waiter in waiters)
        {
            Assert.Same(exception, await Assert.ThrowsAsync<FormatException>(() => Soon.EndsAsync(waiter)));
        }

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2));
        Assert.Equal(1, held.Calls);
        Assert.False(await Cache.ExistsAsync("key"));
        Assert.Equal(2, await Cache.GetOrCreateAsync("key", _ => new ValueTask<int>(2)));
    }

    [Fact]
    [Trait("Scenario", "S13")]
    public async Task S13_a_load_that_hangs_affects_no_other_key()
    {
        var hanging = Begin("hanging", new Held<int>());

        for (var i = 0; i < 1_000; i++)
        {
            Assert.Equal(i, await Cache.GetOrCreateAsync($"{i}", _ => new ValueTask<int>(i)));
        }

        Assert.False(hanging.IsCompleted);
        Clock.Advance(TimeSpan.FromSeconds(30));
        await Assert.ThrowsAsync<LoadTimeoutException>(() => Soon.EndsAsync(hanging));
    }

    [Fact]
    [Trait("Scenario", "S13")]
    public async Task S13_a_caller_that_cancels_is_free_at_once_and_the_others_get_the_value_with_two_calls_at_most()
    {
        using var owner = new CancellationTokenSource();
        using var waiter = new CancellationTokenSource();
        var held = new Held<int>();
        var first = Begin("key", held, cancellationToken: owner.Token);
        var second = Begin("key", held, cancellationToken: waiter.Token);
        var third = Begin("key", held);
        var watch = Stopwatch.StartNew();
        await owner.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon.EndsAsync(first));
        await waiter.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon.EndsAsync(second));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2));
        held.Return(1);

        Assert.Equal(1, await Soon.EndsAsync(third));
        Assert.InRange(held.Calls, 1, 2);
    }

    [Fact]
    [Trait("Scenario", "S14")]
    public async Task S14_a_load_that_reads_its_own_key_a_pair_that_cross_and_five_hundred_nested_keys_do_not_hang()
    {
        var own = Cache.GetOrCreateAsync("own", _ => Cache.GetOrCreateAsync("own", _ => new ValueTask<int>(1))).AsTask();
        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => own.WaitAsync(TimeSpan.FromSeconds(5)));

        var gate = new TaskCompletionSource();
        Task[] pair = [CrossAsync("left", "right"), CrossAsync("right", "left")];
        gate.SetResult();
        foreach (var caller in pair)
        {
            await Assert.ThrowsAnyAsync<InvalidOperationException>(() => caller.WaitAsync(TimeSpan.FromSeconds(5)));
        }

        Assert.Equal(500, await NestAsync(500).WaitAsync(TimeSpan.FromSeconds(5)));

        Task<int> CrossAsync(string key, string other) => Cache.GetOrCreateAsync(key, async _ =>
        {
            await gate.Task;
            return await Cache.GetOrCreateAsync(other, _ => new ValueTask<int>(1));
        }).AsTask();

        async Task<int> NestAsync(int depth) => depth == 0 ? 0 : await Cache.GetOrCreateAsync($"{depth}", async _ => 1 + await NestAsync(depth - 1));
    }

    [Fact]
    [Trait("Scenario", "S15")]
    public async Task S15_a_storm_of_four_thousand_cancellations_yields_no_wrong_value()
    {
        var callers = Enumerable.Range(0, 4_000).Select(i => Task.Run(async () =>
        {
            var random = new Random(i);
            var key = $"{random.Next(20)}";
            using var source = new CancellationTokenSource();
            var caller = Cache.GetOrCreateAsync(
                key,
                async token =>
                {
                    for (var pause = 0; pause < 5; pause++)
                    {
                        token.ThrowIfCancellationRequested();
                        await Task.Yield();
                    }

                    return key;
                },
                cancellationToken: source.Token);
            var cancels = random.Next(2) == 0;
            if (cancels)
            {
                await source.CancelAsync();
            }

            try
            {
                return await caller == key;
            }
            catch (OperationCanceledException exception)
            {
                // Only who cancelled is cancelled: nobody gets the cancellation of another.
                return cancels && exception.CancellationToken == source.Token;
            }
            finally
            {
                if (random.Next(3) == 0)
                {
                    await Cache.RemoveAsync(key);
                }
            }
        }));

        Assert.All(await Soon.EndsAsync(Task.WhenAll(callers)), Assert.True);
        Assert.Equal(0, Statistics.LoadFailures);
        for (var i = 0; i < 20; i++)
        {
            var found = await Cache.GetAsync<string>($"{i}");
            Assert.True(!found.HasValue || found.Value == $"{i}");
        }
    }

    [Fact]
    [Trait("Scenario", "S29")]
    public async Task S29_four_thousand_gets_on_a_thread_pool_of_a_few_threads_end()
    {
        ThreadPool.GetMaxThreads(out var workers, out var ports);
        ThreadPool.GetMinThreads(out var least, out _);
        Assert.True(ThreadPool.SetMaxThreads(Math.Max(least, Environment.ProcessorCount + 1), ports));
        try
        {
            var watch = Stopwatch.StartNew();
            var callers = Enumerable.Range(0, 4_000).Select(i => Task.Run(() => Cache.GetOrCreateAsync($"{i % 100}", async _ =>
            {
                await Task.Yield();
                return i % 100;
            }).AsTask())).ToArray();
            var values = await Task.WhenAll(callers).WaitAsync(TimeSpan.FromSeconds(6));

            Assert.Equal(Enumerable.Range(0, 4_000).Select(i => i % 100), values);
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(6));
            Assert.Equal(100, Statistics.Loads);
        }
        finally
        {
            ThreadPool.SetMaxThreads(workers, ports);
        }
    }

    [Fact]
    [Trait("Scenario", "S29")]
    public async Task S29_blocking_the_only_thread_of_a_synchronization_context_does_not_deadlock()
    {
        using var thread = new SingleThread();

        Assert.Equal(1, await thread.RunAsync(() => Block(Cache.GetOrCreateAsync("single", LoadAsync))));
        Assert.Equal(1, await thread.RunAsync(() => Block(Cache.RefreshAsync("single", LoadAsync))));
        var many = await thread.RunAsync(() => Block(Cache.GetOrCreateManyAsync<int>(["a"], static async (keys, _) =>
        {
            await Task.Yield();
            return keys.ToDictionary(key => key, _ => 1);
        })));
        Assert.Equal(1, many["a"]);
        Assert.Equal(2, await thread.RunAsync(() => Block(NestAsync())));
        Assert.Equal(1, (await thread.RunAsync(() => Block(Cache.GetAsync<int>("single")))).Value);

        static async ValueTask<int> LoadAsync(CancellationToken token)
        {
            await Task.Yield();
            return 1;
        }

        ValueTask<int> NestAsync() => Cache.GetOrCreateAsync("outer", async token => 1 + await Cache.GetOrCreateAsync("inner", LoadAsync));
    }

    [Fact]
    [Trait("Scenario", "S29")]
    public async Task S29_threads_that_block_for_one_load_all_get_its_value()
    {
        var held = new Held<int>();
        var done = new TaskCompletionSource<int>[8];
        for (var i = 0; i < done.Length; i++)
        {
            var mine = done[i] = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
            new Thread(() => mine.SetResult(Block(Cache.GetOrCreateAsync("key", held.LoadAsync)))) { IsBackground = true }.Start();
        }

        await JoinedAsync(done.Length - 1);
        held.Return(7);

        Assert.All(await Soon.EndsAsync(Task.WhenAll(done.Select(one => one.Task))), value => Assert.Equal(7, value));
    }

    [Theory]
    [Trait("Scenario", "S30")]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    public async Task S30_a_time_to_live_that_is_not_above_zero_is_refused_and_nothing_is_loaded(long ticks)
    {
        var calls = 0;
        ValueTask<int> Load(CancellationToken _) => new(++calls);
        var timeToLive = TimeSpan.FromTicks(ticks);

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Cache.GetOrCreateAsync("key", Load, timeToLive));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Cache.GetOrCreateAsync("key", Load, new CachePolicy { TimeToLive = timeToLive }));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Cache.RefreshAsync("key", Load, timeToLive));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () =>
            await Cache.GetOrCreateManyAsync<int>(["key"], static (_, _) => throw new InvalidOperationException(), timeToLive));
        Assert.Equal(0, calls);
    }

    [Fact]
    [Trait("Scenario", "S30")]
    public async Task S30_a_time_to_live_that_the_loader_sets_and_that_is_not_above_zero_is_an_error_of_the_loader()
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await Cache.GetOrCreateAsync("key", 0, static (value, context, _) =>
        {
            context.TimeToLive = TimeSpan.Zero;
            return new ValueTask<int>(value);
        }));

        Assert.False(await Cache.ExistsAsync("key"));
    }

    [Fact]
    [Trait("Scenario", "S30")]
    public async Task S30_the_longest_time_to_live_is_no_expiry()
    {
        var loaded = await Cache.GetOrCreateResultAsync("key", 1, static (value, _, _) => new ValueTask<int>(value), TimeSpan.MaxValue);
        Clock.Advance(TimeSpan.FromDays(100_000));

        Assert.Null(loaded.TimeToLive);
        Assert.Equal(EntryTimeToLive.NoExpiry, await Cache.GetTimeToLiveAsync("key"));
    }

    [Fact]
    [Trait("Scenario", "S30")]
    public async Task S30_null_is_cached_unless_told_otherwise()
    {
        var calls = 0;
        ValueTask<string?> Load(CancellationToken _) => new((string?)(++calls > 0 ? null : ""));

        Assert.Null(await Cache.GetOrCreateAsync("key", Load));
        Assert.Null(await Cache.GetOrCreateAsync("key", Load));
        Assert.Equal(1, calls);
        Assert.Null(await Cache.GetOrCreateAsync("other", Load, new CachePolicy { StoreNull = false }));
        Assert.Null(await Cache.GetOrCreateAsync("other", Load, new CachePolicy { StoreNull = false }));
        Assert.Equal(3, calls);
    }

    [Fact]
    [Ledger(74)]
    [Trait("Scenario", "S30")]
    public async Task S30_a_value_of_32_mebibytes_is_served_and_stored_only_where_it_fits()
    {
        var roomy = Create(options => options.Memory.MaxBytes = 64 << 20);
        var narrow = Create(options => options.Memory.MaxBytes = 16 << 20);
        var value = new byte[32 << 20];

        foreach (var cache in new[] { roomy, narrow })
        {
            Assert.Same(value, await cache.GetOrCreateAsync("key", _ => new ValueTask<byte[]>(value)));
        }

        Assert.True(await roomy.ExistsAsync("key"));
        Assert.False(await narrow.ExistsAsync("key"));
        Assert.Equal(1, narrow.Statistics.Snapshot().TooLargeEvictions);
    }

#pragma warning disable xUnit1031 // Blocking is what is tested.
    private static T Block<T>(ValueTask<T> task) => task.AsTask().GetAwaiter().GetResult();
#pragma warning restore xUnit1031
}
