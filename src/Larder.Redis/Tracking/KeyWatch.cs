namespace Larder.Redis.Tracking;

/// <summary>The wait for a key to change.</summary>
internal sealed class KeyWatch(KeyWatches owner, string key) : IDisposable
{
    private readonly TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Key => key;

    /// <summary>Gets or sets how many wait; guarded by the owner.</summary>
    public int Watchers { get; set; }

    public void Signal() => _changed.TrySetResult();

    /// <summary>Waits for the change.</summary>
    /// <param name="limit">How long at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask WaitAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        await _changed.Task.WaitAsync(limit, TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    public void Dispose() => owner.End(this);
}
