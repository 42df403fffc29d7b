using System.Diagnostics;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Tests.Tracking;
using Larder.Redis.Tier;

namespace Larder.Redis.Tests.Leases;

/// <summary>One load of a key across caches that share nothing but Redis.</summary>
[Trait("Category", "Slow")]
public sealed class SharedLoadTests : IAsyncLifetime
{
    private static readonly TimeSpan Lease = TimeSpan.FromMilliseconds(RedisTier.LeaseMs);
    private static readonly TimeSpan NoHang = TimeSpan.FromSeconds(5);

    private RedisServer _server = null!;
    private Fleet _fleet = null!;
    private int _loads;

    public async ValueTask InitializeAsync()
    {
        _server = await RedisServer.StartAsync();
        _fleet = new Fleet(_server.EndPoint);
    }

    public async ValueTask DisposeAsync()
    {
        await _fleet.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Theory]
    [Ledger(113, 114, 124)]
    [Trait("Scenario", "S9")]
    [InlineData("cold", RedisLocalCopies.Auto)]
    [InlineData("expired", RedisLocalCopies.Auto)]
    [InlineData("removed", RedisLocalCopies.Auto)]
    [InlineData("removed", RedisLocalCopies.Channel)]
    [InlineData("removed", RedisLocalCopies.None)]
    public async Task All_callers_of_all_processes_cost_one_load(string key, RedisLocalCopies copies)
    {
        var caches = await JoinAsync(4, copies);
        await PrepareAsync(key, caches);
        var end = NewSignal<int>();

        var calls = caches.SelectMany(cache => Enumerable.Range(0, 100).Select(_ => cache.GetOrCreateAsync(key, _ => LoadAsync(end.Task)).AsTask())).ToList();
        await Deadline.TrueAsync(() => Volatile.Read(ref _loads) > 0, "the load has begun");
        end.SetResult(7);

        Assert.All(await Task.WhenAll(calls), value => Assert.Equal(7, value));
        Assert.Equal(1, _loads);
    }

    [Fact]
    public async Task Who_comes_while_a_load_runs_here_or_elsewhere_asks_the_server_nothing()
    {
        var caches = await JoinAsync(2);
        var end = NewSignal<int>();
        var calls = caches.Select(cache => cache.GetOrCreateAsync("key", _ => LoadAsync(end.Task)).AsTask()).ToList();
        await Deadline.TrueAsync(async () => Volatile.Read(ref _loads) > 0 && await _server.CallsAsync("getrange") >= 1, "one loads, the other waits");
        var reads = Array.ConvertAll(caches, cache => cache.Statistics.Snapshot().SharedReads);

        calls.AddRange(caches.SelectMany(cache => Enumerable.Range(0, 100).Select(_ => cache.GetOrCreateAsync("key", _ => LoadAsync(end.Task)).AsTask())));

        Assert.Equal(reads, Array.ConvertAll(caches, cache => cache.Statistics.Snapshot().SharedReads));
        Assert.Equal(200, caches.Sum(cache => cache.Statistics.Snapshot().JoinedLoads));
        end.SetResult(7);
        Assert.All(await Task.WhenAll(calls), value => Assert.Equal(7, value));
        Assert.Equal(1, _loads);
    }

    [Fact]
    [Trait("Scenario", "S12")]
    public Task A_loader_that_throws_is_called_once_and_all_who_waited_are_told_at_once() => Deadline.AgainAsync(async () =>
    {
        var (caches, key, before) = (await JoinAsync(4), $"{Guid.NewGuid()}", await _server.CallsAsync("getrange"));
        _loads = 0;
        var end = NewSignal<int>();
        var calls = caches.SelectMany(cache => Enumerable.Range(0, 25).Select(_ => cache.GetOrCreateAsync(key, _ => LoadAsync(end.Task)).AsTask())).ToList();
        await Deadline.TrueAsync(async () => await _server.CallsAsync("getrange") >= before + 3, "the other processes wait");
        var start = Stopwatch.GetTimestamp();

        end.SetException(new InvalidDataException("bad"));

        var errors = await Task.WhenAll(calls.Select(async call => (await Record.ExceptionAsync(() => call))!));
        Assert.True(Stopwatch.GetElapsedTime(start) < Lease, "nobody waits for the end of the lease");
        Assert.Equal(25, errors.Count(error => error is InvalidDataException));
        Assert.Equal(75, errors.Count(error => error is CacheLoadException && error.Message.Contains(nameof(InvalidDataException), StringComparison.Ordinal)));
        Assert.Equal(1, _loads);
        Assert.Equal(8, await caches[1].GetOrCreateAsync(key, _ => ValueTask.FromResult(8)));
    });

