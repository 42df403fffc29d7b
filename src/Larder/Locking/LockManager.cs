using Larder.Diagnostics;
using Larder.Tiers;

namespace Larder.Locking;

/// <summary>
/// Locks as records of the tier: one that lives as long as the lease, made together with the fencing number in one step, and removed only by
/// the holder that its version names. Waiters of this process are woken when a lock is released here, and look again at
/// intervals for locks that others release or lose.
/// </summary>
internal sealed class LockManager(CacheTier tier, CacheClock clock, CacheDiagnostics diagnostics) : IAsyncDisposable
{
    /// <summary>Fencing numbers outlive the lease they were given for by this factor.</summary>
    private const long FenceLives = 1000;

    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly HashSet<LockHolder> _held = [];
    private TaskCompletionSource _released = NewSignal();
    private bool _isDisposed;

    public TimeProvider TimeProvider => clock.Provider;

    public long NowMs => clock.NowMs;

    private CacheTier Records => tier.Records;

    public async ValueTask<CacheLock?> TryAcquireAsync(string name, TimeSpan lease, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, typeof(ICache));
        var leaseMs = Math.Max(1, (long)lease.TotalMilliseconds);
        while (true)
        {
            // The lease is counted from before the request: the holder believes in it no longer than the tier does.
            var expiresAt = CacheClock.After(clock.NowMs, leaseMs);
            if ((await Records.ReadAsync<long>(LockKey(name), ReadIntent.Peek, cancellationToken).ConfigureAwait(false)).HasValue)
            {
                return null;
            }

            var fence = await Records.ReadAsync<long>(FenceKey(name), ReadIntent.Peek, cancellationToken).ConfigureAwait(false);

            // From the clock when the record was lost, so that numbers do not go back when a store loses its memory.
            var number = fence.HasValue ? fence.Value + 1 : clock.Provider.GetUtcNow().ToUnixTimeMilliseconds();
            var owner = Random.Shared.NextInt64(1, long.MaxValue);
            var isTaken = await Records.CommitAsync(
                [new(LockKey(name), WriteCondition.Absent), new(FenceKey(name), WriteCondition.HasVersion(fence.Version))],
                [
                    new TransactionSet<long>(LockKey(name), owner, new EntryWrite { TimeToLiveMs = leaseMs }),
                    new TransactionSet<long>(FenceKey(name), number, new EntryWrite { TimeToLiveMs = leaseMs > EntryWrite.Never / FenceLives ? EntryWrite.Never : leaseMs * FenceLives }),
                ],
                cancellationToken).ConfigureAwait(false);
            if (isTaken)
            {
                return new CacheLock(Hold(name, lease, owner, number, expiresAt));
            }
        }
    }

    public async ValueTask<CacheLock> AcquireAsync(string name, TimeSpan lease, TimeSpan wait, CancellationToken cancellationToken)
    {
        var start = clock.NowMs;
        while (true)
        {
            var released = ReleasedAsync();
            if (await TryAcquireAsync(name, lease, cancellationToken).ConfigureAwait(false) is { } acquired)
            {
                return acquired;
            }

            var left = wait == CacheTtl.Never ? wait : wait - TimeSpan.FromMilliseconds(clock.NowMs - start);
            if (left <= TimeSpan.Zero)
            {
                throw new TimeoutException($"The lock '{name}' was held by another for {wait}, as long as was to be waited for it.");
            }

            var pause = LookAgain * (0.5 + Random.Shared.NextDouble());
            await WaitForReleaseAsync(released, pause < left ? pause : left, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Prolongs the lease, if the holder still has the lock.</summary>
    public async ValueTask<bool> RenewAsync(LockHolder holder, CancellationToken cancellationToken)
    {
        var record = await Records.ReadAsync<long>(LockKey(holder.Name), ReadIntent.Peek, cancellationToken).ConfigureAwait(false);
        return record.HasValue && record.Value == holder.Owner && (await Records.WriteAsync(
            LockKey(holder.Name),
            holder.Owner,
            new EntryWrite { TimeToLiveMs = holder.LeaseMs },
            WriteCondition.HasVersion(record.Version),
            cancellationToken).ConfigureAwait(false)).Version != 0;
    }

    /// <summary>Removes the lock, if the holder still has it.</summary>
    public async ValueTask<bool> ReleaseAsync(LockHolder holder)
    {
        Forget(holder);
        var isReleased = false;
        while (!isReleased)
        {
            var record = await Records.ReadAsync<long>(LockKey(holder.Name), ReadIntent.Peek, CancellationToken.None).ConfigureAwait(false);
            if (!record.HasValue || record.Value != holder.Owner)
            {
                break;
            }

            // Another version of the holder's own record is a renewal that was under way: look again, or the lock would stay for a lease.
            isReleased = await Records.RemoveAsync(LockKey(holder.Name), WriteCondition.HasVersion(record.Version), CancellationToken.None).ConfigureAwait(false);
        }

        Signal();
        return isReleased;
    }

    public void Lost(LockHolder holder)
    {
        Forget(holder);
        Log.LockLost(diagnostics.Logger, diagnostics.Name, holder.Name);
        Signal();
    }

    public async ValueTask DisposeAsync()
    {
        LockHolder[] held;
        lock (_gate)
        {
            _isDisposed = true;
            held = [.. _held];
        }

        foreach (var holder in held)
        {
            try
            {
                await holder.TakeAwayAsync().ConfigureAwait(false);
            }
            catch (Exception exception)
            {
                // The lease will end it; the other locks are released all the same.
                diagnostics.Counters.Increment(Counter.TierErrors);
                Log.TierFailed(diagnostics.Logger, diagnostics.Name, "release lock", holder.Name, exception);
            }
        }

        Signal();
    }

    // The braces are a hash tag: a store that spreads keys over servers keeps the two together, so that they can change together.
    private static string LockKey(string name) => $"{{lock:{name}}}";

    private static string FenceKey(string name) => $"{{lock:{name}}}:fence";

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private LockHolder Hold(string name, TimeSpan lease, long owner, long fencingToken, long expiresAt)
    {
        var holder = new LockHolder(this, name, lease, owner, fencingToken, expiresAt);
        lock (_gate)
        {
            _held.Add(holder);
        }

        return holder;
    }

    private void Forget(LockHolder holder)
    {
        lock (_gate)
        {
            _held.Remove(holder);
        }
    }

    private Task ReleasedAsync()
    {
        lock (_gate)
        {
            return _released.Task;
        }
    }

    private void Signal()
    {
        TaskCompletionSource released;
        lock (_gate)
        {
            released = _released;
            _released = NewSignal();
        }

        released.SetResult();
    }

    private async Task WaitForReleaseAsync(Task released, TimeSpan pause, CancellationToken cancellationToken)
    {
        try
        {
            await released.WaitAsync(pause, clock.Provider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // Time to look again.
        }
    }
}
