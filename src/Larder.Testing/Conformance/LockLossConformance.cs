namespace Larder.Testing.Conformance;

/// <summary>How locks are renewed, and how a holder learns that it lost one.</summary>
internal sealed class LockLossConformance(CacheHarness harness) : ConformanceSuite(harness)
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    [Ledger(131)]
    public async Task A_lock_is_renewed_for_as_long_as_it_is_held()
    {
        await using var held = await HoldAsync(Cache);
        for (var step = 0; step < 20; step++)
        {
            Clock.Advance(Lease / 5);
            await RenewedAsync(Cache, Lease * 0.6);
            Expect.True(await Cache.TryAcquireLockAsync("job", Lease) is null, "the lock is still held");
        }

        Expect.False(held.Lost.IsCancellationRequested);
        Expect.True(await held.ReleaseAsync(), "the lock was held to the end");
    }

    [Ledger(131)]
    public async Task A_lock_is_renewed_at_a_third_of_its_lease()
    {
        var (cache, timers) = Stalling();
        await using var held = await HoldAsync(cache);
        Clock.Advance(Lease / 3);
        await RenewedAsync(cache, Lease * 0.9);
        timers.Stall();

        Clock.Advance(Lease - Moment);
        Expect.True(await cache.TryAcquireLockAsync("job", Lease) is null, "the renewal at a third holds the lock for a lease more");

        Clock.Advance(Moment * 2);
        Expect.True(await cache.TryAcquireLockAsync("job", Lease) is not null, "no second renewal took place");
    }

    public async Task The_lease_of_a_holder_that_never_renews_ends()
    {
        var (cache, timers) = Stalling();
        await HoldAsync(cache);
        timers.Stall();

        Clock.Advance(Lease - Moment);
        Expect.True(await cache.TryAcquireLockAsync("job", Lease) is null, "the lease runs");

        Clock.Advance(Moment);
        Expect.True(await cache.TryAcquireLockAsync("job", Lease) is not null, "the lease has ended");
    }

    [Ledger(131)]
    public async Task A_holder_that_was_stopped_past_its_lease_learns_that_it_lost_the_lock()
    {
        var (cache, timers) = Stalling();
        var stopped = await HoldAsync(cache);
        timers.Stall();
        Clock.Advance(Lease * 2);
        var next = await HoldAsync(cache);
        Expect.True(next.FencingToken > stopped.FencingToken, "the next holder has the greater token");

        timers.Resume();

        await Eventually.TrueAsync(() => new(stopped.Lost.IsCancellationRequested));
        Expect.False(await stopped.ReleaseAsync());
        Expect.False(next.Lost.IsCancellationRequested);
        Expect.True(await cache.TryAcquireLockAsync("job", Lease) is null, "the next holder still holds");
        Expect.True(await next.ReleaseAsync(), "the next holder releases");
    }

    public async Task A_holder_that_was_stopped_past_its_lease_has_lost_the_lock_even_if_nobody_took_it()
    {
        var (cache, timers) = Stalling();
        var stopped = await HoldAsync(cache);
        timers.Stall();
        Clock.Advance(Lease);

        timers.Resume();

        await Eventually.TrueAsync(() => new(stopped.Lost.IsCancellationRequested));
        Expect.True(await cache.TryAcquireLockAsync("job", Lease) is not null, "the lock is free");
    }

    public async Task A_holder_that_was_stopped_within_its_lease_keeps_the_lock()
    {
        var (cache, timers) = Stalling();
        var stopped = await HoldAsync(cache);
        timers.Stall();
        Clock.Advance(Lease * 0.98);

        timers.Resume();
        await RenewedAsync(cache, Lease * 0.5);
        Clock.Advance(Lease * 0.05);

        Expect.False(stopped.Lost.IsCancellationRequested);
        Expect.True(await cache.TryAcquireLockAsync("job", Lease) is null, "the lock was renewed");
        Expect.True(await stopped.ReleaseAsync(), "the holder releases");
    }

    public async Task A_lost_lock_refuses_the_next_step_of_its_holder_before_any_timer_has_told()
    {
        var (cache, timers) = Stalling();
        var stopped = await HoldAsync(cache);
        timers.Stall();
        Clock.Advance(Lease * 0.98);
        stopped.ThrowIfLost();

        Clock.Advance(Lease * 0.02);

        await Expect.ThrowsAsync<CacheLockLostException>(() => Run(stopped.ThrowIfLost));
        Expect.True(stopped.Lost.IsCancellationRequested, "the token is cancelled");
    }

    public async Task A_released_lock_refuses_the_next_step_of_its_holder()
    {
        var held = await HoldAsync(Cache);
        held.ThrowIfLost();
        await held.ReleaseAsync();

        await Expect.ThrowsAsync<CacheLockLostException>(() => Run(held.ThrowIfLost));
        Expect.False(held.Lost.IsCancellationRequested, "who released it did not lose it");
    }

    public async Task A_lock_is_not_renewed_beyond_the_longest_hold()
    {
        var lease = new LockLease(Lease) { MaxHold = Lease * 3 };
        var held = await Cache.TryAcquireLockAsync("job", lease);
        for (var passed = TimeSpan.Zero; passed < Lease * 2.8; passed += Lease / 5)
        {
            Expect.False(held!.Lost.IsCancellationRequested, $"the lock is held after {passed}");
            Clock.Advance(Lease / 5);
            var left = (Lease * 3) - passed - (Lease / 5);
            await RenewedAsync(Cache, left < Lease ? left * 0.6 : Lease * 0.6);
        }

        Clock.Advance(Lease * 0.2);

        await Eventually.TrueAsync(() => new(held!.Lost.IsCancellationRequested));
        Expect.True(await Cache.TryAcquireLockAsync("job", Lease) is not null, "the lock is free");
    }

    [Ledger(126)]
    public async Task Releasing_past_the_lease_tells_that_the_lock_was_lost()
    {
        var (cache, timers) = Stalling();
        var stopped = await HoldAsync(cache);
        timers.Stall();
        Clock.Advance(Lease);

        Expect.False(await stopped.ReleaseAsync());
    }

    /// <summary>Waits until a renewal, which runs in real time, has come back from the store: until more than this is left of the lease.</summary>
    private static Task RenewedAsync(ICache cache, TimeSpan left) => Eventually.TrueAsync(() => cache.Inspect().Locks is [{ } held] && held.TimeToLive > left);

    private static Task Run(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    private static async Task<CacheLock> HoldAsync(ICache cache) =>
        await cache.TryAcquireLockAsync("job", Lease) ?? throw new ConformanceException("Expected the lock to be free.");

    private (ICache Cache, StallingTimeProvider Timers) Stalling()
    {
        var timers = new StallingTimeProvider(Clock);
        return (Harness.CreateCache(options => options.TimeProvider = timers), timers);
    }
}
