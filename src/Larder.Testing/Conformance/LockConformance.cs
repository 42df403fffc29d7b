namespace Larder.Testing.Conformance;

/// <summary>Locks: one holder at a time, with a lease, renewal, loss, and tokens that grow.</summary>
internal sealed class LockConformance(CacheHarness harness) : ConformanceSuite(harness)
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    [Ledger(125, 129)]
    public async Task A_free_lock_is_acquired_and_a_held_one_is_not()
    {
        await using var held = await Cache.TryAcquireLockAsync("job", Lease);

        Expect.True(held is not null, "the free lock was acquired");
        Expect.Equal("job", held!.Name);
        Expect.False(held.Lost.IsCancellationRequested);
        Expect.True(await Cache.TryAcquireLockAsync("job", Lease) is null, "the held lock was refused");
    }

    public async Task A_released_lock_is_free()
    {
        var first = await HoldAsync(Cache);

        Expect.True(await first.ReleaseAsync(), "the lock was still held");

        Expect.True(await Cache.TryAcquireLockAsync("job", Lease) is not null, "the lock was free");
    }

    [Ledger(128)]
    public async Task Disposing_a_lock_releases_it()
    {
        await using (await HoldAsync(Cache))
        {
            Expect.True(await Cache.TryAcquireLockAsync("job", Lease) is null, "the lock was held");
        }

        Expect.True(await Cache.TryAcquireLockAsync("job", Lease) is not null, "the lock was free");
    }

    [Ledger(126, 127)]
    public async Task Releasing_twice_tells_and_leaves_the_next_holder_alone()
    {
        var first = await HoldAsync(Cache);
        Expect.True(await first.ReleaseAsync(), "the first release released");
        var second = await HoldAsync(Cache);

        Expect.False(await first.ReleaseAsync());
        await first.DisposeAsync();

        Expect.True(await Cache.TryAcquireLockAsync("job", Lease) is null, "the second holder still holds");
        Expect.False(second.Lost.IsCancellationRequested);
        Expect.True(await second.ReleaseAsync(), "the second holder releases");
    }

    public async Task Locks_of_different_names_are_independent()
    {
        await using var a = await Cache.TryAcquireLockAsync("a", Lease);
        await using var b = await Cache.TryAcquireLockAsync("b", Lease);

        Expect.True(a is not null && b is not null, "both locks were acquired");
    }

    public async Task A_lock_of_a_view_has_the_prefix()
    {
        await using var inView = await Cache.WithPrefix("users").TryAcquireLockAsync("job", Lease);
        await using var plain = await Cache.TryAcquireLockAsync("job", Lease);

        Expect.Equal("users:job", inView!.Name);
        Expect.True(plain is not null, "the lock without prefix is another");
        Expect.True(await Cache.TryAcquireLockAsync("users:job", Lease) is null, "the lock with prefix is the same");
    }

    [Ledger(125, 134)]
    [LedgerFault(1)]
    public async Task Of_many_who_try_at_once_one_gets_the_lock()
    {
        var acquired = 0;

        await Contention.RunAsync(32, async _ =>
        {
            if (await Cache.TryAcquireLockAsync("job", Lease) is not null)
            {
                Interlocked.Increment(ref acquired);
            }
        });

        Expect.Equal(1, acquired);
    }

    [Ledger(132)]
    public async Task Fencing_tokens_grow_from_holder_to_holder()
    {
        long last = 0;
        for (var round = 0; round < 20; round++)
        {
            await using var held = await HoldAsync(Cache);
            Expect.True(held.FencingToken > last, $"token {held.FencingToken} is above {last}");
            last = held.FencingToken;
        }
    }

    [Ledger(132)]
    public async Task Fencing_tokens_grow_after_long_disuse_and_when_the_wall_clock_goes_back()
    {
        var first = await HoldAsync(Cache);
        await first.ReleaseAsync();
        Clock.JumpWallClock(TimeSpan.FromSeconds(-5));
        var second = await HoldAsync(Cache);
        await second.ReleaseAsync();
        Clock.Advance(TimeSpan.FromDays(30));
        var third = await HoldAsync(Cache);

        Expect.True(first.FencingToken < second.FencingToken, "the token grew although the clock went back");
        Expect.True(second.FencingToken < third.FencingToken, "the token grew after the record of the former was gone");
    }

    [Ledger(130)]
    public async Task A_waiter_is_woken_by_the_release()
    {
        var first = await HoldAsync(Cache);
        var waiting = Cache.AcquireLockAsync("job", Lease, CacheTtl.Never).AsTask();
        Expect.False(waiting.IsCompleted);

        await first.ReleaseAsync();

        await using var second = await Eventually.EndsAsync(waiting);
        Expect.True(second.FencingToken > first.FencingToken, "the waiter has the greater token");
    }

    [Ledger(130)]
    public async Task Waiters_hold_the_lock_one_after_the_other()
    {
        var holders = 0;
        var most = 0;
        var unguarded = 0;

        var all = Contention.RunAsync(16, async _ =>
        {
            await using var held = await Cache.AcquireLockAsync("job", Lease, CacheTtl.Never);
            most = Math.Max(most, Interlocked.Increment(ref holders));
            var seen = unguarded;
            await Task.Yield();
            unguarded = seen + 1;
            Interlocked.Decrement(ref holders);
        });
        await Eventually.EndsAsync(all, Clock, TimeSpan.FromMilliseconds(25), TimeSpan.FromMinutes(5));
        await all;

        Expect.Equal(1, most);
        Expect.Equal(16, unguarded);
    }

    public async Task A_waiter_gets_the_lock_of_a_holder_whose_lease_ended()
    {
        var (cache, timers) = Stalling();
        await HoldAsync(cache);
        timers.Stall();

        var waiting = cache.AcquireLockAsync("job", Lease, CacheTtl.Never).AsTask();
        await Eventually.EndsAsync(waiting, Clock, TimeSpan.FromMilliseconds(200), Lease);

        await using var held = await waiting;
        Expect.True(await cache.TryAcquireLockAsync("job", Lease) is null, "the waiter holds the lock");
    }

    [Ledger(130)]
    public async Task Waiting_ends_at_its_limit()
    {
        await using var held = await HoldAsync(Cache);
        var start = Clock.GetTimestamp();

        var waiting = Cache.AcquireLockAsync("job", Lease, TimeSpan.FromSeconds(2)).AsTask();
        await Eventually.EndsAsync(waiting, Clock, TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(20));

        await Expect.ThrowsAsync<TimeoutException>(() => waiting);
        Expect.True(Clock.GetElapsedTime(start) >= TimeSpan.FromSeconds(2), "the wait lasted as long as it was to");
    }

    public async Task Waiting_can_be_cancelled_and_leaves_the_lock_to_others()
    {
        var held = await HoldAsync(Cache);
        using var source = new CancellationTokenSource();
        var waiting = Cache.AcquireLockAsync("job", Lease, CacheTtl.Never, source.Token).AsTask();

        await source.CancelAsync();
        await Expect.ThrowsAsync<OperationCanceledException>(() => Eventually.EndsAsync(waiting));

        await held.ReleaseAsync();
        Expect.True(await Cache.TryAcquireLockAsync("job", Lease) is not null, "the lock is free");
    }

    public async Task A_cancelled_token_acquires_nothing()
    {
        var cancelled = new CancellationToken(canceled: true);

        await Expect.ThrowsAsync<OperationCanceledException>(() => Cache.TryAcquireLockAsync("job", Lease, cancelled).AsTask());
        await Expect.ThrowsAsync<OperationCanceledException>(() => Cache.AcquireLockAsync("job", Lease, Lease, cancelled).AsTask());

        Expect.True(await Cache.TryAcquireLockAsync("job", Lease) is not null, "the lock is free");
    }

    [Ledger(134)]
    public async Task Locks_and_entries_share_no_names()
    {
        await Cache.SetAsync("job", "value");
        await using var held = await HoldAsync(Cache);

        Expect.Equal("value", (await Cache.GetAsync<string>("job")).GetValueOrDefault());
        Expect.SameElements(["job"], await Cache.KeysAsync().ToListAsync());
        await Cache.RemoveAsync("job");
        Expect.Equal(0L, await Cache.CountAsync());
        Expect.False(await Cache.ExistsAsync("job"));
        Expect.True(await Cache.AddAsync("job", "again"), "the key is free although the lock is held");
    }

    public async Task Clearing_the_cache_releases_no_lock_and_keeps_the_tokens_growing()
    {
        var held = await HoldAsync(Cache);

        await Cache.ClearAsync();
        await Cache.RemoveByPatternAsync("*");
        Expect.True(await Cache.TryAcquireLockAsync("job", Lease) is null, "the lock is held");

        await held.ReleaseAsync();
        await Cache.ClearAsync();
        await using var next = await HoldAsync(Cache);
        Expect.True(next.FencingToken > held.FencingToken, "the token grew");
    }

    public async Task Entries_under_names_that_internal_records_might_have_are_only_entries()
    {
        await using var held = await HoldAsync(Cache);
        foreach (var key in new[] { "lock:job", "!lock:job", "{lock:job}", "!record:lock:job", "record:lock:job" })
        {
            await Cache.SetAsync(key, "value");
            Expect.Equal("value", (await Cache.GetAsync<string>(key)).GetValueOrDefault());
            await Cache.RemoveAsync(key);
        }

        Expect.True(await Cache.TryAcquireLockAsync("job", Lease) is null, "the lock is held");
        Expect.True(await held.ReleaseAsync(), "the lock was held");
    }

    public async Task Disposing_the_cache_tells_holders_that_they_lost_the_lock()
    {
        var cache = Harness.CreateCache();
        var held = await HoldAsync(cache);
        var waiting = cache.AcquireLockAsync("job", Lease, CacheTtl.Never).AsTask();

        await cache.DisposeAsync();

        Expect.True(held.Lost.IsCancellationRequested, "the holder was told");
        Expect.False(await held.ReleaseAsync());
        await Expect.ThrowsAsync<ObjectDisposedException>(() => Eventually.EndsAsync(waiting));
        await Expect.ThrowsAsync<ObjectDisposedException>(() => cache.TryAcquireLockAsync("job", Lease).AsTask());
    }

    public async Task A_lease_a_wait_or_a_name_that_is_none_is_refused()
    {
        foreach (var lease in new[] { TimeSpan.Zero, TimeSpan.FromSeconds(-1), TimeSpan.FromDays(2), CacheTtl.Never })
        {
            await Expect.ThrowsAsync<ArgumentException>(() => Cache.TryAcquireLockAsync("job", lease).AsTask());
            await Expect.ThrowsAsync<ArgumentException>(() => Cache.AcquireLockAsync("job", lease, Lease).AsTask());
        }

        var noHold = new LockLease(Lease) { MaxHold = TimeSpan.Zero };
        await Expect.ThrowsAsync<ArgumentException>(() => Cache.TryAcquireLockAsync("job", noHold).AsTask());
        await Expect.ThrowsAsync<ArgumentException>(() => Cache.TryAcquireLockAsync("job", default).AsTask());
        await Expect.ThrowsAsync<ArgumentException>(() => Cache.AcquireLockAsync("job", Lease, TimeSpan.Zero).AsTask());
        foreach (var name in new[] { null, "", "\uD800", new string('n', 1025) })
        {
            await Expect.ThrowsAsync<ArgumentException>(() => Cache.TryAcquireLockAsync(name, Lease).AsTask());
        }

        Expect.True(await Cache.TryAcquireLockAsync("job", Lease) is not null, "the lock is free");
    }

    private static async Task<CacheLock> HoldAsync(ICache cache) =>
        await cache.TryAcquireLockAsync("job", Lease) ?? throw new ConformanceException("Expected the lock to be free.");

    private (ICache Cache, StallingTimeProvider Timers) Stalling()
    {
        var timers = new StallingTimeProvider(Clock);
        return (Harness.CreateCache(options => options.TimeProvider = timers), timers);
    }
}
