namespace Larder.Locking;

/// <summary>A lock that is held: renews its lease at a third of it, and tells when it is lost.</summary>
internal sealed class LockHolder
{
    private readonly LockManager _manager;
    private readonly CancellationTokenSource _lost = new();
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private long _expiresAt;
    private bool _isOver;
    private bool _isRenewing;

    public LockHolder(LockManager manager, string name, TimeSpan lease, long owner, long fencingToken, long expiresAt)
    {
        _manager = manager;
        _expiresAt = expiresAt;
        Name = name;
        LeaseMs = Math.Max(1, (long)lease.TotalMilliseconds);
        Owner = owner;
        FencingToken = fencingToken;
        var third = TimeSpan.FromMilliseconds(Math.Clamp(LeaseMs / 3.0, 1, int.MaxValue));
        using var flow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        _timer = manager.TimeProvider.CreateTimer(static state => _ = ((LockHolder)state!).RenewAsync(), this, third, third);
    }

    public string Name { get; }

    public long LeaseMs { get; }

    public long Owner { get; }

    public long FencingToken { get; }

    public CancellationToken Lost => _lost.Token;

    public async ValueTask<bool> ReleaseAsync() =>
        await TryEndAsync().ConfigureAwait(false) && await _manager.ReleaseAsync(this).ConfigureAwait(false);

    /// <summary>Releases the lock of a holder that did not ask for it, and tells it.</summary>
    public async ValueTask TakeAwayAsync()
    {
        if (await TryEndAsync().ConfigureAwait(false))
        {
            try
            {
                await _manager.ReleaseAsync(this).ConfigureAwait(false);
            }
            finally
            {
                await _lost.CancelAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task RenewAsync()
    {
        lock (_gate)
        {
            if (_isOver || _isRenewing)
            {
                return;
            }

            _isRenewing = true;
        }

        var expiresAt = Tiers.CacheClock.After(_manager.NowMs, LeaseMs);
        var isRenewed = false;
        try
        {
            isRenewed = _manager.NowMs < _expiresAt && await _manager.RenewAsync(this, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception) when (_manager.NowMs < _expiresAt)
        {
            // The lease still runs: the next turn may succeed.
            lock (_gate)
            {
                _isRenewing = false;
            }

            return;
        }
        catch (Exception)
        {
            // The lease ran out while the tier could not be reached: the lock is lost.
        }

        lock (_gate)
        {
            _isRenewing = false;
            _expiresAt = isRenewed ? expiresAt : _expiresAt;
            if (isRenewed || _isOver)
            {
                return;
            }

            _isOver = true;
        }

        await _timer.DisposeAsync().ConfigureAwait(false);
        _manager.Lost(this);
        await _lost.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>Ends the renewals.</summary>
    /// <returns>Whether they had not ended before.</returns>
    private async ValueTask<bool> TryEndAsync()
    {
        lock (_gate)
        {
            if (_isOver)
            {
                return false;
            }

            _isOver = true;
        }

        await _timer.DisposeAsync().ConfigureAwait(false);
        return true;
    }
}
