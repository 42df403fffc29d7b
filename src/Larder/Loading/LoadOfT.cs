namespace Larder.Loading;

/// <summary>
/// One load of one key, for which any number of callers wait. It ends once: with a result, with an exception, or abandoned because
/// its last caller has gone; whatever the loader does afterwards has no effect.
/// </summary>
internal class Load<T>(LoadPlace place, bool isRefresh, LoadScope scope) : Load(place, isRefresh, scope)
{
    private LoadWaiters<T>? _waiters;
    private CacheResult<T> _result;
    private volatile bool _hasResult;
    private int _callers = 1;

    /// <summary>Gets or sets whether there was nothing when the load began, not even a value in reserve: who comes now has nothing to look for first.</summary>
    public bool StartsFromNothing { get; set; }

    public override Task Ended => Waiters.Task;

    public override bool IsCompleted => _hasResult || Volatile.Read(ref _waiters) is { Task.IsCompleted: true };

    /// <summary>Gets what waiters wait on; made by the first that has to, or by a failure.</summary>
    private LoadWaiters<T> Waiters
    {
        get
        {
            if (Volatile.Read(ref _waiters) is { } known)
            {
                return known;
            }

            var made = new LoadWaiters<T>();
            var waiters = Interlocked.CompareExchange(ref _waiters, made, null) ?? made;
            if (_hasResult)
            {
                // Who ended the load may not have seen it.
                waiters.TrySetResult(_result);
            }

            return waiters;
        }
    }

    /// <summary>Adds a caller, unless the load has been abandoned or is at its end, or what it loads has been invalidated meanwhile.</summary>
    public bool TryJoin()
    {
        if (IsEnding || !IsCurrent)
        {
            return false;
        }

        var callers = Volatile.Read(ref _callers);
        while (callers > 0)
        {
            var before = Interlocked.CompareExchange(ref _callers, callers + 1, callers);
            if (before == callers)
            {
                return true;
            }

            callers = before;
        }

        return false;
    }

    /// <summary>Has the load go on even when all its callers have gone.</summary>
    public void Hold() => Interlocked.Increment(ref _callers);

    /// <summary>Ends the load with a result, after <see cref="Load.TryBeginEnd"/>.</summary>
    public void EndWith(CacheResult<T> result)
    {
        End();
        _result = result;
        _hasResult = true;
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref _waiters) is { } waiters)
        {
            waiters.TrySetResult(result);
            waiters.CallAll();
        }
    }

    public override void EndWith(Exception exception)
    {
        End();
        var waiters = Waiters;
        waiters.SetException(exception);
        _ = waiters.Task.Exception; // Observed: a background load may have no caller.
        waiters.CallAll();
    }

    /// <summary>Gets the result of a load that is completed, and not with a <see cref="Failure"/>.</summary>
    public CacheResult<T> Loaded => _result;

    /// <summary>Gets why a load that is completed has no result.</summary>
    public Exception? Failure => _hasResult ? null : Waiters.Task.Exception?.InnerException;

    /// <summary>Has a caller that has joined called when the load has ended; at once if it has.</summary>
    public void Add(JoinedCaller<T> caller)
    {
        var waiters = Waiters;
        waiters.Add(caller);

        // Either the caller is seen by who ends the load, or the end is seen here.
        Interlocked.MemoryBarrier();
        if (IsCompleted)
        {
            waiters.CallAll();
        }
        else
        {
            Scope.StartTimeout();
        }
    }

    /// <summary>Forgets a caller that has been called.</summary>
    public void Remove(JoinedCaller<T> caller) => Waiters.Remove(caller);

    /// <summary>Waits as one of the callers. A caller that is cancelled goes; when the last has gone, the load is abandoned.</summary>
    /// <param name="softTimeout">How long to wait at most.</param>
    /// <param name="timeProvider">What measures it.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    /// <returns>The result, or <see langword="null"/> when the time was over before the load.</returns>
    public ValueTask<CacheResult<T>?> WaitAsync(TimeSpan? softTimeout, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        if (_hasResult)
        {
            Leave();
            return new ValueTask<CacheResult<T>?>(Own(_result));
        }

        if (!IsCompleted)
        {
            Scope.StartTimeout();
        }

        return WaitForEndAsync(softTimeout, timeProvider, cancellationToken);
    }

    /// <summary>Goes as one of the callers; when the last has gone, the load is abandoned.</summary>
    public void Leave()
    {
        // After the end it does not matter, and thousands who leave at once would fight for the count.
        if (!_hasResult && Interlocked.Decrement(ref _callers) == 0 && TryBeginEnd())
        {
            End();
            Waiters.SetCanceled(CancellationToken.None);
        }
    }

    /// <summary>Makes what one of the callers gets of the result.</summary>
    public virtual CacheResult<T> Own(CacheResult<T> result) => result;

    private void End()
    {
        Scope.Owner.Forget(this);
        Scope.Remove();
    }

    private async ValueTask<CacheResult<T>?> WaitForEndAsync(TimeSpan? softTimeout, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var task = Waiters.Task;
        try
        {
            if (softTimeout is { } timeout)
            {
                return Own(await task.WaitAsync(timeout, timeProvider, cancellationToken).ConfigureAwait(false));
            }

            return Own(await (cancellationToken.CanBeCanceled ? task.WaitAsync(cancellationToken) : task).ConfigureAwait(false));
        }
        catch (TimeoutException) when (softTimeout is not null && !task.IsFaulted)
        {
            if (task.IsCompletedSuccessfully)
            {
                // The load ended together with the time.
                return Own(await task.ConfigureAwait(false));
            }

            Hold();
            return null;
        }
        finally
        {
            Leave();
        }
    }
}
