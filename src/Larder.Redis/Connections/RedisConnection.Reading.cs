using System.Globalization;
using Larder.Redis.Protocol;

namespace Larder.Redis.Connections;

internal sealed partial class RedisConnection
{
    /// <summary>The size of a block of received bytes.</summary>
    public const int BlockSize = 64 * 1024;

    /// <summary>What must be free in a block, so that a call of the system is worth it.</summary>
    private const int MinimumRead = 4 * 1024;

    /// <summary>How many ticks of the pulse the reader gets to fetch a reply that came while the process stood still.</summary>
    private const int GraceTicks = 5;

    private ReceiveBlock _block = new(BlockSize);
    private RespScanner _scanner;
    private int _start;
    private int _end;
    private long _lastReceived;
    private long _heartbeatSent;
    private int _heartbeatTicks;

    private void ReadLoop()
    {
        while (!IsClosed)
        {
            var length = ReceiveFrame();
            if (IsPush(length))
            {
                _owner.OnPush(this, new RespReader(_block.Bytes.AsSpan(_start, length)));
            }
            else
            {
                Complete(length);
            }

            _start += length;
        }
    }

    private bool IsPush(int length)
    {
        var frame = new RespReader(_block.Bytes.AsSpan(_start, length));
        return (RespType)_block.Bytes[_start] switch
        {
            RespType.Push => true,
            RespType.Attribute => frame.Read() && frame.Type == RespType.Push,
            _ => false,
        };
    }

    private void Complete(int length)
    {
        if (!_queue.TryTakeSent(out var command))
        {
            if (_settings.IgnoresStrayReplies)
            {
                return;
            }

            throw new RespProtocolException("A reply came that no command waits for.");
        }

        if (command is null)
        {
            // To what was sent in front of it.
            return;
        }

        if (command.QueuedAt > _provenAt)
        {
            Volatile.Write(ref _provenAt, command.QueuedAt);
        }

        if (command.IsDone)
        {
            // Timed out or cancelled: the reply was awaited only to keep the order.
            command.Dispose();
            return;
        }

        command.TryComplete(Reply.Of(_block, _start, length));
        command.Dispose();
    }

    /// <summary>Waits until a whole frame begins at <see cref="_start"/>.</summary>
    /// <returns>Its length.</returns>
    private int ReceiveFrame()
    {
        while (true)
        {
            var length = _scanner.Scan(_block.Bytes.AsSpan(_start, _end - _start));
            if (length > 0)
            {
                return length;
            }

            MakeRoom();
            var received = _transport.Read(_block.Bytes.AsSpan(_end));
            if (received == 0)
            {
                throw new CacheConnectionException($"{_settings.ServerName} closed the connection.");
            }

            _end += received;
            Volatile.Write(ref _lastReceived, _time.GetTimestamp());
        }
    }

    private void MakeRoom()
    {
        // A block that was made for a large reply is not kept while nothing comes.
        var isLarge = _block.Bytes.Length > 4 * BlockSize;
        if (_start == _end && !isLarge && _block.IsUnshared)
        {
            (_start, _end) = (0, 0);
            return;
        }

        var have = _end - _start;
        var known = _scanner.KnownLength - have;
        if (_block.Bytes.Length - _end >= Math.Max(MinimumRead, known) && !(isLarge && have == 0))
        {
            return;
        }

        // For a frame that is larger than a block: as much as is known to come, but a server that promises much and sends little gets no memory for it.
        var size = Math.Max(BlockSize, have + Math.Clamp(known, MinimumRead, Math.Max(1024 * 1024, 3 * have)));
        var next = new ReceiveBlock(size);
        _block.Bytes.AsSpan(_start, have).CopyTo(next.Bytes);
        _block.Release();
        (_block, _start, _end) = (next, 0, have);
    }

