namespace Larder.Loading;

/// <summary>Refreshes that nobody waits for: bounded in number, without the context of the caller that caused them, and drained at the end.</summary>
internal sealed class BackgroundWork(int limit)
{
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isClosed;
    private int _count;

    /// <summary>Takes a place, for <see cref="Start"/> or to be given back with <see cref="Release"/>.</summary>
    /// <returns>Whether there was one.</returns>
    public bool TryReserve()
    {
        lock (_gate)
        {
            if (_isClosed || _count >= limit)
            {
                return false;
            }

            _count++;
            return true;
        }
    }

    public void Release()
    {
        lock (_gate)
        {
            _count--;
            if (_isClosed && _count == 0)
            {
                _drained.TrySetResult();
            }
        }
    }

    /// <summary>Starts work on the pool, in the place that was reserved for it.</summary>
    public void Start(Func<Task> work)
    {
        using var flow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        _ = RunAsync(work);
    }

    /// <summary>Waits until all work has ended, but not for ever: a loader may ignore its token.</summary>
    public async Task DrainAsync()
    {
        lock (_gate)
        {
            _isClosed = true;
            if (_count == 0)
            {
                return;
            }
        }

        await Task.WhenAny(_drained.Task, Task.Delay(DrainLimit, TimeProvider.System)).ConfigureAwait(false);
    }

    private async Task RunAsync(Func<Task> work)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await work().ConfigureAwait(false);
        }
        finally
        {
            Release();
        }
    }
}
