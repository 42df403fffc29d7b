using System.Buffers;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Threading.Tasks.Sources;
using Larder.Redis.Connections;

namespace Larder.Redis.Protocol;

/// <summary>
/// A command: its bytes as they go to the server, and the reply that is awaited for them. Rented from a pool; who rented it disposes it when it has used the
/// reply. The queue of a connection holds it too, so that the reply of a command whose caller has gone still finds its place.
/// </summary>
internal sealed class RedisCommand : IValueTaskSource<Reply>, IDisposable
{
    private const int MaxPooled = 512;
    private const int MaxPooledBytes = 4096;
    private const int NumberLength = 24;

    [ThreadStatic]
    private static RedisCommand? t_free;
    private static readonly ConcurrentQueue<RedisCommand> Free = new();
    private static int s_freeCount;
    private static long s_made;

    private ManualResetValueTaskSourceCore<Reply> _core;
    private CancellationTokenRegistration _cancellation;
    private byte[] _bytes = [];
    private Reply _reply;
    private int _argumentsLeft;
    private int _keyOffset;
    private int _keyLength;
    private int _keysEnd;
    private int _holders;
    private int _isDone;

    private RedisCommand() => Interlocked.Increment(ref s_made);

    /// <summary>Gets how many objects have been made in this process; it stands still while all that are used come from the pool.</summary>
    public static long Made => Volatile.Read(ref s_made);

    /// <summary>Gets the length of the command in bytes.</summary>
    public int Length { get; private set; }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    /// <summary>Gets the first key; empty when the command has none.</summary>
    public ReadOnlySpan<byte> Key => _bytes.AsSpan(_keyOffset, _keyLength);

    /// <summary>Gets or sets the timestamp at which it is too late for a reply. One that is set before the command is sent stays, unless the command timeout ends earlier.</summary>
    public long Deadline { get; set; } = long.MaxValue;

    /// <summary>Gets or sets the timestamp at which it was given to its connection; zero before.</summary>
    public long QueuedAt { get; set; }

    /// <summary>Gets or sets whether the command timeout does not hold for it.</summary>
    public bool IsUnbounded { get; set; }

    /// <summary>Gets or sets whether it goes over the connection for large values.</summary>
    public bool IsOfBulk { get; set; }

    /// <summary>Gets or sets whether it may change something, and must not be overtaken by the next change of the same key.</summary>
    public bool IsWrite { get; set; }

    /// <summary>Gets or sets whether it stays off the connection for large values, which is told nothing of what comes over it.</summary>
    public bool AvoidsBulk { get; set; }

    /// <summary>Gets or sets whether its bytes may have left this process.</summary>
    public bool WasSent { get; set; }

    /// <summary>Gets or sets whether what waits runs on the thread that completes it, mostly the one that reads: only for what is short, blocks nowhere and is the client's own.</summary>
    public bool ContinuesAtOnce { get; set; }

    /// <summary>Gets or sets whether ASKING goes in front of it, whose reply is still to come.</summary>
    public bool IsAsking { get; set; }

    public bool IsDone => Volatile.Read(ref _isDone) != 0;

    /// <summary>Gets the reply to come.</summary>
    public ValueTask<Reply> Reply => new(this, _core.Version);

    /// <summary>Begins a command.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="arguments">How many arguments will be added.</param>
    public static RedisCommand Rent(ReadOnlySpan<byte> name, int arguments)
    {
        var command = Take();
        command._argumentsLeft = arguments + 1;
        command.WriteHeader('*', arguments + 1);
        return command.Add(name);
    }

    /// <summary>Makes a command with the same bytes, for another try.</summary>
    /// <param name="isAsking">Whether ASKING goes in front of it. The two are one piece: nothing comes between them, and neither is sent alone.</param>
    public RedisCommand Clone(bool isAsking = false)
    {
        var clone = Take();
        clone.IsAsking = isAsking;
        if (isAsking)
        {
            clone.Write("*1\r\n$6\r\nASKING\r\n"u8);
        }

        clone._keyOffset = _keyLength == 0 ? 0 : _keyOffset + clone.Length;
        clone._keysEnd = _keyLength == 0 ? 0 : _keysEnd + clone.Length;
        clone._keyLength = _keyLength;
        clone.AvoidsBulk = AvoidsBulk;
        clone.Write(Bytes);
        return clone;
    }

