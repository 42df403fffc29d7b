using System.Threading.Tasks.Sources;

namespace Larder.Loading;

/// <summary>
/// A caller that waits for the load of another, as nearly all do in a stampede. It is one object, which the pool takes as it is when the load has ended, and one
/// step from there to the code that awaits it. The load has to have been joined, and is left here.
/// </summary>
/// <param name="load">The load.</param>
/// <param name="joinedAt">The clock of the tags when the caller came.</param>
/// <param name="cancellationToken">The caller's token.</param>
internal abstract class JoinedCaller<T>(Load<T> load, long joinedAt, CancellationToken cancellationToken)
    : IThreadPoolWorkItem, IValueTaskSource<T>, IValueTaskSource<CacheResult<T>>
{
    private readonly ExecutionContext? _context = ExecutionContext.Capture();
    private ManualResetValueTaskSourceCore<CacheResult<T>> _core;
    private CancellationTokenRegistration _registration;
    private bool _isCalled;

    /// <summary>Gets or sets the neighbour in the list of the load.</summary>
    public JoinedCaller<T>? Next { get; set; }

    /// <inheritdoc cref="Next"/>
    public JoinedCaller<T>? Previous { get; set; }

    /// <summary>Gets whether the caller has been called, because the load has ended or its token was cancelled.</summary>
    public bool IsCalled => Volatile.Read(ref _isCalled);

    /// <summary>Waits for the value and what is known of its entry. One can wait once, here or for the value alone.</summary>
    public ValueTask<CacheResult<T>> WaitForResultAsync() => new(this, _core.Version);

    /// <summary>Waits for the value.</summary>
    public ValueTask<T> WaitAsync() => new(this, _core.Version);

    /// <summary>Begins to wait.</summary>
    public void Start()
    {
        _registration = cancellationToken.UnsafeRegister(static caller => ((JoinedCaller<T>)caller!).Queue(), this);
        load.Add(this);
    }

    /// <summary>Has the pool call the caller: nobody who ends a load or cancels a token is to run what comes after a wait.</summary>
    public void Queue() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);

    void IThreadPoolWorkItem.Execute()
    {
        // The end of the load and the token may come together.
        if (Interlocked.Exchange(ref _isCalled, true))
        {
            return;
        }

        if (!load.IsCompleted)
        {
            load.Remove(this);
            load.Leave();
            _core.SetException(new OperationCanceledException(cancellationToken));
            return;
        }

        _registration.Unregister();
        load.Leave();
        if (load.Failure is { } failure)
        {
            _core.SetException(failure);
        }
        else if (Loader.MayTake(load.Loaded, load, joinedAt))
        {
            Take();
        }
        else
        {
            _ = LookAgainAndEndAsync();
        }
    }

    T IValueTaskSource<T>.GetResult(short token) => _core.GetResult(token).RawValue;

    CacheResult<T> IValueTaskSource<CacheResult<T>>.GetResult(short token) => _core.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    /// <summary>Asks again, because the load was not for this caller.</summary>
    protected abstract ValueTask<CacheResult<T>> LookAgainAsync(CancellationToken cancellationToken);

    private void Take()
    {
        CacheResult<T> result;
        try
        {
            result = load.Own(load.Loaded);
        }
        catch (Exception exception)
        {
            _core.SetException(exception);
            return;
        }

        _core.SetResult(result);
    }

    private async Task LookAgainAndEndAsync()
    {
        CacheResult<T> result;
        try
        {
            if (_context is not null)
            {
                // What is loaded now is loaded in the flow of this caller.
                ExecutionContext.Restore(_context);
            }

            result = await LookAgainAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _core.SetException(exception);
            return;
        }

        _core.SetResult(result);
    }
}

/// <inheritdoc cref="JoinedCaller{T}"/>
internal sealed class JoinedCaller<TState, T>(Loader loader, Load<T> load, LoadRequest<TState, T> request, long joinedAt, CancellationToken cancellationToken)
    : JoinedCaller<T>(load, joinedAt, cancellationToken)
{
    protected override ValueTask<CacheResult<T>> LookAgainAsync(CancellationToken cancellationToken) => loader.LoadAfterJoiningAsync(request, cancellationToken);
}
