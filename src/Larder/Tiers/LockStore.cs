namespace Larder.Tiers;

/// <summary>
/// Where locks are: part of a tier. Each operation is one step. That others hold a lock is an answer; that the store cannot be asked is an exception.
/// </summary>
internal abstract class LockStore : IAsyncDisposable
{
    /// <summary>Gets the signals of this process: raised by whoever releases a lock here, and by what the store tells.</summary>
    public LockSignals Signals { get; } = new();

    /// <summary>Takes a lock if it is free. Asked again by the same owner, it is given again.</summary>
    public abstract ValueTask<LockGrant> TryAcquireAsync(LockRequest request, CancellationToken cancellationToken);

    /// <summary>Gives a holder another lease, from now on.</summary>
    /// <returns>Whether it still had the lock.</returns>
    public abstract ValueTask<bool> RenewAsync(string key, UInt128 owner, long leaseMs, CancellationToken cancellationToken);

    /// <summary>Takes back what an owner has: a hold, or the announcement of a writer.</summary>
    /// <returns>Whether it still held the lock.</returns>
    public abstract ValueTask<bool> ReleaseAsync(string key, UInt128 owner);

    /// <summary>Begins to watch a lock.</summary>
    public virtual LockWatch Watch(string key) => new(Signals, key);

    public virtual ValueTask DisposeAsync() => default;
}
