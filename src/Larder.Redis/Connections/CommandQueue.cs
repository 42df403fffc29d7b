using Larder.Redis.Protocol;

namespace Larder.Redis.Connections;

/// <summary>The commands of one connection: those to be sent, and those that were sent and wait for their replies, which come in the same order.</summary>
internal sealed class CommandQueue
{
    /// <summary>The most commands that may wait; more are refused.</summary>
    public const int MaxLength = 1 << 17;

    /// <summary>How many bytes may wait to be sent before further commands are refused.</summary>
    public const long MaxUnsentBytes = 256 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Queue<RedisCommand> _unsent = new();
    private readonly Queue<RedisCommand> _sent = new();
    private long _unsentBytes;
    private bool _isOpen;
    private bool _isClosed;
    private bool _isFlushing;

    /// <summary>Whether a command may be too late before one that came before it: one that is sent again has only the time that is left of its first.</summary>
    private bool _isMixed;
    private long _lastDeadline;

    /// <summary>Gets how many commands wait: to be sent, and for a reply.</summary>
    public (int Unsent, int Sent, long UnsentBytes) Depth
    {
        get
        {
            lock (_gate)
            {
                return (_unsent.Count, _sent.Count, _unsentBytes);
            }
        }
    }

    public bool IsEmpty
    {
        get
        {
            lock (_gate)
            {
                return _unsent.Count == 0 && _sent.Count == 0;
            }
        }
    }

    /// <summary>Adds a command, which the queue holds from now on.</summary>
    /// <param name="command">The command.</param>
    /// <param name="flushes">Whether the caller must see to the sending: nobody else does.</param>
    /// <returns>Whether there was room; not after the end of the connection.</returns>
    public bool TryAdd(RedisCommand command, out bool flushes)
    {
        flushes = false;
        lock (_gate)
        {
            if (_isClosed || _unsent.Count + _sent.Count >= MaxLength || _unsentBytes >= MaxUnsentBytes)
            {
                return false;
            }

            if (command.Deadline != long.MaxValue)
            {
                _isMixed |= command.Deadline < _lastDeadline;
                _lastDeadline = Math.Max(_lastDeadline, command.Deadline);
            }

            command.Hold();
            _unsent.Enqueue(command);
            _unsentBytes += command.Length;
            if (_isOpen && !_isFlushing)
            {
                flushes = _isFlushing = true;
            }

            return true;
        }
    }

    /// <summary>Lets commands be sent, after the handshake.</summary>
    /// <returns>Whether some wait, which the caller must see to.</returns>
    public bool Open()
    {
        lock (_gate)
        {
            _isOpen = true;
            _isFlushing = _unsent.Count > 0;
            return _isFlushing;
        }
    }

    /// <summary>Copies the next commands for sending. Their bytes are copied under the lock, so that nobody takes them away meanwhile.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="large">A command that is too large to be copied, to be sent after what was copied; held for the caller.</param>
    /// <returns>How many bytes were copied.</returns>
    public int TakeUnsent(Span<byte> output, out RedisCommand? large)
    {
        var length = 0;
        large = null;
        lock (_gate)
        {
            while (_unsent.TryPeek(out var command))
            {
                if (command.IsDone)
                {
                    // Nobody waits for it any more.
                    Remove(command);
                    command.Dispose();
                    continue;
                }

                if (command.Length > output.Length - length)
                {
                    if (command.Length > output.Length)
                    {
                        command.Hold();
                        MoveToSent(command);
                        large = command;
                    }

                    return length;
                }

                command.Bytes.CopyTo(output[length..]);
                length += command.Length;
                MoveToSent(command);
            }

            return length;
        }
    }

    /// <summary>Ends the sending, if nothing waits to be sent.</summary>
    /// <returns>Whether it has ended; otherwise the caller still must see to it.</returns>
    public bool TryEndFlush()
    {
        lock (_gate)
        {
            _isFlushing = _unsent.Count > 0;
            return !_isFlushing;
        }
    }

    /// <summary>Takes the command that the next reply belongs to; the caller holds it.</summary>
    /// <param name="command">The command; <see langword="null"/> when the reply is to the ASKING in front of it.</param>
    /// <returns>Whether a reply was awaited.</returns>
    public bool TryTakeSent(out RedisCommand? command)
    {
        lock (_gate)
        {
            if (_sent.TryPeek(out command) && command.IsAsking)
            {
                command.IsAsking = false;
                command = null;
                return true;
            }

            return _sent.TryDequeue(out command);
        }
    }

    /// <summary>Finds the commands whose time is over. Those that were sent keep their places.</summary>
    public void CollectExpired(long now, List<RedisCommand> expired)
    {
        lock (_gate)
        {
            var (wasMixed, latest) = (_isMixed, 0L);
            _isMixed = false;
            Collect(_sent, wasMixed, ref latest);
            Collect(_unsent, wasMixed, ref latest);
        }

        void Collect(Queue<RedisCommand> commands, bool wasMixed, ref long latest)
        {
            // Deadlines grow along the queue, unless it is mixed; internal commands have none.
            foreach (var command in commands)
            {
                if (command.Deadline == long.MaxValue || command.IsDone)
                {
                    continue;
                }

                if (command.Deadline > now)
                {
                    if (!wasMixed)
                    {
                        return;
                    }

                    _isMixed |= command.Deadline < latest;
                    latest = command.Deadline;
                    continue;
                }

                command.Hold();
                expired.Add(command);
            }
        }
    }

    /// <summary>Tells whether a write was sent that nobody waits for any more, and that is still to be carried out, whose key a command concerns.</summary>
    public bool HasGivenUp(RedisCommand next)
    {
        lock (_gate)
        {
            foreach (var command in _sent)
            {
                if (command is { IsDone: true, IsWrite: true } && next.Concerns(command))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Ends the queue and gives out what is in it; the caller holds the commands.</summary>
    public RedisCommand[] Close()
    {
        lock (_gate)
        {
            RedisCommand[] left = [.. _sent, .. _unsent];
            _sent.Clear();
            _unsent.Clear();
            _isClosed = true;
            return left;
        }
    }

    private void MoveToSent(RedisCommand command)
    {
        Remove(command);
        command.WasSent = true;
        _sent.Enqueue(command);
    }

    private void Remove(RedisCommand command)
    {
        _unsent.Dequeue();
        _unsentBytes -= command.Length;
    }
}
