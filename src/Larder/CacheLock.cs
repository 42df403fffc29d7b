using Larder.Locking;

namespace Larder;

/// <summary>
/// A lock that is held, renewed in the background until it is disposed or lost. It keeps work from being done twice; for correctness the
/// protected resource must check <see cref="FencingToken"/>, because a holder can be stopped past its lease without noticing.
/// </summary>
public sealed class CacheLock : IAsyncDisposable
{
    private readonly LockHolder _holder;

    internal CacheLock(LockHolder holder) => _holder = holder;

    /// <summary>Gets the name of the lock, with the prefix of the view.</summary>
    public string Name => _holder.Name;

    /// <summary>
    /// Gets a number that is greater than that of every earlier holder of this lock. Write it with the data, and refuse writes whose number is
    /// lower than the one written last.
    /// </summary>
    public long FencingToken => _holder.FencingToken;

    /// <summary>
    /// Gets a token that is cancelled when the lock is lost: it could not be renewed before its lease ran out, <see cref="LockLease.MaxHold"/> is over, or the cache was
    /// disposed.
    /// </summary>
    public CancellationToken Lost => _holder.Lost;

    /// <summary>Throws if the lock is lost, by the time of this moment. To be called before each step that must not be done without the lock.</summary>
    /// <exception cref="CacheLockLostException">It is lost, or was released.</exception>
    public void ThrowIfLost() => _holder.ThrowIfLost();

    /// <summary>Releases the lock, if it is still held.</summary>
    /// <returns>Whether it was still held.</returns>
    /// <exception cref="CacheException">The store could not be asked; the lock then ends with its lease.</exception>
    public ValueTask<bool> ReleaseAsync() => _holder.ReleaseAsync();

    /// <summary>Releases the lock. When the store cannot be asked, the lock ends with its lease, and the log tells.</summary>
    /// <returns>The completion.</returns>
    public ValueTask DisposeAsync() => _holder.TryReleaseAsync();
}
