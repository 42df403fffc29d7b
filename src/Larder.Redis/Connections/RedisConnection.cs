using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using Larder.Redis.Protocol;

namespace Larder.Redis.Connections;

/// <summary>
/// One connection, from its attempt to its end. All commands share it: they are written in the order in which they come, many at a time, and replies
/// are given out in the same order. It is used once; what comes after it is another one, made by <see cref="ConnectionSlot"/>.
/// </summary>
/// <remarks>
/// Two threads: one connects, shakes hands and then reads for ever; one writes when a caller cannot do it at once. Both block in calls of the system, so
/// that neither needs the thread pool.
/// </remarks>
internal sealed partial class RedisConnection
{
    private readonly ConnectionSettings _settings;
    private readonly IConnectionOwner _owner;
    private readonly TimeProvider _time;
    private readonly Transport _transport = new();
    private readonly CommandQueue _queue = new();
    private readonly long _connectDeadline;
    private readonly long _commandTicks;
    private Exception? _error;
    private int _isClosed;
    private long _provenAt;
    private volatile bool _isReady;

    public RedisConnection(ConnectionSettings settings, IConnectionOwner owner)
    {
        _settings = settings;
        _owner = owner;
        _time = settings.TimeProvider;
        _commandTicks = Ticks(settings.CommandTimeout);
        _lastReceived = _time.GetTimestamp();
        _connectDeadline = _lastReceived + Ticks(settings.ConnectTimeout);
    }

    /// <summary>Gets what the server said of itself in the handshake.</summary>
    public ServerInfo Server { get; private set; }

    public bool IsReady => _isReady && Volatile.Read(ref _isClosed) == 0;

    public bool IsClosed => Volatile.Read(ref _isClosed) != 0;

    /// <summary>Gets why the connection has ended; <see langword="null"/> before.</summary>
    public Exception? Error => Volatile.Read(ref _error);

    public bool IsIdle => _queue.IsEmpty;

    /// <inheritdoc cref="CommandQueue.HasGivenUp"/>
    public bool HasGivenUp(RedisCommand next) => _queue.HasGivenUp(next);

    /// <summary>Gets a number for the history of the data that the server has: another one after a restart or a promotion. Zero before it is known.</summary>
    public long Era { get; private set; }

    /// <summary>Gets what the connection is used for.</summary>
    public ConnectionRole Role => _settings.Role;

    /// <summary>
    /// Gets a timestamp before which all that the server had to say has arrived: that at which the last command was queued whose reply is there. What the server
    /// pushed before it carried that command out came before the reply.
    /// </summary>
    public long ProvenAt => Volatile.Read(ref _provenAt);

    /// <summary>Gets when the server last sent anything.</summary>
    public long LastReceived => Volatile.Read(ref _lastReceived);

    public void Start()
    {
        Pulse.Add(this);
        try
        {
            new Thread(Run) { IsBackground = true, Name = $"Larder Redis read {_settings.ServerName}" }.UnsafeStart();
        }
        catch (Exception exception)
        {
            Close(Describe(exception));
        }

        if (IsClosed)
        {
            Pulse.Remove(this);
        }
    }

    /// <summary>Sends a command, which then completes: with the reply, or with what kept it from getting one.</summary>
    /// <returns>Whether it was taken; otherwise <see cref="Refusal"/> tells why not.</returns>
    public bool TrySend(RedisCommand command)
    {
        command.QueuedAt = _time.GetTimestamp();
        command.Deadline = command.IsUnbounded ? long.MaxValue : Math.Min(command.Deadline, command.QueuedAt + _commandTicks);
        if (!_queue.TryAdd(command, out var flushes))
        {
            return false;
        }

        if (flushes)
        {
            FlushOnCaller();
        }

        return true;
    }

    /// <summary>Tells why a command was not taken.</summary>
    public CacheConnectionException Refusal() => Error is { } error
        ? new CacheConnectionException($"There is no connection to {_settings.ServerName}: {error.Message}", error) { IsRefusal = true }
        : new CacheConnectionException(string.Create(
            CultureInfo.InvariantCulture,
            $"{CommandQueue.MaxLength:N0} commands or {CommandQueue.MaxUnsentBytes / 1024 / 1024:N0} MB wait for {_settings.ServerName}, and no more can.")) { IsRefusal = true };

    /// <summary>Ends the connection; commands under way fail.</summary>
    public void Close(Exception error)
    {
        if (Interlocked.CompareExchange(ref _error, error, null) is not null || Interlocked.Exchange(ref _isClosed, 1) != 0)
        {
            return;
        }

        if (error is ObjectDisposedException)
        {
            _transport.Dispose();
        }
        else
        {
            _transport.Abort();
        }

        _writes.Set();
        try
        {
            // Before its commands fail, so that they can be sent again at once: over what comes after it.
            _owner.OnClosed(this, _isReady);
        }
        finally
        {
            foreach (var command in _queue.Close())
            {
                command.TryComplete(Reply.OfFailure(new CacheConnectionException(error.Message, error) { MayHaveHappened = command.WasSent }));
                command.Dispose();
            }

            Pulse.Remove(this);
        }
    }

    /// <summary>Looks for what is too late: the handshake, replies, signs of life. Called by <see cref="Pulse"/>.</summary>
    public void LookAfter(List<RedisCommand> expired)
    {
        var now = _time.GetTimestamp();
        if (!_isReady && now >= _connectDeadline)
        {
            Close(new CacheTimeoutException(string.Create(CultureInfo.InvariantCulture,
                $"No connection to {_settings.ServerName} within ConnectTimeout, {_settings.ConnectTimeout.TotalMilliseconds:0} ms.")));
            return;
        }

        ExpireCommands(now, expired);
        if (_isReady)
        {
            CheckHeartbeat(now);
        }
    }

    private void Run()
    {
        try
        {
            _transport.Connect(_settings.EndPoint, _settings.Tls?.Invoke(_settings.EndPoint));
            var begun = _time.GetTimestamp();
            ShakeHands();
            Era = Server.RunId is null ? 0 : Serialization.TypeId.HashOf($"{Server.RunId}:{Server.ReplicationId}");
            Volatile.Write(ref _provenAt, begun);
            _isReady = true;
            new Thread(WriteLoop) { IsBackground = true, Name = $"Larder Redis write {_settings.ServerName}" }.UnsafeStart();
            _owner.OnReady(this);
            if (_queue.Open())
            {
                _writes.Set();
            }

            ReadLoop();
        }
        catch (Exception exception)
        {
            Close(Describe(exception));
        }
        finally
        {
            _block.Release();
        }
    }

    private Exception Describe(Exception exception) => exception switch
    {
        CacheException => exception,
        AuthenticationException => new CacheConnectionException($"TLS with {_settings.ServerName} failed: {exception.Message}", exception),
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } => new CacheConnectionException($"Nothing listens at {_settings.ServerName} (connection refused).", exception),
        RespProtocolException => new CacheConnectionException($"{_settings.ServerName} sent what is not its protocol: {exception.Message} Is it a Redis server, and is TLS set as it should be?", exception),
        _ => new CacheConnectionException($"The connection to {_settings.ServerName} {(_isReady ? "was lost" : "failed")}: {exception.Message}", exception),
    };

    private long Ticks(TimeSpan duration) => (long)(duration.TotalSeconds * _time.TimestampFrequency);
}