    private void ExpireCommands(long now, List<RedisCommand> expired)
    {
        _queue.CollectExpired(now, expired);
        if (expired.Count == 0)
        {
            return;
        }

        var (unsent, sent, bytes) = _queue.Depth;
        var error = new CacheTimeoutException(string.Create(
            CultureInfo.InvariantCulture,
            $"{_settings.ServerName} did not answer within CommandTimeout, {_settings.CommandTimeout.TotalMilliseconds:0} ms; {sent:N0} commands wait for replies, {unsent:N0} with {bytes:N0} bytes to be sent; the last sign of life was {SinceLastReceived(now).TotalMilliseconds:0} ms ago."))
        {
            IsSilence = IsSilentSince(now - Ticks(0.9 * _settings.CommandTimeout)),
        };
        foreach (var command in expired)
        {
            command.TryComplete(Reply.OfFailure(error));
            command.Dispose();
        }

        expired.Clear();
    }

    /// <summary>Asks a silent server for a sign of life, and ends the connection when none comes.</summary>
    private void CheckHeartbeat(long now)
    {
        // While a large value goes out over a slow line, no reply can come; that it goes is a sign of life. Its last megabytes then still lie in the buffers
        // of the system, and get their time as well.
        var sign = Math.Max(Volatile.Read(ref _lastReceived), Volatile.Read(ref _lastTaken) + (2 * Ticks(_settings.HeartbeatInterval)));
        var silence = Since(sign, now);
        if (silence < _settings.HeartbeatInterval)
        {
            // Pushes are a sign of life, but prove nothing: only a reply says that all pushes before it have come.
            if (_settings is { Role: ConnectionRole.Reads or ConnectionRole.Bulk, Observer: not null } && Since(Math.Max(ProvenAt, _heartbeatSent), now) >= _settings.HeartbeatInterval)
            {
                SendHeartbeat(now);
            }

            return;
        }

        if (sign >= _heartbeatSent)
        {
            // The last heartbeat has been answered, so that this is the beginning of another silence.
            _heartbeatTicks = 0;
        }

        if (_heartbeatTicks++ == 0)
        {
            SendHeartbeat(now);
        }
        else if (Since(_heartbeatSent, now) >= _settings.HeartbeatInterval && _heartbeatTicks > GraceTicks && !IsHeldBack(now, silence))
        {
            Close(new CacheTimeoutException(string.Create(
                CultureInfo.InvariantCulture,
                $"{_settings.ServerName} gave no sign of life for {silence.TotalMilliseconds:0} ms; the connection is given up (HeartbeatInterval is {_settings.HeartbeatInterval.TotalMilliseconds:0} ms).")));
        }
    }

    private void SendHeartbeat(long now)
    {
        _heartbeatSent = now;

        // Written by the thread that writes: this one looks after all connections, and must not block.
        using var ping = RedisCommand.Rent("PING"u8, 0);
        ping.QueuedAt = now;
        if (_queue.TryAdd(ping, out var flushes) && flushes)
        {
            _writes.Set();
        }
    }

    /// <summary>
    /// A server that holds back writes, before a failover on demand or for CLIENT PAUSE, answers nothing that comes behind one, heartbeats included, but goes on
    /// to answer on its other connections. The write may still be done while its caller waits.
    /// </summary>
    private bool IsHeldBack(long now, TimeSpan silence) =>
        silence < _settings.CommandTimeout + (2 * _settings.HeartbeatInterval)
        && _queue.Depth.Sent > 1
        && _owner.HasHeardSince(now - Ticks(1.5 * _settings.HeartbeatInterval));

    /// <summary>Tells whether nothing shows that the server is there. Where large values are under way, that they take their time shows nothing, and heartbeats find out.</summary>
    private bool IsSilentSince(long timestamp) =>
        (_settings.Role != ConnectionRole.Bulk || !_isReady) && Math.Max(Volatile.Read(ref _lastReceived), Volatile.Read(ref _lastTaken)) <= timestamp;

    private TimeSpan SinceLastReceived(long now) => Since(Volatile.Read(ref _lastReceived), now);

    private TimeSpan Since(long then, long now) => TimeSpan.FromSeconds(Math.Max(0, now - then) / (double)_time.TimestampFrequency);
}
