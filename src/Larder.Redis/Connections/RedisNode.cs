using System.Net;
using Larder.Redis.Commands;
using Larder.Redis.Protocol;

namespace Larder.Redis.Connections;

/// <summary>
/// One server: a connection for reads, one for writes, and from the first large value on one for those, so that they hold nobody up. All reads of a key
/// go through the same connection.
/// </summary>
internal sealed class RedisNode : IConnectionOwner, IDisposable
{
    /// <summary>How long after a reply, in milliseconds, more small commands are expected.</summary>
    private const int LatelyMs = 5;

    private readonly ConnectionSlot _reads;
    private readonly ConnectionSlot _writes;
    private readonly Lazy<ConnectionSlot> _bulk;
    private readonly Lazy<ConnectionSlot> _aside;
    private readonly Lazy<Subscriptions> _subscriptions;
    private readonly LargeKeys _largeKeys = new();
    private readonly int _bulkThreshold;
    private readonly INodeObserver? _observer;
    private readonly LargeReads _largeReads;
    private readonly TimeProvider _time;
    private Action<RedisNode>? _firstContact;

    public RedisNode(ConnectionSettings settings, int bulkThreshold)
    {
        EndPoint = settings.EndPoint;
        Name = settings.ServerName;
        Hesitation = new Hesitation(settings.TimeProvider);
        Breaker = new NodeBreaker(settings.TimeProvider);
        _bulkThreshold = bulkThreshold;
        _firstContact = settings.FirstContact;
        _observer = settings.Observer;
        _time = settings.TimeProvider;
        _largeReads = new LargeReads(IsBusy, _time);
        _reads = new ConnectionSlot(settings with { Role = ConnectionRole.Reads }, this);
        _writes = new ConnectionSlot(settings with { Role = ConnectionRole.Writes, IsReplica = false, Tracking = null }, this);

        // What is told whether or not it was read is told once.
        var tracking = settings.Tracking is { IsBroadcast: true } ? null : settings.Tracking;
        _bulk = new Lazy<ConnectionSlot>(() => new ConnectionSlot(settings with { Role = ConnectionRole.Bulk, Tracking = tracking }, this));
        _aside = new Lazy<ConnectionSlot>(() => new ConnectionSlot(settings with { Role = ConnectionRole.Aside, IsReplica = false, Tracking = null }, this));
        _subscriptions = new Lazy<Subscriptions>(() => new Subscriptions(settings with { Role = ConnectionRole.Aside, Observer = null, Tracking = null }));
    }

    public EndPoint EndPoint { get; }

    /// <summary>Gets the name of the server, for logs.</summary>
    public string Name { get; }

    public NodeBreaker Breaker { get; }

    public Hesitation Hesitation { get; }

    /// <summary>Gets whether the server is known to be away: commands to it fail at once.</summary>
    public bool IsAway => Reads is { IsClosed: true } || !Breaker.IsClosed;

    /// <summary>Gets whether no command waits for a reply.</summary>
    public bool IsIdle => IsIdleSlot(_reads) && IsIdleSlot(_writes) && (!_bulk.IsValueCreated || IsIdleSlot(_bulk.Value));

    /// <summary>Gets the connection that reads go through, if there has been one.</summary>
    public RedisConnection? Reads => _reads.Current;

    /// <summary>Gets the connection that writes go through, if there has been one.</summary>
    public RedisConnection? Writes => _writes.Current;

    /// <summary>Raised on the thread of a connection when it can be used, and when it has ended.</summary>
    public Action<RedisNode, RedisConnection>? ConnectionChanged { get; set; }

    /// <summary>Raised on the thread of a connection when the server sends something that is no reply.</summary>
    public PushHandler? Pushed { get; set; }

    /// <summary>Asks the server something about itself.</summary>
    /// <param name="question">The command; the caller still owns it.</param>
    /// <param name="cancellationToken">Ends the wait, which has no other limit.</param>
    public ValueTask<Reply> AskAsync(RedisCommand question, CancellationToken cancellationToken)
    {
        question.IsUnbounded = true;
        question.CancelBy(cancellationToken);
        _reads.Send(question);
        return question.Reply;
    }

