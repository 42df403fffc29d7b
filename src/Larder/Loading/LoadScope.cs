namespace Larder.Loading;

/// <summary>
/// The call of a loader: the token that it is given and its time limit. It serves one load, or the many of a batch, and the token is
/// cancelled when all of them have ended before the loader did.
/// </summary>
/// <param name="owner">The loader of the cache that the call belongs to.</param>
/// <param name="parent">The call of a loader from within which this one was made and is waited for.</param>
internal sealed class LoadScope(Loader owner, LoadScope? parent)
{
    /// <summary>Stands in the place of a queue that is not to be waited in.</summary>
    private static readonly CancellationTokenSource s_noQueue = new();

    private readonly CancellationTokenSource _source = new();
    private readonly List<Load> _loads = [];
    private CancellationTokenSource? _queue;
    private ITimer? _timer;
    private int _open;
    private int _isCounted;
    private int _isTimeoutCounted;
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

    /// <summary>Tells whether this call, or one that waits for it, loads a key.</summary>
    public bool IsWithin(Loader cache, string key)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
        {
            if (!scope.HasEnded && ReferenceEquals(scope.Owner, cache) && scope._loads.Exists(load => load.Key == key))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Claims the counting of this call.</summary>
    /// <returns>Whether it has not been counted yet.</returns>
    public bool TryCount() => Interlocked.Exchange(ref _isCounted, 1) == 0;

    /// <summary>Claims the counting of this call's timeout, which may end many loads.</summary>
    /// <returns>Whether it has not been counted yet.</returns>
    public bool TryCountTimeout() => Interlocked.Exchange(ref _isTimeoutCounted, 1) == 0;

    /// <summary>Notes that the call waits for a place, until the source is cancelled.</summary>
    /// <returns>Whether it may wait: not when another loader waits for it.</returns>
    public bool TryQueue(CancellationTokenSource queue) => Interlocked.CompareExchange(ref _queue, queue, null) is null;

    /// <summary>Has the call go on without a place: a loader that has one waits for it.</summary>
    public void LeaveQueue()
    {
        if (Interlocked.Exchange(ref _queue, s_noQueue) is { } queue && !ReferenceEquals(queue, s_noQueue))
        {
            _ = queue.CancelAsync();
        }
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

            // What the loader registered on the token runs on the pool, not on the thread of the caller that went last. What it throws is its own.
            _ = _source.CancelAsync().ContinueWith(
                static cancelled => cancelled.Exception,
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }

    private Loader Owner => owner;

    private LoadScope? Parent => parent;
}