    [Fact]
    [Trait("Scenario", "S14")]
    public async Task A_load_that_asks_for_its_own_key_does_not_hang()
    {
        var caches = await JoinAsync(1);

        var error = await Record.ExceptionAsync(() => caches[0].GetOrCreateAsync("key", async ct => await caches[0].GetOrCreateAsync("key", _ => ValueTask.FromResult(1), cancellationToken: ct)).AsTask().WaitAsync(NoHang));

        Assert.IsAssignableFrom<InvalidOperationException>(error);
    }

    [Fact]
    [Trait("Scenario", "S14")]
    public async Task Loads_that_wait_for_each_other_across_processes_do_not_hang()
    {
        var caches = await JoinAsync(2);
        var (firstBegun, secondBegun) = (NewSignal<bool>(), NewSignal<bool>());

        var both = Task.WhenAll(
            LoadBothAsync(caches[0], "a", "b", firstBegun, secondBegun.Task),
            LoadBothAsync(caches[1], "b", "a", secondBegun, firstBegun.Task));

        await both.WaitAsync(NoHang);
    }

    [Fact]
    [Trait("Scenario", "S14")]
    public async Task Loads_nested_500_deep_in_two_processes_do_not_hang()
    {
        var caches = await JoinAsync(2);

        var values = await Task.WhenAll(caches.Select(cache => NestedAsync(cache, 500))).WaitAsync(Deadline.Limit);

        Assert.All(values, value => Assert.Equal(500, value));
    }

    [Fact]
    public async Task Batches_that_overlap_load_each_key_once_and_never_hang()
    {
        var caches = await JoinAsync(2);
        for (var round = 0; round < 20; round++)
        {
            var loaded = new System.Collections.Concurrent.ConcurrentBag<string>();
            var keys = Enumerable.Range(0, 30).Select(number => $"{round}:{number}").ToArray();
            async Task<IReadOnlyDictionary<string, int>> ReadAsync(ICache cache, IEnumerable<string> some) => await cache.GetOrCreateManyAsync<int>(some, async (missing, _) =>
            {
                await Task.Yield();
                foreach (var key in missing)
                {
                    loaded.Add(key);
                }

                return missing.ToDictionary(key => key, key => key.Length);
            });

            var batches = await Task.WhenAll(
                ReadAsync(caches[0], keys[..20]), ReadAsync(caches[1], keys[10..].Reverse()), ReadAsync(caches[0], keys.Reverse()), ReadAsync(caches[1], keys)).WaitAsync(Deadline.Limit);

            Assert.All(batches, batch => Assert.All(batch, pair => Assert.Equal(pair.Key.Length, pair.Value)));
            Assert.Equal(keys.Length, loaded.Distinct().Count());
            Assert.Equal(keys.Length, loaded.Count);
        }
    }

