namespace Larder.Tiers;

/// <summary>Tells when a lock may have become free.</summary>
internal class LockWatch : IDisposable
{
    public LockWatch(LockSignals signals, string key)
    {
        (Signals, Key) = (signals, key);
        signals.Enter(key);
    }

    /// <summary>Gets a task that ends at the next change. Taken before a look at the lock, no change is missed.</summary>
    public Task Changed { get; private set; } = Task.CompletedTask;

    protected LockSignals Signals { get; }

    protected string Key { get; }

    /// <summary>Takes another <see cref="Changed"/>.</summary>
    /// <returns>Whether changes by other processes are told too. Otherwise who waits must look often.</returns>
    public virtual ValueTask<bool> ArmAsync(CancellationToken cancellationToken)
    {
        Changed = Signals.NextAsync(Key);
        return new(true);
    }

    public void Dispose()
    {
        Dispose(isDisposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool isDisposing) => Signals.Leave(Key);
}
