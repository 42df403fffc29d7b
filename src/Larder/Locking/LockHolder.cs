using Larder.Tiers;

namespace Larder.Locking;

/// <summary>A lock that is held: renews its lease at each third of it, and tells when it is lost.</summary>
internal sealed class LockHolder
{
    /// <summary>By how much of a lease the clocks of holder and store may go apart while it runs.</summary>
    private const double Drift = 0.01;

    private readonly LockManager _manager;
    private readonly CancellationTokenSource _lost = new();
    private readonly Lock _gate = new();
    private readonly long _leaseMs;
    private readonly long _holdUntilMs;
    private ITimer? _renewal;
    private ITimer? _end;
    private long _deadlineMs;
    private State _state;
    private bool _isRenewing;

    public LockHolder(LockManager manager, string name, in LockRequest request, long maxHoldMs, long fencingToken, long askedAtMs)
    {
        _manager = manager;
        _leaseMs = request.LeaseMs;
        _holdUntilMs = CacheClock.After(askedAtMs, maxHoldMs);
        _deadlineMs = DeadlineOf(askedAtMs, _leaseMs);
        Name = name;
        Key = request.Key;
        Owner = request.Owner;
        FencingToken = fencingToken;
    }

    private enum State
    {
        Held,
        Released,
        Lost,
    }

    public string Name { get; }

    /// <summary>Gets the name of the lock in the store.</summary>
    public string Key { get; }

    public UInt128 Owner { get; }

    public long FencingToken { get; }

    public CancellationToken Lost => _lost.Token;

    /// <summary>Gets until when the lock is held if it is not renewed, by <see cref="LockManager.NowMs"/>.</summary>
    public long DeadlineMs => Volatile.Read(ref _deadlineMs);

    /// <summary>Begins with the renewals.</summary>
    public void Start()
    {
        var third = TimeSpan.FromMilliseconds(Math.Max(1, _leaseMs / 3.0));
        using var flow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        lock (_gate)
        {
            if (_state == State.Held)
            {
                _renewal = _manager.TimeProvider.CreateTimer(static state => _ = ((LockHolder)state!).RenewAsync(), this, third, third);
                _end = _manager.TimeProvider.CreateTimer(static state => ((LockHolder)state!).LoseIfLate(), this, UntilDeadline(), Timeout.InfiniteTimeSpan);
            }
        }
    }

    /// <summary>Throws if the lock is not held any more, by the time of this moment.</summary>
    public void ThrowIfLost()
    {
        LoseIfLate();
        if (_state != State.Held)
        {
            throw new CacheLockLostException(_state == State.Released
                ? $"The lock '{Name}' was released."
                : $"The lock '{Name}' is lost: its lease ran out before it could be renewed, its record was gone, or it was held for the longest time that was allowed. Another may hold it.");
        }
    }

    public async ValueTask<bool> ReleaseAsync() => TryEnd(State.Released) && await _manager.ReleaseAsync(this).ConfigureAwait(false);

    /// <summary>Releases the lock without telling whether that was possible.</summary>
    public async ValueTask TryReleaseAsync()
    {
        if (TryEnd(State.Released))
        {
            await _manager.TryReleaseAsync(this).ConfigureAwait(false);
        }
    }

    /// <summary>Releases the lock of a holder that did not ask for it, and tells it.</summary>
    public async ValueTask TakeAwayAsync()
    {
        if (TryEnd(State.Lost))
        {
            var release = _manager.TryReleaseAsync(this);
            await _lost.CancelAsync().ConfigureAwait(false);
            await release.ConfigureAwait(false);
        }
    }

    private static long DeadlineOf(long askedAtMs, long leaseMs) => askedAtMs + leaseMs - (long)(leaseMs * Drift);

    private async Task RenewAsync()
    {
        var askedAt = _manager.NowMs;
        var leaseMs = Math.Min(_leaseMs, _holdUntilMs - askedAt);
        lock (_gate)
        {
            if (_state != State.Held || _isRenewing || askedAt >= _deadlineMs || leaseMs <= 0)
            {
                return;
            }

            _isRenewing = true;
        }

        bool? isRenewed = null;
        try
        {
            isRenewed = await _manager.RenewAsync(this, leaseMs).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // While the lease runs, it is tried again.
        }

        lock (_gate)
        {
            _isRenewing = false;
            if (_state != State.Held)
            {
                return;
            }

            if (isRenewed == true)
            {
                _deadlineMs = DeadlineOf(askedAt, leaseMs);
                _end!.Change(UntilDeadline(), Timeout.InfiniteTimeSpan);
                return;
            }

            if (isRenewed is null)
            {
                _renewal!.Change(TimeSpan.FromMilliseconds(Math.Max(1, _leaseMs / 10.0)), TimeSpan.FromMilliseconds(Math.Max(1, _leaseMs / 3.0)));
                return;
            }
        }

        Lose();
    }

    private void LoseIfLate()
    {
        lock (_gate)
        {
            if (_state != State.Held)
            {
                return;
            }

            if (_manager.NowMs < _deadlineMs)
            {
                _end?.Change(UntilDeadline(), Timeout.InfiniteTimeSpan);
                return;
            }
        }

        Lose();
    }

    private void Lose()
    {
        if (TryEnd(State.Lost))
        {
            _ = _lost.CancelAsync();
            _manager.Lost(this);
        }
    }

    private TimeSpan UntilDeadline() => TimeSpan.FromMilliseconds(Math.Max(1, _deadlineMs - _manager.NowMs));

    /// <summary>Ends the hold.</summary>
    /// <returns>Whether it had not ended before.</returns>
    private bool TryEnd(State end)
    {
        lock (_gate)
        {
            if (_state != State.Held)
            {
                return false;
            }

            _state = end;
        }

        _renewal?.Dispose();
        _end?.Dispose();
        return true;
    }
}
