namespace Larder.Testing.Conformance;

/// <summary>Locks that several may hold: the two sides of a reader/writer lock, and semaphores.</summary>
internal sealed class SharedLockConformance(CacheHarness harness) : ConformanceSuite(harness)
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    public async Task Readers_hold_a_lock_together_and_shut_out_writers()
    {
        await using var one = await ReadAsync();
        await using var two = await ReadAsync();

        Expect.True(two!.FencingToken > one!.FencingToken, "the second reader has the greater token");
        Expect.True(await WriteAsync() is null, "a writer was refused");
    }

    public async Task A_writer_shuts_out_readers_and_writers()
    {
        await using var writer = await WriteAsync();

        Expect.True(writer is not null, "the free lock was acquired");
        Expect.True(await ReadAsync() is null, "a reader was refused");
        Expect.True(await WriteAsync() is null, "a second writer was refused");
    }

    public async Task A_writer_gets_the_lock_when_the_last_reader_has_released_it()
    {
        var one = await ReadAsync();
        var two = await ReadAsync();
        await one!.ReleaseAsync();
        Expect.True(await WriteAsync() is null, "a reader still holds it");

        await two!.ReleaseAsync();

        await using var writer = await WriteAsync();
        Expect.True(writer is not null, "the lock is free");
    }

    public async Task A_writer_that_waits_is_woken_by_the_last_reader_and_has_the_greater_token()
    {
        var reader = await ReadAsync();
        var waiting = Cache.AcquireWriteLockAsync("book", Lease, CacheTtl.Never).AsTask();
        Expect.False(waiting.IsCompleted);

        await reader!.ReleaseAsync();

        await using var writer = await Eventually.EndsAsync(waiting);
        Expect.True(writer.FencingToken > reader.FencingToken, "the writer has the greater token");
    }

    public async Task A_reader_that_comes_while_a_writer_waits_goes_behind_it()
    {
        var reader = await ReadAsync();
        var waiting = Cache.AcquireWriteLockAsync("book", Lease, CacheTtl.Never).AsTask();
        await Eventually.TrueAsync(async () =>
        {
            await using var late = await ReadAsync();
            return late is null;
        });

        await reader!.ReleaseAsync();

        var writer = await Eventually.EndsAsync(waiting);
        Expect.True(await ReadAsync() is null, "the writer holds it");
        await writer.ReleaseAsync();
        await using var next = await ReadAsync();
        Expect.True(next is not null, "readers come when the writer has gone");
    }

    public async Task A_writer_that_gives_up_leaves_the_lock_to_readers()
    {
        await using var reader = await ReadAsync();
        using var source = new CancellationTokenSource();
        var waiting = Cache.AcquireWriteLockAsync("book", Lease, CacheTtl.Never, source.Token).AsTask();
        await Eventually.TrueAsync(async () =>
        {
            await using var late = await ReadAsync();
            return late is null;
        });

        await source.CancelAsync();

        await Expect.ThrowsAsync<OperationCanceledException>(() => Eventually.EndsAsync(waiting));
        await Eventually.TrueAsync(async () =>
        {
            await using var late = await ReadAsync();
            return late is not null;
        });
    }

    public async Task Readers_and_writers_under_contention_never_meet()
    {
        var readers = 0;
        var writers = 0;
        var met = 0;
        var value = 0;

        var all = Contention.RunAsync(16, async caller =>
        {
            for (var round = 0; round < 3; round++)
            {
                if ((caller + round) % 4 == 0)
                {
                    await using var held = await Cache.AcquireWriteLockAsync("book", Lease, CacheTtl.Never);
                    met += Interlocked.Increment(ref writers) > 1 || Volatile.Read(ref readers) > 0 ? 1 : 0;
                    var seen = value;
                    await Task.Yield();
                    value = seen + 1;
                    Interlocked.Decrement(ref writers);
                }
                else
                {
                    await using var held = await Cache.AcquireReadLockAsync("book", Lease, CacheTtl.Never);
                    Interlocked.Increment(ref readers);
                    met += Volatile.Read(ref writers) > 0 ? 1 : 0;
                    await Task.Yield();
                    Interlocked.Decrement(ref readers);
                }
            }
        });
        await Eventually.EndsAsync(all, Clock, TimeSpan.FromMilliseconds(25), TimeSpan.FromMinutes(5));
        await all;

        Expect.Equal(0, met);
        Expect.Equal(12, value);
    }

    public async Task The_lease_of_a_reader_that_never_renews_ends()
    {
        var timers = new StallingTimeProvider(Clock);
        var cache = Harness.CreateCache(options => options.TimeProvider = timers);
        var lost = await cache.TryAcquireReadLockAsync("book", Lease);
        timers.Stall();
        Clock.Advance(Lease / 2);
        await using var living = await cache.TryAcquireReadLockAsync("book", Lease);

        Clock.Advance(Lease / 2);

        Expect.True(await cache.TryAcquireWriteLockAsync("book", Lease) is null, "the other reader still holds it");
        await Expect.ThrowsAsync<CacheLockLostException>(() =>
        {
            lost!.ThrowIfLost();
            return Task.CompletedTask;
        });
        await living!.ReleaseAsync();
        await using var writer = await cache.TryAcquireWriteLockAsync("book", Lease);
        Expect.True(writer is not null, "the lock is free");
    }

    public async Task A_semaphore_has_as_many_holders_as_permits()
    {
        var held = new List<CacheLock>();
        for (var i = 0; i < 3; i++)
        {
            held.Add(await PermitAsync() ?? throw new ConformanceException($"Permit {i} was refused."));
        }

        Expect.True(await PermitAsync() is null, "a fourth holder was refused");
        await held[1].ReleaseAsync();
        await using var next = await PermitAsync();
        Expect.True(next is not null, "a released permit is free");
        Expect.True(await PermitAsync() is null, "one only");
    }

    public async Task Under_contention_a_semaphore_never_has_more_holders_than_permits()
    {
        var holders = 0;
        var most = 0;
        var gate = new Lock();

        var all = Contention.RunAsync(16, async _ =>
        {
            await using var held = await Cache.AcquireSemaphoreAsync("printers", 3, Lease, CacheTtl.Never);
            var now = Interlocked.Increment(ref holders);
            lock (gate)
            {
                most = Math.Max(most, now);
            }

            await Task.Yield();
            Interlocked.Decrement(ref holders);
        });
        await Eventually.EndsAsync(all, Clock, TimeSpan.FromMilliseconds(25), TimeSpan.FromMinutes(5));
        await all;

        Expect.True(most is > 0 and <= 3, $"at most three held it, {most} did");
    }

    public async Task The_permit_of_a_holder_that_never_renews_is_free_again()
    {
        var timers = new StallingTimeProvider(Clock);
        var cache = Harness.CreateCache(options => options.TimeProvider = timers);
        await cache.TryAcquireSemaphoreAsync("printers", 1, Lease);
        timers.Stall();

        Clock.Advance(Lease);

        await using var next = await cache.TryAcquireSemaphoreAsync("printers", 1, Lease);
        Expect.True(next is not null, "the permit is free");
    }

    public async Task Locks_of_different_kinds_share_no_names()
    {
        await using var one = await Cache.TryAcquireLockAsync("book", Lease);
        await using var two = await WriteAsync();
        await using var three = await Cache.TryAcquireSemaphoreAsync("book", 1, Lease);

        Expect.True(one is not null && two is not null && three is not null, "all three were acquired");
    }

    public async Task A_number_of_permits_that_is_none_is_refused()
    {
        foreach (var permits in new[] { 0, -1, int.MinValue, LockMode.MaxPermits + 1 })
        {
            await Expect.ThrowsAsync<ArgumentOutOfRangeException>(() => Cache.TryAcquireSemaphoreAsync("printers", permits, Lease).AsTask());
            await Expect.ThrowsAsync<ArgumentOutOfRangeException>(() => Cache.AcquireSemaphoreAsync("printers", permits, Lease, Lease).AsTask());
        }
    }

    private async Task<CacheLock?> ReadAsync() => await Cache.TryAcquireReadLockAsync("book", Lease);

    private async Task<CacheLock?> WriteAsync() => await Cache.TryAcquireWriteLockAsync("book", Lease);

    private async Task<CacheLock?> PermitAsync() => await Cache.TryAcquireSemaphoreAsync("printers", 3, Lease);
}
