using System.Collections.Concurrent;

namespace Larder.Tests.Loading;

/// <summary>A synchronization context with one thread, as a user interface has: whoever blocks that thread must not need it.</summary>
internal sealed class SingleThread : SynchronizationContext, IDisposable
{
    private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _work = [];

    public SingleThread() => new Thread(Work) { IsBackground = true }.Start();

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (!_work.IsAddingCompleted)
        {
            _work.Add((d, state));
        }
    }

    /// <summary>Runs code on the thread.</summary>
    public Task<T> RunAsync<T>(Func<T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(
            _ =>
            {
                try
                {
                    done.SetResult(work());
                }
                catch (Exception exception)
                {
                    done.SetException(exception);
                }
            },
            null);
        return Soon.EndsAsync(done.Task);
    }

    public void Dispose() => _work.CompleteAdding();

    private void Work()
    {
        SetSynchronizationContext(this);
        foreach (var (callback, state) in _work.GetConsumingEnumerable())
        {
            callback(state);
        }
    }
}
