using Larder.Tiers;

namespace Larder.Memory;

/// <summary>Locks of this process: a table of those that somebody holds or waits for.</summary>
internal sealed class MemoryLocks(CacheClock clock) : LockStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LockState> _locks = new(StringComparer.Ordinal);

    /// <summary>One for all locks, so that nothing need be kept of a lock that is free.</summary>
    private long _lastToken;

    private long NowMicroseconds => clock.Provider.GetUtcNow().ToUnixTimeMilliseconds() * 1000;

    public override ValueTask<LockGrant> TryAcquireAsync(LockRequest request, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (!_locks.TryGetValue(request.Key, out var state))
            {
                _locks.Add(request.Key, state = new LockState());
            }

            state.LastToken = _lastToken;
            var grant = state.TryAcquire(request, clock.NowMs, NowMicroseconds);
            _lastToken = state.LastToken;
            return new(grant);
        }
    }

    public override ValueTask<bool> RenewAsync(string key, UInt128 owner, long leaseMs, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return new(_locks.TryGetValue(key, out var state) && state.Renew(owner, leaseMs, clock.NowMs));
        }
    }

    public override ValueTask<bool> ReleaseAsync(string key, UInt128 owner)
    {
        var wasHeld = false;
        lock (_gate)
        {
            if (_locks.TryGetValue(key, out var state))
            {
                state.Release(owner, clock.NowMs, out wasHeld);
                if (state.IsFree)
                {
                    _locks.Remove(key);
                }
            }
        }

        Signals.Raise(key);
        return new(wasHeld);
    }
}
