using Larder.Diagnostics;
using Larder.Tiers;

namespace Larder.Locking;

/// <summary>
/// Acquires locks in the store of the tier, and waits for those that others hold: until the store tells of a release, until the lease of the holder
/// ends, or, where the store tells nothing, for a short time.
/// </summary>
internal sealed class LockManager(LockStore store, CacheClock clock, CacheDiagnostics diagnostics) : IAsyncDisposable
{
    /// <summary>How long readers leave a lock to a writer that waits; it says so anew each time that it looks.</summary>
    private const long AnnounceMs = 5000;

    /// <summary>How often is looked when releases by others are told, in case that one was not.</summary>
    private static readonly TimeSpan LookSeldom = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LookOften = TimeSpan.FromMilliseconds(50);

    /// <summary>Waiters of several processes who look when a lease ends do not come in the same millisecond.</summary>
    private static readonly TimeSpan Spread = TimeSpan.FromMilliseconds(10);

    /// <summary>When somebody who has gone is taken back what the store may have given: at once, and later what was still under way, or could not be reached.</summary>
    private static readonly TimeSpan[] TakeBackPauses = [TimeSpan.Zero, .. Enumerable.Range(0, 6).Select(doubled => TimeSpan.FromMilliseconds(500 << doubled))];

    private readonly Lock _gate = new();
    private readonly HashSet<LockHolder> _held = [];
    private readonly LockLines _lines = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly long _start = clock.Provider.GetTimestamp();

    public TimeProvider TimeProvider => clock.Provider;

    /// <summary>Gets the time by which leases are judged here: monotonic, and exact also just after the process stood still.</summary>
    public long NowMs => (long)clock.Provider.GetElapsedTime(_start).TotalMilliseconds;

    /// <summary>Takes a lock if it is free.</summary>
    /// <returns>The lock; <see langword="null"/> when others hold it.</returns>
    public async ValueTask<CacheLock?> TryAcquireAsync(string name, LockMode mode, LockLease lease, CancellationToken cancellationToken) =>
        (await TryAsync(name, mode, lease, announceMs: 0, LockRequest.NewOwner(), cancellationToken).ConfigureAwait(false)).Lock;