    public void Send(RedisCommand command, CommandKind kind)
    {
        var isOfReads = kind is CommandKind.Read or CommandKind.LoadWrite;
        command.IsWrite = !isOfReads;
        if (command.Length > _bulkThreshold)
        {
            // Who reads the value next knows already how large it is.
            _largeKeys.Add(command.Key);
            command.IsOfBulk = !command.AvoidsBulk && (isOfReads || !HasGivenUp(_writes, command));
        }
        else if (isOfReads)
        {
            command.IsOfBulk = _largeKeys.Contains(command.Key);
        }
        else
        {
            // A large value whose caller has given up may still be on its way, and must not come after a later change.
            command.IsOfBulk = _bulk.IsValueCreated && !command.AvoidsBulk && HasGivenUp(_bulk.Value, command);
        }

        if (!command.IsOfBulk)
        {
            (isOfReads ? _reads : _writes).Send(command);
        }
        else if (LargeReads.CanServe(command))
        {
            _largeReads.Begin(command, _bulk.Value);
        }
        else
        {
            _bulk.Value.Send(command);
        }
    }

    /// <summary>Gets the channels of the server.</summary>
    public Subscriptions Subscriptions => _subscriptions.Value;

    /// <summary>Sends a command that makes its connection wait, over one where only others of the kind wait for it.</summary>
    public void SendAside(RedisCommand command) => _aside.Value.Send(command);

    /// <summary>Takes note of the size of a value, so that the next read of a large one goes another way.</summary>
    public void Note(RedisCommand command, int length)
    {
        if (length > _bulkThreshold)
        {
            _largeKeys.Add(command.Key);
        }
    }

    /// <summary>Makes the connections without waiting for a command that needs them.</summary>
    public void Begin()
    {
        _reads.Begin();
        _writes.Begin();
    }

    public void OnReady(RedisConnection connection)
    {
        Breaker.Close();
        if (connection.Role != ConnectionRole.Aside)
        {
            _observer?.OnReady(this, connection);
        }

        if (_observer is not null && connection.Role == ConnectionRole.Reads)
        {
            // Copies are believed only while both are proven alive, and a process that only reads needs no other.
            _writes.Begin();
        }

        ConnectionChanged?.Invoke(this, connection);
        Interlocked.Exchange(ref _firstContact, null)?.Invoke(this);
    }

    public void OnPush(RedisConnection connection, RespReader push)
    {
        _observer?.OnPush(this, connection, push);
        Pushed?.Invoke(this, push);
    }

    public void OnClosed(RedisConnection connection, bool wasReady)
    {
        if (wasReady && connection.Role != ConnectionRole.Aside)
        {
            _observer?.OnClosed(this, connection);
        }

        ConnectionChanged?.Invoke(this, connection);
    }

    public bool HasHeardSince(long timestamp) =>
        HasHeard(_reads, timestamp) || HasHeard(_writes, timestamp) || (_bulk.IsValueCreated && HasHeard(_bulk.Value, timestamp));

    public void Dispose()
    {
        _reads.Dispose();
        _writes.Dispose();
        if (_bulk.IsValueCreated)
        {
            _bulk.Value.Dispose();
        }

        if (_aside.IsValueCreated)
        {
            _aside.Value.Dispose();
        }

        if (_subscriptions.IsValueCreated)
        {
            _subscriptions.Value.Dispose();
        }
    }

    private bool IsBusy()
    {
        var lately = _time.GetTimestamp() - (_time.TimestampFrequency / 1000 * LatelyMs);
        return HasHeard(_reads, lately) || HasHeard(_writes, lately);
    }

    private static bool HasHeard(ConnectionSlot slot, long timestamp) => slot.Current is { IsReady: true } connection && connection.LastReceived >= timestamp;

    private static bool HasGivenUp(ConnectionSlot slot, RedisCommand next) => slot.Current?.HasGivenUp(next) == true;

    private static bool IsIdleSlot(ConnectionSlot slot) => slot.Current is null or { IsIdle: true };
}
