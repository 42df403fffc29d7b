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

    /// <summary>Gets a token that is cancelled when the lock is lost: it could not be renewed before its lease ran out, or the cache was disposed.</summary>
    public CancellationToken Lost => _holder.Lost;

    /// <summary>Releases the lock, if it is still held.</summary>
    /// <returns>Whether it was still held.</returns>
    public ValueTask<bool> ReleaseAsync() => _holder.ReleaseAsync();

    /// <summary>Releases the lock.</summary>
    /// <returns>The completion.</returns>
    public async ValueTask DisposeAsync() => await _holder.ReleaseAsync().ConfigureAwait(false);
}
