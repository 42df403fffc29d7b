namespace Larder.Loading;

/// <summary>
/// One load of one key, for which any number of callers wait. It ends once: with a result, with an exception, or abandoned because
/// its last caller has gone; whatever the loader does afterwards has no effect.
/// </summary>
internal class Load<T>(LoadPlace place, bool isRefresh, LoadScope scope) : Load(place, isRefresh, scope)
{
    private TaskCompletionSource<CacheResult<T>>? _completion;
    private CacheResult<T> _result;
    private volatile bool _hasResult;
    private int _callers = 1;

    /// <summary>Gets or sets whether there was nothing when the load began, not even a value in reserve: who comes now has nothing to look for first.</summary>
    public bool StartsFromNothing { get; set; }

    public override Task Ended => Completion.Task;

    public override bool IsCompleted => _hasResult || Volatile.Read(ref _completion) is { Task.IsCompleted: true };

    /// <summary>Gets what waiters wait on; made by the first that has to, or by a failure.</summary>
    private TaskCompletionSource<CacheResult<T>> Completion
    {
        get
        {
            if (Volatile.Read(ref _completion) is { } known)
            {
                return known;
            }

            var made = new TaskCompletionSource<CacheResult<T>>(TaskCreationOptions.RunContinuationsAsynchronously);
            var completion = Interlocked.CompareExchange(ref _completion, made, null) ?? made;
            if (_hasResult)
            {
                // Who ended the load may not have seen it.
                completion.TrySetResult(_result);
            }

            return completion;
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
        Volatile.Read(ref _completion)?.TrySetResult(result);
    }

    public override void EndWith(Exception exception)
    {
        End();
        Completion.SetException(exception);
        _ = Completion.Task.Exception; // Observed: a background load may have no caller.
    }

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

    /// <summary>Gets the end of the load for one of its callers, who then has to <see cref="Leave"/>.</summary>
    /// <param name="cancellationToken">The caller's token.</param>
    /// <returns>The result, which the caller has to <see cref="Own"/>.</returns>
    public Task<CacheResult<T>> ResultAsync(CancellationToken cancellationToken)
    {
        var task = Completion.Task;
        if (!task.IsCompleted)
        {
            Scope.StartTimeout();
        }

        return cancellationToken.CanBeCanceled ? task.WaitAsync(cancellationToken) : task;
    }

    /// <summary>Goes as one of the callers; when the last has gone, the load is abandoned.</summary>
    public void Leave()
    {
        // After the end it does not matter, and thousands who leave at once would fight for the count.
        if (!_hasResult && Interlocked.Decrement(ref _callers) == 0 && TryBeginEnd())
        {
            End();
            Completion.SetCanceled(CancellationToken.None);
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
        var task = Completion.Task;
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
