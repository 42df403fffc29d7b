using Larder.Redis.Protocol;

namespace Larder.Redis.Connections;

/// <summary>
/// The place of one connection to a server, whichever it is at the moment. The first command makes it; when it is lost, another one comes in its place at
/// once, and if that fails, further attempts follow with growing pauses. Meanwhile commands fail without waiting.
/// </summary>
internal sealed class ConnectionSlot : IConnectionOwner, IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    private readonly ConnectionSettings _settings;
    private readonly IConnectionOwner _owner;
    private readonly Lock _gate = new();
    private readonly ITimer _retry;
    private RedisConnection? _current;
    private RedisConnection? _attempt;
    private int _failures;
    private bool _isDisposed;

    public ConnectionSlot(ConnectionSettings settings, IConnectionOwner owner)
    {
        _settings = settings;
        _owner = owner;
        _retry = settings.TimeProvider.CreateTimer(static state => ((ConnectionSlot)state!).TryAgain(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Gets the connection that commands go to now; <see langword="null"/> before the first.</summary>
    public RedisConnection? Current => Volatile.Read(ref _current);

    /// <summary>Sends a command. It always completes: with the reply, or with what kept it from getting one.</summary>
    public void Send(RedisCommand command)
    {
        var connection = Current ?? Begin();
        while (connection?.TrySend(command) == false)
        {
            // It has ended; another one may have come in its place meanwhile.
            var next = Current;
            if (next == connection)
            {
                command.TryComplete(Reply.OfFailure(connection.Refusal()));
                return;
            }

            connection = next;
        }

        if (connection is null)
        {
            command.TryComplete(Reply.OfFailure(new ObjectDisposedException(nameof(ICache))));
        }
    }

    /// <summary>Makes the first connection, if there is none.</summary>
    /// <returns>The connection; <see langword="null"/> when there never was one and none will come any more.</returns>
    public RedisConnection? Begin()
    {
        RedisConnection connection;
        lock (_gate)
        {
            if (_current is not null || _isDisposed)
            {
                return _current;
            }

            connection = _current = new RedisConnection(_settings, this);
        }

        connection.Start();
        return connection;
    }

    public void OnReady(RedisConnection connection)
    {
        lock (_gate)
        {
            // One that has ended already has a successor, or will have one.
            if (connection.IsClosed)
            {
                return;
            }

            _failures = 0;
            _attempt = null;
            _current = connection;
        }

        _owner.OnReady(connection);
    }

    public void OnPush(RedisConnection connection, RespReader push) => _owner.OnPush(connection, push);

    public bool HasHeardSince(long timestamp) => _owner.HasHeardSince(timestamp);

    public void OnClosed(RedisConnection connection, bool wasReady)
    {
        RedisConnection? next = null;
        lock (_gate)
        {
            if (!_isDisposed && wasReady)
            {
                // Commands wait for this attempt: most losses are of the connection and not of the server.
                next = _current = new RedisConnection(_settings, this);
            }
            else if (!_isDisposed)
            {
                // Callers are told the latest reason.
                _attempt = null;
                _current = connection;
                var pause = Math.Min(LongestPause.Ticks, FirstPause.Ticks << Math.Min(_failures++, 8));
                _retry.Change(TimeSpan.FromTicks((long)(pause * (0.5 + (0.5 * Random.Shared.NextDouble())))), Timeout.InfiniteTimeSpan);
            }
        }

        // First what the end means, then what comes after it.
        _owner.OnClosed(connection, wasReady);
        next?.Start();
    }

    public void Dispose()
    {
        RedisConnection? current, attempt;
        lock (_gate)
        {
            _isDisposed = true;
            (current, attempt) = (_current, _attempt);
        }

        _retry.Dispose();
        var error = new ObjectDisposedException(nameof(ICache));
        attempt?.Close(error);
        current?.Close(error);
    }

    private void TryAgain()
    {
        RedisConnection attempt;
        lock (_gate)
        {
            if (_isDisposed || _attempt is not null)
            {
                return;
            }

            attempt = _attempt = new RedisConnection(_settings, this);
        }

        attempt.Start();
    }
}
