namespace Larder.EntityFrameworkCore.Reading;

/// <summary>
/// A load on the context of its caller, which others may wait for. A context is for one at a time, so the load ends with its caller: when the caller's token is cancelled it is cancelled too, and the
/// caller does not return before it has ended. Who waited for it loads by itself.
/// </summary>
internal sealed class OwnLoad<T>(Func<CancellationToken, ValueTask<T>> load, CancellationToken callerToken)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource? _running;
    private bool _hasLeft;

    /// <summary>Gets whether the load was called.</summary>
    public bool HasRun { get; private set; }

    /// <summary>Runs the load.</summary>
    /// <param name="loadToken">Cancelled when nobody waits any more, or the time for loads is over.</param>
    /// <exception cref="LoadLeftException">The caller is no longer there.</exception>
    public async ValueTask<T> RunAsync(CancellationToken loadToken)
    {
        var running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_hasLeft)
            {
                throw new LoadLeftException();
            }

            (_running, HasRun) = (running, true);
        }

        try
        {
            using var both = CancellationTokenSource.CreateLinkedTokenSource(loadToken, callerToken);
            return await load(both.Token).ConfigureAwait(false);
        }
        catch (Exception) when (callerToken.IsCancellationRequested)
        {
            throw new LoadLeftException();
        }
        finally
        {
            running.SetResult();
        }
    }

    /// <summary>
    /// Tells whether what was thrown comes from the load of another, and not from the database: then the caller loads by itself, unless it has been cancelled. It may then also be what its own load
    /// has left for others.
    /// </summary>
    public bool IsOfAnother(Exception exception) =>
        exception is LoadLeftException || (!HasRun && exception is (CacheLoadException or ObjectDisposedException or InvalidOperationException));

    /// <summary>Says that the caller goes: no load begins after it, and one that runs is waited for.</summary>
    public ValueTask LeaveAsync()
    {
        Task? running;
        lock (_gate)
        {
            _hasLeft = true;
            running = _running?.Task;
        }

        return running is null or { IsCompleted: true } ? default : new ValueTask(running);
    }
}
