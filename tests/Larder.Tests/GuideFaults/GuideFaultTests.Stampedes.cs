using Larder.Testing;
using Larder.Tests.Invalidation;

namespace Larder.Tests.GuideFaults;

/// <summary>Faults 1 to 12, 31, 46 and 53: stampedes, refreshes and locks.</summary>
public sealed partial class GuideFaultTests
{
    [Fact]
    [Ledger(114)]
    [LedgerFault(1)]
    public async Task Fault_01_of_all_callers_of_a_cold_key_one_computes()
    {
        var computed = 0;
        var release = new TaskCompletionSource();
        var callers = Enumerable.Range(0, 200).Select(_ => Task.Run(async () => await _cache.GetOrCreateAsync("key", async _ =>
        {
            await release.Task;
            return Interlocked.Increment(ref computed);
        }))).ToArray();
        await UntilAsync(() => _cache.Statistics.Snapshot().JoinedLoads == 199);
        release.SetResult();

        Assert.All(await Task.WhenAll(callers), value => Assert.Equal(1, value));
        Assert.Equal(1, computed);
    }

    [Fact]
    [LedgerFault(1)]
    public async Task Fault_01_who_does_not_get_the_lock_knows_it_and_cannot_release_it()
    {
        var held = await _cache.TryAcquireLockAsync("key", Lease);
        var losers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _cache.TryAcquireLockAsync("key", Lease).AsTask()));

        Assert.NotNull(held);
        Assert.All(losers, Assert.Null);
        Assert.True(await held.ReleaseAsync());
    }

    [Fact]
    [Ledger(114)]
    [LedgerFault(2)]
    public async Task Fault_02_a_computation_that_fails_blocks_nobody_after_it()
    {
        await Assert.ThrowsAsync<FormatException>(() => _cache.GetOrCreateAsync<int>("key", _ => throw new FormatException()).AsTask());

        Assert.Equal(1, await _cache.GetOrCreateAsync("key", _ => new ValueTask<int>(1)));
    }

    [Fact]
    [LedgerFault(2)]
    public async Task Fault_02_the_lock_of_a_holder_that_died_ends_with_its_lease()
    {
        var store = new HookedStore(_clock);
        await using var dying = Cache.Over(store, options => options.TimeProvider = _clock);
        await using var other = Cache.Over(store, options => options.TimeProvider = _clock);
        await dying.TryAcquireLockAsync("key", Lease);
        store.FailFor("lock:key");
        _clock.Advance(Lease);
        store.Heal();

        Assert.NotNull(await other.TryAcquireLockAsync("key", Lease));
    }

    [Fact]
    [LedgerFault(2)]
    public async Task Fault_02_waiting_for_a_lock_has_an_end()
    {
        await using var held = await _cache.TryAcquireLockAsync("key", Lease);
        var waiting = _cache.AcquireLockAsync("key", Lease, TimeSpan.FromSeconds(1)).AsTask();
        await AdvanceUntilAsync(() => waiting.IsCompleted);

        await Assert.ThrowsAsync<TimeoutException>(() => waiting);
    }

    [Fact]
    [LedgerFault(8)]
    public async Task Fault_08_an_entry_without_expiry_is_not_refreshed_at_every_read()
    {
        var policy = new CachePolicy { TimeToLive = CacheTtl.Never, EarlyRefresh = EarlyRefresh.AfterFraction(0.8) };
        var xfetch = new CachePolicy { TimeToLive = CacheTtl.Never, EarlyRefresh = EarlyRefresh.XFetch(1000) };
        for (var read = 0; read < 100; read++)
        {
            await _cache.GetOrCreateAsync("key", _ => new ValueTask<int>(1), policy);
            await _cache.GetOrCreateAsync("other", _ => new ValueTask<int>(1), xfetch);
            _clock.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal(2, _cache.Statistics.Snapshot().Loads);
    }

    [Fact]
    [LedgerFault(8)]
    public async Task Fault_08_of_all_readers_near_the_expiry_one_refreshes()
    {
        var policy = new CachePolicy { TimeToLive = TimeSpan.FromMinutes(10), EarlyRefresh = EarlyRefresh.AfterFraction(0.5) };
        await _cache.SetAsync("key", 1, policy);
        _clock.Advance(TimeSpan.FromMinutes(9));
        var release = new TaskCompletionSource();
        for (var read = 0; read < 100; read++)
        {
            Assert.Equal(1, await _cache.GetOrCreateAsync("key", async _ =>
            {
                await release.Task;
                return 2;
            }, policy));
        }

        release.SetResult();
        await UntilAsync(() => _cache.TryGet<int>("key", out var value) && value == 2);
        Assert.Equal(1, _cache.Statistics.Snapshot().Refreshes);
    }

    [Fact]
    [LedgerFault(9)]
    public async Task Fault_09_a_failed_refresh_is_counted_and_told()
    {
        var policy = new CachePolicy { TimeToLive = TimeSpan.FromMinutes(10), EarlyRefresh = EarlyRefresh.AfterFraction(0.5) };
        var told = new TaskCompletionSource<CacheLoadFailure>();
        _cache.Events.LoadFailed += failure => told.TrySetResult(failure);
        await _cache.SetAsync("key", 1, policy);
        _clock.Advance(TimeSpan.FromMinutes(9));

        Assert.Equal(1, await _cache.GetOrCreateAsync<int>("key", _ => throw new FormatException(), policy));

        Assert.True((await told.Task).IsRefresh);
        Assert.Equal(1, _cache.Statistics.Snapshot().LoadFailures);
    }

    [Fact]
    [Ledger(117)]
    [LedgerFault(9)]
    public async Task Fault_09_the_chance_of_a_refresh_follows_the_measured_time_of_the_load()
    {
        var policy = new CachePolicy { TimeToLive = TimeSpan.FromHours(1), EarlyRefresh = EarlyRefresh.XFetch() };
        await LoadForAsync("slow", TimeSpan.FromSeconds(20), policy);
        await LoadForAsync("fast", TimeSpan.FromMilliseconds(1), policy);
        _clock.Advance(TimeSpan.FromMinutes(59));
        var refreshed = new HashSet<string>();
        for (var read = 0; read < 2000; read++)
        {
            foreach (var key in new[] { "slow", "fast" })
            {
                await _cache.GetOrCreateAsync(key, (key, refreshed), static (state, _, _) =>
                {
                    lock (state.refreshed)
                    {
                        state.refreshed.Add(state.key);
                    }

                    return new ValueTask<int>(2);
                }, policy);
            }
        }

        await UntilAsync(() =>
        {
            lock (refreshed)
            {
                return refreshed.Count > 0;
            }
        });
        Assert.Equal(["slow"], refreshed);
    }

    [Fact]
    [LedgerFault(10)]
    public async Task Fault_10_a_leader_that_gives_up_does_not_fail_the_followers()
    {
        using var source = new CancellationTokenSource();
        var release = new TaskCompletionSource();
        var leader = _cache.GetOrCreateAsync("key", Load, cancellationToken: source.Token).AsTask();
        var followers = Enumerable.Range(0, 10).Select(_ => _cache.GetOrCreateAsync("key", Load).AsTask()).ToArray();

        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leader);
        release.SetResult();

        Assert.All(await Task.WhenAll(followers), value => Assert.Equal(1, value));
        Assert.Equal(1, _cache.Statistics.Snapshot().Loads);

        async ValueTask<int> Load(CancellationToken cancellationToken)
        {
            await release.Task.WaitAsync(cancellationToken);
            return 1;
        }
    }

    [Fact]
    [Ledger(115)]
    [LedgerFault(10)]
    public async Task Fault_10_followers_wait_no_longer_than_the_load_may_take()
    {
        var never = new TaskCompletionSource<int>();
        var callers = Enumerable.Range(0, 3).Select(_ => _cache.GetOrCreateAsync("key", _ => new ValueTask<int>(never.Task)).AsTask()).ToArray();

        _clock.Advance(TimeSpan.FromSeconds(30));

        foreach (var caller in callers)
        {
            await Assert.ThrowsAsync<LoadTimeoutException>(() => caller);
        }
    }

    [Fact]
    [LedgerFault(11)]
    public async Task Fault_11_a_lock_outlives_its_lease_while_its_holder_works()
    {
        await using var held = await _cache.TryAcquireLockAsync("key", TimeSpan.FromSeconds(5));

        _clock.Advance(TimeSpan.FromMinutes(5));

        Assert.Null(await _cache.TryAcquireLockAsync("key", TimeSpan.FromSeconds(5)));
        Assert.False(held!.Lost.IsCancellationRequested);
    }

    [Fact]
    [LedgerFault(11)]
    public async Task Fault_11_an_old_value_that_comes_late_does_not_overwrite_a_newer_one()
    {
        var release = new TaskCompletionSource();
        var slow = _cache.GetOrCreateAsync("key", async _ =>
        {
            await release.Task;
            return "old";
        }).AsTask();
        await _cache.SetAsync("key", "new");
        release.SetResult();

        Assert.Equal("old", await slow);
        Assert.Equal("new", (await _cache.GetAsync<string>("key")).Value);
    }

    [Fact]
    [Ledger(129)]
    [LedgerFault(12)]
    public async Task Fault_12_acquired_held_by_another_and_failed_are_three_outcomes()
    {
        var store = new HookedStore(_clock);
        await using var cache = Cache.Over(store, options => options.TimeProvider = _clock);

        Assert.NotNull(await cache.TryAcquireLockAsync("key", Lease));
        Assert.Null(await cache.TryAcquireLockAsync("key", Lease));
        store.FailFor("lock:key");
        await Assert.ThrowsAsync<IOException>(() => cache.TryAcquireLockAsync("key", Lease).AsTask());
        store.Heal();
    }

    [Fact]
    [Ledger(128)]
    [LedgerFault(12)]
    public async Task Fault_12_a_lock_is_released_when_the_work_throws()
    {
        await Assert.ThrowsAsync<FormatException>(async () =>
        {
            await using var held = await _cache.TryAcquireLockAsync("key", Lease);
            throw new FormatException();
        });

        Assert.NotNull(await _cache.TryAcquireLockAsync("key", Lease));
    }

    [Fact]
    [Ledger(141)]
    [LedgerFault(31)]
    public async Task Fault_31_a_read_before_an_update_does_not_fill_after_its_invalidation()
    {
        Func<ValueTask>[] invalidations =
        [
            async () => await _cache.RemoveAsync("key"),
            () => _cache.RemoveByTagAsync("tag"),
            async () => await _cache.RemoveByPatternAsync("k*"),
            async () => await _cache.ClearAsync(),
            async () => await _cache.RemoveManyAsync(["key"]),
            () => _cache.InvalidateAsync(new InvalidationGroup().AddKeys("key")),
            async () => await _cache.CreateTransaction().Remove("key").CommitAsync(),
            async () => await _cache.ExpireAsync("key", TimeSpan.FromHours(1)),
        ];
        foreach (var invalidate in invalidations)
        {
            var read = await _cache.GetOrCreateAsync("key", invalidate, static async (invalidate, _, _) =>
            {
                await invalidate();
                return "read before";
            }, new CacheEntryOptions { Tags = ["tag"] });

            Assert.Equal("read before", read);
            Assert.False(await _cache.ExistsAsync("key"));
        }
    }

    [Fact]
    [LedgerFault(46)]
    public async Task Fault_46_a_value_that_cannot_be_stored_reaches_its_caller_and_the_failure_is_counted()
    {
        var store = new HookedStore(_clock);
        await using var cache = Cache.Over(store, options => options.TimeProvider = _clock);
        store.FailFor("key");

        Assert.Equal("computed", await cache.GetOrCreateAsync("key", _ => new ValueTask<string>("computed")));

        Assert.True(cache.Statistics.Snapshot().TierErrors > 0);
        store.Heal();
    }

    [Fact]
    [Ledger(36)]
    [LedgerFault(53)]
    public async Task Fault_53_a_loader_that_uses_the_cache_meets_no_lock_of_it()
    {
        await using var cache = Cache.InMemory(options => options.Memory.MaxEntries = 100);
        var value = await cache.GetOrCreateAsync("outer", cache, static async (cache, _, ct) =>
        {
            for (var i = 0; i < 200; i++)
            {
                await Task.Yield();
                await cache.SetAsync($"other:{i}", i, cancellationToken: ct);
                await cache.GetOrCreateAsync($"inner:{i}", _ => new ValueTask<int>(1), cancellationToken: ct);
            }

            await cache.RemoveByPatternAsync("other:*", ct);
            return 1;
        }).AsTask().WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(1, value);
    }

    private async Task LoadForAsync(string key, TimeSpan time, CachePolicy policy) => await _cache.GetOrCreateAsync(key, _ =>
    {
        _clock.Advance(time);
        return new ValueTask<int>(1);
    }, policy);
}
