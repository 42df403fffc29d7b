using System.Collections.Immutable;
using Larder.Diagnostics;

namespace Larder;

/// <summary>
/// Tells of the changes that the stores of one cache made in this process, after each transaction was committed and the cache knew of it. Who listens never holds up a write: each
/// listener has a line of its own, and one that is too slow loses the oldest changes.
/// </summary>
public sealed class ChangeFeed
{
    /// <summary>How many may listen.</summary>
    private const int MaxListeners = 1000;

    private readonly CacheDiagnostics _diagnostics;
    private readonly TimeProvider _time;
    private ImmutableArray<ChangeListener> _listeners = [];
    private long _published;
    private long _handled;
    private long _failed;
    private long _timedOut;
    private long _dropped;
    private volatile bool _isClosed;

    internal ChangeFeed(CacheDiagnostics diagnostics, TimeProvider time) => (_diagnostics, _time) = (diagnostics, time);

    /// <summary>Gets what was told, and what became of it.</summary>
    public ChangeFeedStatistics Statistics => new()
    {
        Listeners = _listeners.Length,
        Published = Volatile.Read(ref _published),
        Handled = Volatile.Read(ref _handled),
        Failed = Volatile.Read(ref _failed),
        TimedOut = Volatile.Read(ref _timedOut),
        Dropped = Volatile.Read(ref _dropped),
    };

    /// <summary>Begins to listen. Changes are kept from now on, at most 10,000, until they are read.</summary>
    /// <param name="store">The name of the store whose changes are wanted. Default: those of all.</param>
    /// <returns>The changes; dispose it to stop listening.</returns>
    /// <exception cref="InvalidOperationException">A thousand listen already.</exception>
    public ChangeListener Listen(string? store = null)
    {
        var listener = new ChangeListener(this, store);
        if (!ImmutableInterlocked.Update(ref _listeners, listeners => listeners.Length < MaxListeners ? listeners.Add(listener) : listeners))
        {
            throw new InvalidOperationException($"{MaxListeners} listen to the changes of the cache '{_diagnostics.Name}', which is the limit. Dispose listeners that are not needed any more.");
        }

        if (_isClosed)
        {
            listener.Dispose();
        }

        return listener;
    }

    /// <summary>Calls a handler with each change, one after another. What it throws is counted and logged, and the next change is handed to it all the same.</summary>
    /// <param name="handler">The handler. Its token is cancelled when its time is over.</param>
    /// <param name="store">The name of the store whose changes are wanted. Default: those of all.</param>
    /// <param name="timeLimit">How long it may take for one change; then it is not waited for any more. Above zero. Default: 30 seconds.</param>
    /// <returns>What stops it when it is disposed.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The time limit is not above zero.</exception>
    /// <exception cref="InvalidOperationException">A thousand listen already.</exception>
    public IDisposable Handle(Func<EntityChange, CancellationToken, ValueTask> handler, string? store = null, TimeSpan? timeLimit = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        var limit = Limits.Timer(timeLimit ?? TimeSpan.FromSeconds(30));
        Limits.RequirePositive(limit, nameof(timeLimit), nameof(timeLimit));
        var listener = Listen(store);
        using var flow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        _ = HandleAllAsync(listener, handler, limit);
        return listener;
    }

    internal void Publish(IReadOnlyList<EntityChange> changes)
    {
        Interlocked.Add(ref _published, changes.Count);
        if (_listeners.Length == 0)
        {
            return;
        }

        var now = _time.GetUtcNow();
        foreach (var change in changes)
        {
            var told = change with { At = now };
            foreach (var listener in _listeners)
            {
                listener.Tell(told);
            }
        }
    }

    internal void Forget(ChangeListener listener) => ImmutableInterlocked.Update(ref _listeners, static (listeners, gone) => listeners.Remove(gone), listener);

    internal void CountDropped() => Interlocked.Increment(ref _dropped);

    /// <summary>Ends all listening.</summary>
    internal void Close()
    {
        _isClosed = true;
        foreach (var listener in _listeners)
        {
            listener.Dispose();
        }
    }

    private async Task HandleAllAsync(ChangeListener listener, Func<EntityChange, CancellationToken, ValueTask> handler, TimeSpan limit)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        await foreach (var change in listener.ReadAllAsync().ConfigureAwait(false))
        {
            using var timeout = new CancellationTokenSource(limit, _time);
            var handling = Task.CompletedTask;
            try
            {
                handling = handler(change, timeout.Token).AsTask();
                await handling.WaitAsync(timeout.Token).ConfigureAwait(false);
                Interlocked.Increment(ref _handled);
            }
            catch (Exception exception)
            {
                Interlocked.Increment(ref exception is OperationCanceledException && timeout.IsCancellationRequested ? ref _timedOut : ref _failed);
                _diagnostics.Counters.Increment(Counter.HandlerErrors);
                Log.EventHandlerFailed(_diagnostics.Logger, _diagnostics.Name, exception);

                // One that goes on past its time may still fail, which nobody asks for any more.
                _ = handling.ContinueWith(static late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }
    }
}
