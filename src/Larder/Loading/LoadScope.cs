namespace Larder.Loading;

/// <summary>
/// The call of a loader: the token that it is given and its time limit. It serves one load, or the many of a batch, and the token is
/// cancelled when all of them have ended before the loader did.
/// </summary>
/// <param name="owner">The loader of the cache that the call belongs to.</param>
/// <param name="parent">The call of a loader from within which this one was made and is waited for.</param>
/// <param name="settings">Holds the time limit, which begins now.</param>
internal sealed class LoadScope(Loader owner, LoadScope? parent, EntrySettings settings)
{
    /// <summary>Stands in the place of a queue that is not to be waited in.</summary>
    private static readonly CancellationTokenSource s_noQueue = new();

    private readonly CancellationTokenSource _source = new();
    private readonly long _startedAt = owner.Clock.NowMs;
    private Load? _first;
    private List<Load>? _others;
    private List<LoadScope>? _waitsFor;
    private CancellationTokenSource? _queue;
    private ITimer? _timer;
    private int _open;
    private int _isCounted;
    private int _isTimed;
    private int _isTimeoutCounted;
    private volatile bool _hasReturned;

    public CancellationToken Token => _source.Token;

    /// <summary>Gets the calls of loaders for which this one waits; guarded by <see cref="LoadCycles"/>.</summary>
    public List<LoadScope> WaitsFor => _waitsFor ??= [];

    /// <summary>Gets whether nobody waits for what the loader yields any more.</summary>
    public bool HasEnded => Volatile.Read(ref _open) == 0;

    public void Add(Load load)
    {
        if (_first is null)
        {
            _first = load;
        }
        else
        {
            (_others ??= []).Add(load);
        }

        Interlocked.Increment(ref _open);
    }

    /// <summary>Tells whether this call, or one that waits for it, loads a key.</summary>
    public bool IsWithin(Loader cache, string key)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
        {
            if (!scope.HasEnded && ReferenceEquals(scope.Owner, cache) && scope.Loads(key))
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

    /// <summary>
    /// Has all loads of the scope fail when the time is over, whether or not the loader listens to its token. To be called when somebody else than the thread of
    /// the loader waits; before that, nobody would notice.
    /// </summary>
    public void StartTimeout()
    {
        if (Interlocked.Exchange(ref _isTimed, 1) == 0)
        {
            StartTimer();
        }
    }

    /// <summary>Keeps those who join a load from starting the time limit before all loads of a batch are added; then <see cref="StartHeldTimeout"/> does it.</summary>
    public void HoldTimeout() => _isTimed = 1;

    /// <summary>Starts the time limit that was held.</summary>
    public void StartHeldTimeout() => StartTimer();

    /// <summary>Notes that the loader has returned, so that its token needs no cancelling any more.</summary>
    public void Returned()
    {
        _hasReturned = true;
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _timer) is { } timer)
        {
            timer.Dispose();
        }
        else if (!HasEnded && TimeLeft == TimeSpan.Zero)
        {
            // It never let go of its thread, so that no timer was needed.
            TimeOut();
        }
    }

    /// <summary>Notes that a load has ended.</summary>
    public void Remove()
    {
        if (Interlocked.Decrement(ref _open) == 0 && !_hasReturned)
        {
            Volatile.Read(ref _timer)?.Dispose();

            // What the loader registered on the token runs on the pool, not on the thread of the caller that went last. What it throws is its own.
            _ = _source.CancelAsync().ContinueWith(
                static cancelled => cancelled.Exception,
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }

    public Loader Owner => owner;

    /// <summary>Gets whether a loader that has not ended made this call.</summary>
    public bool IsNested => parent is { HasEnded: false };

    private TimeSpan TimeLeft => TimeSpan.FromMilliseconds(Math.Max(0, settings.LoadTimeout.TotalMilliseconds - (owner.Clock.NowMs - _startedAt)));

    private LoadScope? Parent => parent;

    private bool Loads(string key) => _first?.Key == key || (_others is { } others && others.Exists(load => load.Key == key));

    private void StartTimer()
    {
        using var _ = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        var timer = owner.Clock.Provider.CreateTimer(static scope => ((LoadScope)scope!).TimeOut(), this, TimeLeft, Timeout.InfiniteTimeSpan);
        Volatile.Write(ref _timer, timer);
        Interlocked.MemoryBarrier();
        if (_hasReturned || HasEnded)
        {
            timer.Dispose();
        }
    }

    private void TimeOut()
    {
        foreach (var load in _others is { } others ? [_first!, .. others] : new[] { _first! })
        {
            owner.ReportTimeout(load, settings);
        }
    }
}
