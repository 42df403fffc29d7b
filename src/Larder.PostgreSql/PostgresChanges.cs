using Larder.Store;

namespace Larder.PostgreSql;

/// <summary>
/// Listens to what anybody writes to the tables of a PostgreSQL, and drops it from the cache: rows by their keys, all rows of a table when it is truncated. When a connection was lost and
/// something may have been missed, all rows and queries of the tables are dropped, in one step each. Made by <c>cache.ListenToNotifications(...)</c> or <c>cache.ListenToReplication(...)</c>.
/// </summary>
public sealed class PostgresChanges : IAsyncDisposable
{
    private readonly IChangeChannel _channel;
    private readonly ChangeTarget _target;
    private readonly PostgresChangeOptions _options;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private Task? _loop;
    private long _connections;
    private volatile bool _isListening;

    internal PostgresChanges(StoreCore stores, PostgresChangeOptions options, Func<ChangeTarget, IChangeChannel> channel)
    {
        PostgresChangeOptionsValidator.ThrowIfInvalid(options);
        _options = options;
        _target = new ChangeTarget(stores, options);
        _channel = channel(_target);
    }

    /// <summary>Gets whether it is connected and hears of changes.</summary>
    public bool IsListening => _isListening;

    /// <summary>Gets what it has heard and done.</summary>
    public PostgresChangeStatistics Statistics => _target.Snapshot() with { Connections = Volatile.Read(ref _connections) };

    /// <summary>Makes what it needs in the database, if it is not there: triggers for NOTIFY, the publication for replication. Needs the rights of the tables' owner; the guide has the statements.</summary>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The completion.</returns>
    public Task PrepareDatabaseAsync(CancellationToken cancellationToken = default) => _channel.PrepareAsync(cancellationToken);

    /// <summary>Begins to listen, and connects again whenever the connection is lost. A host does this by itself.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (_loop is null && !_stop.IsCancellationRequested)
            {
                using var flow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
                _loop = LoopAsync();
            }
        }
    }

    /// <summary>Waits until it listens for the first time.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The completion.</returns>
    public Task WhenListeningAsync(CancellationToken cancellationToken = default) => _listening.Task.WaitAsync(cancellationToken);

    /// <summary>Ends the listening.</summary>
    /// <returns>The completion.</returns>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        Task? loop;
        lock (_gate)
        {
            loop = _loop;
        }

        await (loop ?? Task.CompletedTask).ConfigureAwait(false);
        _listening.TrySetCanceled();
    }

    private async Task LoopAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await _channel.ListenAsync(OnListening, _stop.Token).ConfigureAwait(false);
            }
            catch (Exception exception) when (!_stop.IsCancellationRequested)
            {
                // Of the database or of the cache: either way what was heard last may not have been done, and the next connection finds out.
                _target.Fail(_channel.Description, exception);
            }
            catch (Exception)
            {
                // It is to end.
            }

            _isListening = false;
            await Task.Delay(_options.ReconnectDelay, _target.Time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void OnListening()
    {
        Interlocked.Increment(ref _connections);
        _isListening = true;
        _listening.TrySetResult();
    }
}
