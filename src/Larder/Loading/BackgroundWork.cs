namespace Larder.Loading;

/// <summary>Refreshes that nobody waits for: bounded in number, without the context of the caller that caused them, and drained at the end.</summary>
internal sealed class BackgroundWork(int limit)
{
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly HashSet<Task> _tasks = [];
    private bool _isClosed;
    private int _count;

    /// <summary>Starts work on the pool.</summary>
    /// <returns>Whether there was a place for it.</returns>
    public bool TryStart(Func<Task> work)
    {
        lock (_gate)
        {
            if (_isClosed || _count >= limit)
            {
                return false;
            }

            _count++;
        }

        using var _ = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        Track(RunAsync(work));
        return true;
    }

    /// <summary>Waits until all work has ended, but not for ever: a loader may ignore its token.</summary>
    public async Task DrainAsync()
    {
        Task[] open;
        lock (_gate)
        {
            _isClosed = true;
            open = [.. _tasks];
        }

        await Task.WhenAny(Task.WhenAll(open), Task.Delay(DrainLimit, TimeProvider.System)).ConfigureAwait(false);
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
            Interlocked.Decrement(ref _count);
        }
    }

    private void Track(Task task)
    {
        lock (_gate)
        {
            _tasks.Add(task);
        }

        _ = task.ContinueWith(
            static (ended, state) =>
            {
                var work = (BackgroundWork)state!;
                lock (work._gate)
                {
                    work._tasks.Remove(ended);
                }
            },
            this,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }
}