    /// <summary>Takes a lock, and waits for it while others hold it.</summary>
    /// <exception cref="TimeoutException">It was not to be had in time.</exception>
    public async ValueTask<CacheLock> AcquireAsync(string name, LockMode mode, LockLease lease, TimeSpan wait, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, typeof(ICache));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        try
        {
            return await WaitAsync(name, mode, lease, wait, stop.Token).ConfigureAwait(false)
                ?? throw new TimeoutException($"The lock '{name}' was held by another for {wait}, as long as was to be waited for it.");
        }
        catch (OperationCanceledException exception) when (_stop.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ObjectDisposedException("The cache was disposed while a lock was waited for.", exception);
        }
    }

    public ValueTask<bool> RenewAsync(LockHolder holder, long leaseMs) => store.RenewAsync(holder.Key, holder.Owner, leaseMs, CancellationToken.None);

    /// <summary>Removes the lock, if the holder still has it.</summary>
    public ValueTask<bool> ReleaseAsync(LockHolder holder)
    {
        Forget(holder);
        return store.ReleaseAsync(holder.Key, holder.Owner);
    }

    /// <summary>Removes the lock of a holder who cannot be told that this failed; its lease will end it.</summary>
    public async ValueTask TryReleaseAsync(LockHolder holder)
    {
        Forget(holder);
        await TryReleaseAsync(holder.Key, holder.Owner, holder.Name).ConfigureAwait(false);
    }

    /// <summary>Describes the locks that this process holds.</summary>
    public IReadOnlyList<HeldLock> Held()
    {
        lock (_gate)
        {
            return [.. _held.Select(holder => new HeldLock(holder.Name, holder.FencingToken, TimeSpan.FromMilliseconds(Math.Max(0, holder.DeadlineMs - NowMs))))];
        }
    }

    public void Lost(LockHolder holder)
    {
        Forget(holder);
        Log.LockLost(diagnostics.Logger, diagnostics.Name, holder.Name);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        LockHolder[] held;
        lock (_gate)
        {
            held = [.. _held];
        }

        foreach (var holder in held)
        {
            await holder.TakeAwayAsync().ConfigureAwait(false);
        }

        await store.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask<(CacheLock? Lock, long FreeInMs)> TryAsync(
        string name, LockMode mode, LockLease lease, long announceMs, UInt128 owner, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_stop.IsCancellationRequested, typeof(ICache));
        var maxHoldMs = (long?)lease.MaxHold?.TotalMilliseconds ?? EntryWrite.Never;
        var request = new LockRequest
        {
            Key = LockRequest.KeyOf(name, mode.Kind),
            Owner = owner,
            Kind = mode.Kind,
            Permits = mode.Permits,
            LeaseMs = Math.Max(1, Math.Min((long)lease.Duration.TotalMilliseconds, maxHoldMs)),
            AnnounceMs = announceMs,
        };

        // Leases are counted from before the request: a holder believes in its lock for less long than the store does.
        var askedAt = NowMs;
        LockGrant grant;
        try
        {
            grant = await store.TryAcquireAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not CacheConnectionException { MayHaveHappened: false })
        {
            // The store may have given it all the same.
            _ = TakeBackAsync(request, name);
            throw;
        }

        return grant.IsHeld ? (new CacheLock(Hold(new LockHolder(this, name, request, maxHoldMs, grant.FencingToken, askedAt))), 0) : (null, grant.FreeInMs);
    }

    private async ValueTask<CacheLock?> WaitAsync(string name, LockMode mode, LockLease lease, TimeSpan wait, CancellationToken cancellationToken)
    {
        var start = clock.Provider.GetTimestamp();
        var key = LockRequest.KeyOf(name, mode.Kind);
        var owner = LockRequest.NewOwner();
        var announceMs = mode.Kind == LockKind.Write ? AnnounceMs : 0;
        using var place = _lines.Enter(key);
        if (!await HasEndedAsync(place.IsFirst, Left(), cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        // Most locks are free: what tells of releases is only set up when this one is not.
        var (acquired, _) = await TryAsync(name, mode, lease, 0, owner, cancellationToken).ConfigureAwait(false);
        if (acquired is not null)
        {
            return acquired;
        }

        using var watch = store.Watch(key);
        try
        {
            while (true)
            {
                var isTold = await watch.ArmAsync(cancellationToken).ConfigureAwait(false);
                (acquired, var freeInMs) = await TryAsync(name, mode, lease, announceMs, owner, cancellationToken).ConfigureAwait(false);
                if (acquired is not null || Left() is { } left && left <= TimeSpan.Zero)
                {
                    return acquired;
                }

                await HasEndedAsync(watch.Changed, Shortest(Pause(isTold, freeInMs), Left()), cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            if (acquired is null && announceMs > 0)
            {
                _ = TryReleaseAsync(key, owner, name).AsTask();
            }
        }

        TimeSpan? Left() => wait == CacheTtl.Never ? null : wait - clock.Provider.GetElapsedTime(start);
    }

    private static TimeSpan Pause(bool isTold, long freeInMs)
    {
        var look = (isTold ? LookSeldom : LookOften) * (0.5 + Random.Shared.NextDouble());
        return Shortest(look, TimeSpan.FromMilliseconds(Math.Max(1, freeInMs)) + (Spread * Random.Shared.NextDouble()));
    }

    private static TimeSpan Shortest(TimeSpan one, TimeSpan? other) => other is { } limit && limit < one ? limit : one;

    /// <summary>Waits for a task, for a limited time.</summary>
    /// <returns>Whether the task has ended.</returns>
    private async ValueTask<bool> HasEndedAsync(Task task, TimeSpan? limit, CancellationToken cancellationToken)
    {
        try
        {
            var wait = limit is { } left && left < Limits.LongestTimer ? left : Timeout.InfiniteTimeSpan;
            await task.WaitAsync(wait < TimeSpan.Zero && wait != Timeout.InfiniteTimeSpan ? TimeSpan.Zero : wait, clock.Provider, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private async ValueTask TryReleaseAsync(string key, UInt128 owner, string name)
    {
        try
        {
            await store.ReleaseAsync(key, owner).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            diagnostics.TierFailed("release lock", name, exception);
        }
    }

    /// <summary>
    /// Takes back what was perhaps given to somebody who has gone: until the store says that it was, or nothing can have been under way to it any more.
    /// </summary>
    private async Task TakeBackAsync(LockRequest request, string name)
    {
        var start = clock.Provider.GetTimestamp();
        foreach (var pause in TakeBackPauses)
        {
            await Task.Delay(pause, clock.Provider, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stop.IsCancellationRequested || clock.Provider.GetElapsedTime(start).TotalMilliseconds > request.LeaseMs || await IsTakenBackAsync().ConfigureAwait(false))
            {
                return;
            }
        }

        async ValueTask<bool> IsTakenBackAsync()
        {
            try
            {
                return await store.ReleaseAsync(request.Key, request.Owner).ConfigureAwait(false);
            }
            catch (Exception)
            {
                // Whoever asked for the lock has been told why the store cannot be reached.
                return false;
            }
        }
    }

    private LockHolder Hold(LockHolder holder)
    {
        lock (_gate)
        {
            _held.Add(holder);
        }

        holder.Start();
        return holder;
    }

    private void Forget(LockHolder holder)
    {
        lock (_gate)
        {
            _held.Remove(holder);
        }
    }
}
