namespace Larder.Loading;

/// <summary>
/// The call of a loader: the token that it is given and its time limit. It serves one load, or the many of a batch, and the token is
/// cancelled when all of them have ended before the loader did.
/// </summary>
internal sealed class LoadScope
{
    private readonly CancellationTokenSource _source = new();
    private readonly List<Load> _loads = [];
    private ITimer? _timer;
    private int _open;
    private volatile bool _hasReturned;

    public CancellationToken Token => _source.Token;

    /// <summary>Gets the calls of loaders for which this one waits; guarded by <see cref="LoadCycles"/>.</summary>
    public List<LoadScope> WaitsFor { get; } = [];

    /// <summary>Gets whether nobody waits for what the loader yields any more.</summary>
    public bool HasEnded => Volatile.Read(ref _open) == 0;

    public void Add(Load load)
    {
        _loads.Add(load);
        Interlocked.Increment(ref _open);
    }

    /// <summary>Fails all loads of the scope when the time is over, whether or not the loader listens to its token.</summary>
    public void StartTimeout(TimeSpan timeout, TimeProvider provider, Action<Load, LoadTimeoutException> onTimeout)
    {
        using var _ = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        _timer = provider.CreateTimer(
            static state =>
            {
                var (scope, timeout, onTimeout) = ((LoadScope, TimeSpan, Action<Load, LoadTimeoutException>))state!;
                foreach (var load in scope._loads)
                {
                    onTimeout(load, new LoadTimeoutException(
                        $"Loading '{load.Key}' took longer than LoadTimeout, which is {timeout}. Raise LoadTimeout for this policy, or give the loader's own calls a shorter limit."));
                }
            },
            (this, timeout, onTimeout),
            timeout,
            Timeout.InfiniteTimeSpan);
    }

    /// <summary>Notes that the loader has returned, so that its token needs no cancelling any more.</summary>
    public void Returned()
    {
        _hasReturned = true;
        _timer?.Dispose();
    }

    /// <summary>Notes that a load has ended.</summary>
    public void Remove()
    {
        if (Interlocked.Decrement(ref _open) == 0 && !_hasReturned)
        {
            _timer?.Dispose();

            // What the loader registered on the token runs on the pool, not on the thread of the caller that went last.
            _ = _source.CancelAsync();
        }
    }
}
