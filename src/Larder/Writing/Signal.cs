namespace Larder.Writing;

/// <summary>Wakes one that waits; a signal that comes before the wait is kept.</summary>
internal sealed class Signal
{
    private volatile TaskCompletionSource _source = New();

    public void Set() => _source.TrySetResult();

    /// <summary>Waits for a signal, for a time at most.</summary>
    public async ValueTask WaitAsync(TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        // Timers count whole milliseconds and cut off the rest: who waits for a moment would be woken just before it, again and again.
        var whole = limit == Timeout.InfiniteTimeSpan ? limit : TimeSpan.FromMilliseconds(Math.Ceiling(limit.TotalMilliseconds));
        await _source.Task.WaitAsync(whole, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_source.Task.IsCompleted)
        {
            _source = New();
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