    [Fact]
    [Trait("Scenario", "S13")]
    public async Task A_load_that_nobody_waits_for_any_more_frees_its_lease()
    {
        var caches = await JoinAsync(2);
        using var given = new CancellationTokenSource();
        var never = NewSignal<int>();
        var abandoned = caches[0].GetOrCreateAsync("key", _ => LoadAsync(never.Task), cancellationToken: given.Token).AsTask();
        await Deadline.TrueAsync(() => Volatile.Read(ref _loads) > 0, "the load has begun");
        var other = caches[1].GetOrCreateAsync("key", _ => LoadAsync(Task.FromResult(2))).AsTask();
        await Deadline.TrueAsync(async () => await _server.CallsAsync("getrange") >= 1, "the other process waits");
        var start = Stopwatch.GetTimestamp();

        await given.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => abandoned);
        Assert.Equal(2, await other);
        Assert.True(Stopwatch.GetElapsedTime(start) < Lease, "the lease is freed, and does not run out");
        Assert.Equal(2, _loads);
    }

    [Fact]
    [Trait("Scenario", "S13")]
    public async Task A_load_that_hangs_is_replaced_after_its_timeout()
    {
        var clock = new Larder.Testing.FakeTimeProvider(DateTimeOffset.UtcNow);
        ICache[] caches = [await _fleet.JoinAsync(options: options => options.TimeProvider = clock), .. await JoinAsync(1)];
        var policy = new CachePolicy { LoadTimeout = TimeSpan.FromMilliseconds(300) };
        var never = NewSignal<int>();
        var hanging = caches[0].GetOrCreateAsync("key", _ => LoadAsync(never.Task), policy).AsTask();
        await Deadline.TrueAsync(() => Volatile.Read(ref _loads) > 0, "the load has begun");

        var waiting = caches[1].GetOrCreateAsync("key", _ => LoadAsync(Task.FromResult(3))).AsTask();
        await Deadline.TrueAsync(async () => await _server.CallsAsync("getrange") >= 1, "the other process waits");

        clock.Advance(TimeSpan.FromMilliseconds(300));
        await Assert.ThrowsAsync<LoadTimeoutException>(() => hanging.WaitAsync(NoHang));

        // Who waited hears of it, as in one process; who comes later loads.
        await Assert.ThrowsAsync<CacheLoadException>(() => waiting.WaitAsync(NoHang));
        Assert.Equal(2, await caches[1].GetOrCreateAsync("key", _ => LoadAsync(Task.FromResult(2))).AsTask().WaitAsync(NoHang));
        Assert.Equal(2, _loads);
        never.SetResult(1);
        Assert.Equal(2, (await caches[0].GetAsync<int>("key")).Value);
    }

    [Fact]
    [Ledger(113)]
    [LedgerFault(11)]
    [Trait("Scenario", "S10")]
    public async Task The_load_of_a_process_that_is_cut_off_is_replaced_when_its_lease_has_run_out_and_what_it_loads_is_not_stored()
    {
        await using var proxy = new Larder.Testing.Faults.FaultProxy("127.0.0.1", _server.Port);
        var lost = await _fleet.JoinAsync(redis => redis.Endpoints = [proxy.EndPoint]);
        var other = (await JoinAsync(1))[0];
        var end = NewSignal<int>();
        var first = lost.GetOrCreateAsync("key", _ => LoadAsync(end.Task)).AsTask();
        await Deadline.TrueAsync(() => Volatile.Read(ref _loads) > 0, "the load has begun");
        proxy.Stop();
        var start = Stopwatch.GetTimestamp();

        Assert.Equal(2, await other.GetOrCreateAsync("key", _ => LoadAsync(Task.FromResult(2))));

        Assert.True(Stopwatch.GetElapsedTime(start) < Lease + TimeSpan.FromSeconds(2));
        Assert.Equal(2, _loads);
        proxy.Start();
        end.SetResult(1);
        Assert.Equal(1, await first);
        await Deadline.TrueAsync(async () => (await lost.GetAsync<int>("key")).GetValueOrDefault() == 2, "the process that was lost reads what the other has stored");
        Assert.Equal(2, (await other.GetAsync<int>("key")).Value);
    }

    private static TaskCompletionSource<T> NewSignal<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static async Task LoadBothAsync(ICache cache, string outer, string inner, TaskCompletionSource<bool> begun, Task otherBegun) =>
        await cache.GetOrCreateAsync(outer, async _ =>
        {
            begun.SetResult(true);
            await otherBegun;
            return 1 + await cache.GetOrCreateAsync(inner, _ => ValueTask.FromResult(1));
        });

    private static async Task<int> NestedAsync(ICache cache, int depth) =>
        depth == 0 ? 0 : await cache.GetOrCreateAsync($"nested:{depth}", async _ => 1 + await NestedAsync(cache, depth - 1));

    private async Task<ICache[]> JoinAsync(int count, RedisLocalCopies copies = RedisLocalCopies.Auto)
    {
        var caches = new ICache[count];
        for (var i = 0; i < count; i++)
        {
            caches[i] = await _fleet.JoinAsync(redis => redis.LocalCopies = copies);
        }

        return caches;
    }

    private async Task PrepareAsync(string key, ICache[] caches)
    {
        if (key == "expired")
        {
            await caches[0].SetAsync(key, 1, TimeSpan.FromMilliseconds(50));
            await Deadline.TrueAsync(async () => !(await caches[0].GetAsync<int>(key)).HasValue, "it has expired");
        }
        else if (key == "removed")
        {
            await caches[0].SetAsync(key, 1);
            foreach (var cache in caches)
            {
                Assert.Equal(1, (await cache.GetAsync<int>(key)).Value);
            }

            await caches[0].RemoveAsync(key);
            foreach (var cache in caches)
            {
                await Deadline.TrueAsync(async () => !(await cache.GetAsync<int>(key)).HasValue, "the removal is seen");
            }
        }
    }

    private async ValueTask<int> LoadAsync(Task<int> end)
    {
        Interlocked.Increment(ref _loads);
        return await end;
    }
}
