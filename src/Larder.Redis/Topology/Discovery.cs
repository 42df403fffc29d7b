namespace Larder.Redis.Topology;

/// <summary>
/// Has somebody look at the servers: every so often, and when there is a reason; one look at a time, and with pauses, however many reasons there are.
/// </summary>
internal sealed class Discovery : IAsyncDisposable
{
    /// <summary>How long after a look the next one may begin: what a failed command can wait for, and no load for the servers.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly Func<CancellationToken, Task<CacheException?>> _look;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer _timer;
    private TaskCompletionSource<CacheException?>? _current;
    private long _ended;
    private bool _isRunning;
    private bool _isWanted;
    private bool _isDisposed;

    public Discovery(Func<CancellationToken, Task<CacheException?>> look, TimeSpan period, TimeProvider time)
    {
        (_look, Period, _time) = (look, period, time);
        _timer = time.CreateTimer(static state => _ = ((Discovery)state!).BeginAsync(mayRest: false), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Gets or sets how long after a look the next one begins without a reason; the look itself may set it.</summary>
    public TimeSpan Period { get; set; }

    /// <summary>Looks, or joins the look that is under way or has just ended.</summary>
    /// <returns>What it failed by; <see langword="null"/> when it did not.</returns>
    public Task<CacheException?> RunAsync() => BeginAsync(mayRest: true);

    /// <inheritdoc cref="RunAsync()"/>
    /// <param name="limit">How long to wait; the look goes on.</param>
    /// <param name="topology">What is looked at, for the error.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<CacheException?> RunAsync(TimeSpan limit, string topology, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync().WaitAsync(limit, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException exception)
        {
            return new CacheTimeoutException($"{topology}: it was not found out within CommandTimeout, {limit.TotalMilliseconds:0} ms, which server holds the key.", exception);
        }
    }

    /// <summary>Asks for a look soon. One that is under way does not count: it may have seen what was before.</summary>
    public void Request()
    {
        lock (_gate)
        {
            if (!_isWanted && !_isDisposed)
            {
                _isWanted = true;
                if (!_isRunning)
                {
                    Schedule(Pause - _time.GetElapsedTime(_ended));
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task running;
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            running = _isRunning ? _current!.Task : Task.CompletedTask;
            _isDisposed = true;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
        await running.ConfigureAwait(false);
        _stop.Dispose();
    }

    private Task<CacheException?> BeginAsync(bool mayRest)
    {
        TaskCompletionSource<CacheException?> mine;
        lock (_gate)
        {
            if (_current is not null && (_isRunning || _isDisposed || (mayRest && _time.GetElapsedTime(_ended) < Pause)))
            {
                return _current.Task;
            }

            mine = _current = new TaskCompletionSource<CacheException?>(TaskCreationOptions.RunContinuationsAsynchronously);
            (_isRunning, _isWanted) = (true, false);
        }

        _ = LookAsync(mine);
        return mine.Task;
    }

    private async Task LookAsync(TaskCompletionSource<CacheException?> result)
    {
        CacheException? failure;
        try
        {
            failure = await _look(_stop.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            failure = exception as CacheException ?? new CacheConnectionException($"The servers could not be looked at: {exception.Message}", exception);
        }

        lock (_gate)
        {
            _isRunning = false;
            _ended = _time.GetTimestamp();
            if (!_isDisposed)
            {
                // Spread, so that the processes of a system do not all ask at once.
                Schedule((_isWanted ? Pause : Period) * (1 + (0.2 * Random.Shared.NextDouble())));
            }
        }

        result.SetResult(failure);
    }

    private void Schedule(TimeSpan due) => _timer.Change(due > TimeSpan.Zero ? due : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
}