    /// <summary>Lets PING follow in one piece. A subscription gets no reply in RESP3, and so has that of PING.</summary>
    public RedisCommand AddPing()
    {
        Write("*1\r\n$4\r\nPING\r\n"u8);
        return this;
    }

    /// <summary>Makes the same command with the text of a script in place of its name.</summary>
    /// <param name="sha">The name of the script, which is the first argument.</param>
    /// <param name="text">The text.</param>
    public RedisCommand WithScriptText(ReadOnlySpan<byte> sha, ReadOnlySpan<byte> text)
    {
        var bytes = Bytes;
        var shaEnd = bytes.IndexOf(sha) + sha.Length + 2;
        var whole = Take();
        whole._argumentsLeft = 2;
        whole.Write(bytes[..(bytes.IndexOf((byte)'\n') + 1)]);
        whole.Add("EVAL"u8).Add(text);
        whole._keyOffset = _keyOffset == 0 ? 0 : _keyOffset - shaEnd + whole.Length;
        whole._keysEnd = _keyOffset == 0 ? 0 : _keysEnd - shaEnd + whole.Length;
        whole._keyLength = _keyLength;
        whole.Write(bytes[shaEnd..]);
        return whole;
    }

    public RedisCommand Add(ReadOnlySpan<byte> argument)
    {
        BeginArgument(argument.Length);
        Write(argument);
        return EndArgument();
    }

    public RedisCommand Add(string argument)
    {
        WriteText(default, argument);
        return this;
    }

    public RedisCommand Add(long number)
    {
        Span<byte> digits = stackalloc byte[NumberLength];
        Utf8Formatter.TryFormat(number, digits, out var length);
        return Add(digits[..length]);
    }

    /// <summary>Adds a number as 32 hexadecimal digits.</summary>
    public RedisCommand AddHex(UInt128 number) => Add(number.ToString("x32", CultureInfo.InvariantCulture));

    /// <summary>Adds the time for a script, in milliseconds since 1970.</summary>
    /// <param name="nowMs">What tells it, in tests whose clock stands still; <see langword="null"/> has the script take that of the server.</param>
    public RedisCommand AddTime(Func<long>? nowMs) => nowMs is null ? Add(""u8) : Add(nowMs());

    /// <summary>Tells whether a key of another command is one of this one's.</summary>
    public bool Concerns(RedisCommand other)
    {
        if (_keyLength == 0 || other._keyLength == 0)
        {
            return false;
        }

        // Keys follow each other; each is compared with the ends of the lines around it.
        var keys = _bytes.AsSpan(_keyOffset - 2, _keysEnd - _keyOffset + 4);
        var (offset, length) = (other._keyOffset, other._keyLength);
        while (keys.IndexOf(other._bytes.AsSpan(offset - 2, length + 4)) < 0)
        {
            var next = offset + length + 2;
            if (next >= other._keysEnd || !Utf8Parser.TryParse(other._bytes.AsSpan(next + 1), out length, out var digits))
            {
                return false;
            }

            offset = next + 1 + digits + 2;
        }

        return true;
    }

    /// <summary>Adds a key, made of two parts; the first one that is added decides which server the command goes to.</summary>
    public RedisCommand AddKey(ReadOnlySpan<byte> prefix, string key)
    {
        var (offset, length) = WriteText(prefix, key);
        return NoteKey(offset, length);
    }

    /// <inheritdoc cref="AddKey(ReadOnlySpan{byte}, string)"/>
    public RedisCommand AddKey(ReadOnlySpan<byte> key)
    {
        Add(key);
        return NoteKey(Length - 2 - key.Length, key.Length);
    }

    /// <summary>Adds an argument that the caller fills in.</summary>
    /// <param name="length">Its length in bytes.</param>
    /// <returns>Where to write it, valid until the next argument is added.</returns>
    public Span<byte> AddBlank(int length)
    {
        BeginArgument(length);
        var offset = Length;
        Reserve(length + 2);
        Length += length;
        EndArgument();
        return _bytes.AsSpan(offset, length);
    }

