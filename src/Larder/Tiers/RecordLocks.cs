namespace Larder.Tiers;

/// <summary>
/// Locks as records of a tier that knows no locks of its own: read, changed, and written back on the condition that nobody changed them
/// meanwhile. What other processes release is not told.
/// </summary>
internal sealed class RecordLocks(CacheTier records, TimeProvider time) : LockStore
{
    private readonly KeyTurns _turns = new();

    private long UtcNowMs => time.GetUtcNow().ToUnixTimeMilliseconds();

    public override async ValueTask<LockGrant> TryAcquireAsync(LockRequest request, CancellationToken cancellationToken)
    {
        LockGrant grant = default;
        await ChangeAsync(
            request.Key,
            state =>
            {
                grant = state.TryAcquire(request, UtcNowMs, UtcNowMs * 1000);
                return grant.IsHeld || request.AnnounceMs > 0;
            },
            cancellationToken).ConfigureAwait(false);
        return grant;
    }

    public override ValueTask<bool> RenewAsync(string key, UInt128 owner, long leaseMs, CancellationToken cancellationToken) =>
        ChangeAsync(key, state => state.Renew(owner, leaseMs, UtcNowMs), cancellationToken);

    public override async ValueTask<bool> ReleaseAsync(string key, UInt128 owner)
    {
        var wasHeld = false;
        await ChangeAsync(key, state => state.Release(owner, UtcNowMs, out wasHeld), CancellationToken.None).ConfigureAwait(false);
        Signals.Raise(key);
        return wasHeld;
    }

    public override LockWatch Watch(string key) => new LocalWatch(Signals, key);

    /// <summary>Changes a record in one step.</summary>
    /// <param name="key">The lock.</param>
    /// <param name="change">Changes what was read; called again when another was faster.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>Whether there was anything to change.</returns>
    private async ValueTask<bool> ChangeAsync(string key, Func<LockState, bool> change, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            using var turn = await _turns.TakeAsync(key, attempt, cancellationToken).ConfigureAwait(false);
            var record = await records.ReadAsync<byte[]>(key, ReadIntent.Peek, cancellationToken).ConfigureAwait(false);
            var state = LockState.Parse(record.HasValue ? record.Value : []);
            if (!change(state))
            {
                return false;
            }

            var write = new EntryWrite { TimeToLiveMs = Math.Max(1, state.KeepUntilMs - UtcNowMs) };
            if ((await records.WriteAsync(key, state.ToBytes(), write, WriteCondition.HasVersion(record.Version), cancellationToken).ConfigureAwait(false)).Version != 0)
            {
                return true;
            }
        }
    }

    private sealed class LocalWatch(LockSignals signals, string key) : LockWatch(signals, key)
    {
        public override async ValueTask<bool> ArmAsync(CancellationToken cancellationToken)
        {
            await base.ArmAsync(cancellationToken).ConfigureAwait(false);
            return false;
        }
    }
}
