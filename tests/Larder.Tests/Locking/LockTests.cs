using Larder.Testing;
using Larder.Tests.Hosting;
using Larder.Tests.Invalidation;

namespace Larder.Tests.Locking;

/// <summary>Locks over a store that fails, waits, or loses its memory, and between the caches of two processes.</summary>
public sealed class LockTests : IAsyncDisposable
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider _clock = new();
    private readonly RecordingLoggerFactory _log = new();
    private readonly HookedStore _store;
    private readonly ICache _cache;
    private readonly ICache _other;

    public LockTests()
    {
        _store = new HookedStore(_clock);
        _cache = Cache.Over(_store, Configure);
        _other = Cache.Over(_store, Configure);
    }

    public async ValueTask DisposeAsync()
    {
        _store.Heal();
        await _cache.DisposeAsync();
        await _other.DisposeAsync();
        _log.Dispose();
    }

    [Fact]
    public async Task Two_processes_exclude_each_other()
    {
        await using var held = await HoldAsync(_cache);

        Assert.Null(await _other.TryAcquireLockAsync("job", Lease));
        await held.ReleaseAsync();

        await using var next = await HoldAsync(_other);
        Assert.True(next.FencingToken > held.FencingToken);
    }

    [Fact]
    public async Task A_waiter_of_another_process_looks_again()
    {
        var held = await HoldAsync(_cache);
        var waiting = _other.AcquireLockAsync("job", Lease, CacheTtl.Never).AsTask();
        await held.ReleaseAsync();

        for (var i = 0; i < 2000 && !waiting.IsCompleted; i++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(25));
            await Task.Delay(1);
        }

        await using var next = await waiting;
        Assert.True(next.FencingToken > held.FencingToken);
    }

    [Fact]
    public async Task A_failure_of_the_store_is_not_taken_for_a_lock_that_another_holds()
    {
        _store.FailFor("lock:job");

        await Assert.ThrowsAsync<IOException>(() => _cache.TryAcquireLockAsync("job", Lease).AsTask());
        await Assert.ThrowsAsync<IOException>(() => _cache.AcquireLockAsync("job", Lease, Lease).AsTask());
    }

    [Fact]
    public async Task A_renewal_that_fails_within_the_lease_is_tried_again()
    {
        await using var held = await HoldAsync(_cache);
        _store.FailFor("lock:job");
        _clock.Advance(Lease / 3);
        _store.Heal();

        _clock.Advance(Lease / 3);
        _clock.Advance(Lease * 0.9);

        Assert.False(held.Lost.IsCancellationRequested);
        Assert.Null(await _other.TryAcquireLockAsync("job", Lease));
    }

    [Fact]
    public async Task A_holder_that_cannot_reach_the_store_for_a_lease_has_lost_the_lock()
    {
        var held = await HoldAsync(_cache);
        _store.FailFor("lock:job");

        _clock.Advance(Lease * 0.9);
        Assert.False(held.Lost.IsCancellationRequested);
        _clock.Advance(Lease * 0.2);

        Assert.True(held.Lost.IsCancellationRequested);
        Assert.Contains(_log.Entries, entry => entry.Message.Contains("the lock 'job' was lost", StringComparison.Ordinal));
        Assert.False(await held.ReleaseAsync());
    }

    [Fact]
    public async Task A_holder_whose_record_was_lost_learns_it_at_the_next_renewal()
    {
        var held = await HoldAsync(_cache);
        _store.Forget();

        _clock.Advance(Lease / 3);

        Assert.True(held.Lost.IsCancellationRequested);
    }

    [Fact]
    [Ledger(127)]
    public async Task A_holder_whose_lock_another_took_does_not_renew_or_release_it()
    {
        var held = await HoldAsync(_cache);
        _store.Forget();
        await using var thief = await HoldAsync(_other);

        _clock.Advance(Lease / 3);

        Assert.True(held.Lost.IsCancellationRequested);
        Assert.False(await held.ReleaseAsync());
        Assert.False(thief.Lost.IsCancellationRequested);
        Assert.Null(await _cache.TryAcquireLockAsync("job", Lease));
    }

    [Fact]
    public async Task Tokens_do_not_go_back_when_the_store_loses_its_memory()
    {
        var before = await HoldAsync(_cache);
        _store.Forget();
        _clock.Advance(TimeSpan.FromMilliseconds(2));

        await using var after = await HoldAsync(_other);

        Assert.True(after.FencingToken > before.FencingToken);
    }

    [Fact]
    public async Task A_release_that_meets_a_renewal_frees_the_lock()
    {
        var held = await HoldAsync(_cache);
        var reached = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        _store.BeforeCommit = _ =>
        {
            if (!reached.TrySetResult())
            {
                return Task.CompletedTask;
            }

            return release.Task;
        };
        var renewalReached = new TaskCompletionSource();
        var renewal = new TaskCompletionSource();
        _store.BeforeRead = _ => renewalReached.TrySetResult() ? renewal.Task : Task.CompletedTask;
        _clock.Advance(Lease / 3);
        await renewalReached.Task;

        var releasing = held.ReleaseAsync().AsTask();
        await reached.Task;
        renewal.SetResult();
        await Task.Delay(20);
        release.SetResult();

        Assert.True(await releasing);
        await using var next = await HoldAsync(_other);
        Assert.False(held.Lost.IsCancellationRequested);
    }

    [Fact]
    public async Task Disposing_a_cache_releases_all_its_locks_although_one_release_fails()
    {
        var broken = await _cache.TryAcquireLockAsync("broken", Lease);
        var fine = await HoldAsync(_cache);
        _store.FailFor("lock:broken");

        await _cache.DisposeAsync();

        Assert.True(broken!.Lost.IsCancellationRequested);
        Assert.True(fine.Lost.IsCancellationRequested);
        Assert.Equal(1, _cache.Statistics.Snapshot().TierErrors);
        Assert.NotNull(await _other.TryAcquireLockAsync("job", Lease));
    }

    [Fact]
    public async Task A_released_lock_leaves_no_timer_behind()
    {
        var before = _clock.ArmedTimers;
        for (var i = 0; i < 100; i++)
        {
            await using var held = await _cache.TryAcquireLockAsync($"job:{i}", Lease);
            Assert.True(_clock.ArmedTimers > before);
        }

        Assert.Equal(before, _clock.ArmedTimers);
    }

    [Fact]
    public async Task Records_of_locks_end_with_time()
    {
        for (var i = 0; i < 100; i++)
        {
            await using var held = await _cache.TryAcquireLockAsync($"job:{i}", TimeSpan.FromSeconds(1));
        }

        Assert.Equal(100, _store.Keys.Count);
        _clock.Advance(TimeSpan.FromSeconds(1001));
        Assert.Empty(_store.Keys);
    }

    [Fact]
    [Ledger(135)]
    public async Task A_lease_of_a_millisecond_and_one_of_a_day_are_possible()
    {
        await using var shortest = await _cache.TryAcquireLockAsync("short", TimeSpan.FromTicks(1));
        await using var longest = await _cache.TryAcquireLockAsync("long", TimeSpan.FromDays(1));

        Assert.NotNull(shortest);
        Assert.NotNull(longest);
    }

    [Fact]
    public async Task A_lock_in_memory_is_renewed_and_released_on_the_fake_clock()
    {
        await using var memory = Cache.InMemory(options => options.TimeProvider = _clock);
        var held = await HoldAsync(memory);
        _clock.Advance(Lease * 10);

        Assert.Null(await memory.TryAcquireLockAsync("job", Lease));
        Assert.True(await held.ReleaseAsync());
        Assert.Equal(0, memory.Statistics.Entries);
    }

    private static async Task<CacheLock> HoldAsync(ICache cache)
    {
        var held = await cache.TryAcquireLockAsync("job", Lease);
        Assert.NotNull(held);
        return held;
    }

    private void Configure(CacheOptions options)
    {
        options.TimeProvider = _clock;
        options.LoggerFactory = _log;
    }
}