    /// <summary>Lets a token end the wait for the reply. The command may be carried out all the same.</summary>
    public void CancelBy(CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            _cancellation = cancellationToken.UnsafeRegister(
                static (state, token) => ((RedisCommand)state!).TryComplete(Protocol.Reply.OfFailure(new OperationCanceledException(token))), this);
        }
    }

    public void Hold() => Interlocked.Increment(ref _holders);

    /// <summary>Ends the use of the command by one of its holders.</summary>
    public void Dispose()
    {
        var left = Interlocked.Decrement(ref _holders);
        Debug.Assert(left >= 0, "A command was released more often than held.");
        if (left == 0)
        {
            Recycle();
        }
    }

    /// <summary>Completes the wait, unless it has ended already: then the reply is released.</summary>
    /// <returns>Whether it was this reply that ended it.</returns>
    public bool TryComplete(Reply reply)
    {
        if (Interlocked.Exchange(ref _isDone, 1) != 0)
        {
            reply.Dispose();
            return false;
        }

        // Held until the wait has ended: for some commands nobody waits, and they would be in use elsewhere by then.
        Hold();
        _reply = reply;
        if (ContinuesAtOnce)
        {
            Continue();
        }
        else
        {
            CompletionQueue.Add(this);
        }

        return true;
    }

    /// <summary>Runs what waits for the reply; called once, by <see cref="CompletionQueue"/> for most.</summary>
    public void Continue()
    {
        _cancellation.Dispose();
        _core.SetResult(_reply);
        Dispose();
    }

    Reply IValueTaskSource<Reply>.GetResult(short token)
    {
        var reply = _core.GetResult(token);
        _reply = default;
        return reply;
    }

    ValueTaskSourceStatus IValueTaskSource<Reply>.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource<Reply>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);

    private static RedisCommand Take()
    {
        var command = t_free;
        if (command is not null)
        {
            t_free = null;
        }
        else if (Free.TryDequeue(out command))
        {
            Interlocked.Decrement(ref s_freeCount);
        }

        command ??= new RedisCommand();
        command._holders = 1;
        return command;
    }

    private void Recycle()
    {
        if (_bytes.Length > MaxPooledBytes)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = [];
        }

        // A token could still reach a command whose wait has not ended, when it is another's.
        Debug.Assert(_isDone != 0 || _cancellation == default, "A command that can be cancelled was released without its reply.");
        _core.Reset();
        _cancellation = default;
        _reply.Dispose();
        _reply = default;
        _isDone = 0;
        (Length, _keyOffset, _keyLength, _keysEnd) = (0, 0, 0, 0);
        (Deadline, QueuedAt, IsOfBulk, IsWrite, AvoidsBulk, WasSent, IsUnbounded, IsAsking, ContinuesAtOnce) = (long.MaxValue, 0, false, false, false, false, false, false, false);
        if (t_free is null)
        {
            t_free = this;
        }
        else if (Interlocked.Increment(ref s_freeCount) <= MaxPooled)
        {
            Free.Enqueue(this);
        }
        else
        {
            Interlocked.Decrement(ref s_freeCount);
        }
    }

    private RedisCommand NoteKey(int offset, int length)
    {
        (_keyOffset, _keyLength) = _keyLength == 0 ? (offset, length) : (_keyOffset, _keyLength);
        _keysEnd = offset + length;
        return this;
    }

    private (int Offset, int Length) WriteText(ReadOnlySpan<byte> prefix, string text)
    {
        var length = prefix.Length + Encoding.UTF8.GetByteCount(text);
        BeginArgument(length);
        var offset = Length;
        Write(prefix);
        Reserve(length + 2);
        Length += Encoding.UTF8.GetBytes(text, _bytes.AsSpan(Length));
        EndArgument();
        return (offset, length);
    }

    private void BeginArgument(int length)
    {
        Debug.Assert(_argumentsLeft > 0, "A command was given more arguments than it was begun with.");
        _argumentsLeft--;
        WriteHeader('$', length);
    }

    private RedisCommand EndArgument()
    {
        Write("\r\n"u8);
        return this;
    }

    private void WriteHeader(char type, int number)
    {
        Reserve(NumberLength);
        _bytes[Length] = (byte)type;
        Utf8Formatter.TryFormat(number, _bytes.AsSpan(Length + 1), out var digits);
        Length += digits + 1;
        Write("\r\n"u8);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(Length));
        Length += bytes.Length;
    }

    private void Reserve(int more)
    {
        if (_bytes.Length - Length >= more)
        {
            return;
        }

        var grown = ArrayPool<byte>.Shared.Rent(Math.Max(256, Math.Max(Length + more + 64, 2 * _bytes.Length)));
        Bytes.CopyTo(grown);
        if (_bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_bytes);
        }

        _bytes = grown;
    }
}
