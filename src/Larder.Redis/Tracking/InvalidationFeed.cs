using Larder.Redis.Connections;
using Larder.Redis.Protocol;
using Larder.Tiers;

namespace Larder.Redis.Tracking;

/// <summary>
/// What the servers of a client say of changes, for the caches that keep copies in memory. A server is trusted while its connections are proven alive: a reply
/// to a command proves that everything came that the server said before, up to the moment at which the command was given to the connection. The copies
/// are believed for <see cref="TrustPeriod"/> from then on.
/// </summary>
/// <remarks>
/// When a connection is lost, or proof fails to come, all copies are disbelieved at once; those of that server are dropped, and then the others are believed again.
/// </remarks>
internal sealed partial class InvalidationFeed : INodeObserver, IDisposable
{
    /// <summary>What the clock of reads may be behind.</summary>
    private const long ClockMarginMs = 20;

    private readonly Lock _gate = new();
    private readonly Dictionary<RedisNode, NodeTrust> _nodes = [];
    private readonly TimeProvider _time = TimeProvider.System;
    private IInvalidationListener[] _listeners = [];
    private readonly Dictionary<System.Net.EndPoint, string> _runIds = [];
    private readonly bool _isUntracked;
    private long _generation;
    private bool _needsTelling;

    /// <summary>Makes a feed.</summary>
    /// <param name="trustPeriod">How long copies are believed after the last proof.</param>
    /// <param name="isBroadcast">Whether servers tell also of what was not read.</param>
    /// <param name="isUntracked">Whether servers are not asked to tell of anything.</param>
    public InvalidationFeed(TimeSpan trustPeriod, bool isBroadcast = false, bool isUntracked = false)
    {
        TrustPeriod = trustPeriod;
        IsBroadcast = isBroadcast;
        _isUntracked = _needsTelling = isUntracked;
        Pulse.Add(Tick);
    }

    public TimeSpan TrustPeriod { get; }

    public bool IsBroadcast { get; }

    /// <summary>
    /// Gets a number that changes when a server begins or ceases to be trusted. A copy may be kept if it is the same before its read was sent and when the reply
    /// is there; and what comes after that drops it again.
    /// </summary>
    public long Generation => Volatile.Read(ref _generation);

    /// <summary>Gets whether there may be processes that hear of changes only if this one tells them: unless all servers tell this one.</summary>
    public bool NeedsTelling => Volatile.Read(ref _needsTelling);

    public void Add(IInvalidationListener listener)
    {
        (RedisNode Node, RedisConnection Connection)[] connected;
        lock (_gate)
        {
            _listeners = [.. _listeners, listener];
            connected = [.. _nodes.Where(node => node.Value[ConnectionRole.Reads] is not null).Select(node => (node.Key, node.Value[ConnectionRole.Reads]!))];
        }

        foreach (var (node, connection) in connected)
        {
            Subscribe(node, connection, listener);
        }
    }

    public void Remove(IInvalidationListener listener)
    {
        lock (_gate)
        {
            _listeners = [.. _listeners.Where(other => other != listener)];
        }
    }

    /// <summary>Tells whether a cache may keep copies from a server.</summary>
    public bool IsTrusted(RedisNode node, IInvalidationListener listener)
    {
        lock (_gate)
        {
            return _nodes.TryGetValue(node, out var trust) && trust is { IsTrusted: true, Losses: 0 } && trust.IsHeardBy(listener);
        }
    }

    /// <summary>Tells whether channels are listened to on the connection of a server that tells of changes.</summary>
    public bool IsSubscribed(RedisNode node, IReadOnlyList<string> channels)
    {
        lock (_gate)
        {
            return _nodes.TryGetValue(node, out var trust) && trust[ConnectionRole.Reads] is { Server.IsTracked: true } && channels.All(trust.Channels.Contains);
        }
    }

    /// <summary>
    /// Tells the other caches of this process with the same keys of a change that may have gone over a connection which they share and which hears of changes: the server does not tell such a one of what came over it.
    /// </summary>
    /// <param name="changed">Who has made the change.</param>
    /// <param name="prefix">What the changed key begins with, as the server has it.</param>
    /// <param name="key">The rest of it.</param>
    public void TellNeighbours(IInvalidationListener changed, string prefix, string key)
    {
        foreach (var listener in Volatile.Read(ref _listeners))
        {
            if (listener != changed && listener.Prefix == changed.Prefix)
            {
                listener.OnChanged(System.Text.Encoding.UTF8.GetBytes(prefix + key));
            }
        }
    }

    /// <summary>Tells the caches anew until when they may believe their copies.</summary>
    public void Publish()
    {
        lock (_gate)
        {
            PublishUnsynchronized();
        }
    }

    public void OnReady(RedisNode node, RedisConnection connection)
    {
        if (connection.Role != ConnectionRole.Bulk && connection.Server.RunId is { } runId && Succeeds(node, runId) && connection.Server.HasData)
        {
            OnSuccession();
        }

        lock (_gate)
        {
            if (!_nodes.TryGetValue(node, out var trust))
            {
                _nodes.Add(node, trust = new NodeTrust());
            }

            trust[connection.Role] = connection;
            if (connection.Role == ConnectionRole.Reads)
            {
                trust.Channels.Clear();
                _needsTelling = _isUntracked || !_nodes.Values.All(other => other[ConnectionRole.Reads] is null or { Server.IsTracked: true });
            }

            TrustUnsynchronized(trust);
            PublishUnsynchronized();
        }

        if (connection.Role == ConnectionRole.Reads)
        {
            foreach (var listener in Volatile.Read(ref _listeners))
            {
                Subscribe(node, connection, listener);
            }
        }

    }

    public void OnSuccession()
    {
        foreach (var listener in Volatile.Read(ref _listeners))
        {
            listener.OnSuccession();
        }
    }

    public void OnPush(RedisNode node, RedisConnection connection, RespReader push)
    {
        if (!push.Read() || !push.Read())
        {
            return;
        }

        if (push.Text.SequenceEqual("invalidate"u8))
        {
            OnInvalidated(node, push);
        }
        else if (push.Text.SequenceEqual("message"u8) || push.Text.SequenceEqual("smessage"u8))
        {
            push.Read();
            var channel = push.Text;
            push.Read();
            foreach (var listener in Volatile.Read(ref _listeners))
            {
                listener.OnMessage(node, channel, push.Text);
            }
        }
    }

    public void OnClosed(RedisNode node, RedisConnection connection)
    {
        lock (_gate)
        {
            if (!_nodes.TryGetValue(node, out var trust) || trust[connection.Role] != connection)
            {
                return;
            }

            trust[connection.Role] = null;
            if (!trust.IsTrusted)
            {
                ForgetUnsynchronized(node, trust);
                return;
            }

            LoseUnsynchronized(trust);
        }

        Drop(node);
    }

    public void Dispose() => Pulse.Remove(Tick);

    /// <summary>Takes note of which process is at an address.</summary>
    /// <returns>Whether it has come in the place of another.</returns>
    private bool Succeeds(RedisNode node, string runId)
    {
        lock (_gate)
        {
            var isOther = _runIds.TryGetValue(node.EndPoint, out var before) && before != runId;
            _runIds[node.EndPoint] = runId;
            return isOther;
        }
    }

    private void OnInvalidated(RedisNode node, RespReader push)
    {
        if (!push.Read())
        {
            return;
        }

        if (push.IsNull)
        {
            // All keys are gone.
            Lose(node);
            return;
        }

        var listeners = Volatile.Read(ref _listeners);
        for (var count = push.Count; count > 0 && push.Read(); count--)
        {
            foreach (var listener in listeners)
            {
                listener.OnChanged(push.Text);
            }
        }
    }

    /// <summary>Looks for servers whose proof is too old, and tells the caches how long they may believe what they have.</summary>
    private void Tick()
    {
        List<RedisNode>? lost = null;
        lock (_gate)
        {
            var now = _time.GetTimestamp();
            foreach (var (node, trust) in _nodes)
            {
                if (trust.IsTrusted && _time.GetElapsedTime(trust.ProvenAt, now) >= TrustPeriod)
                {
                    LoseUnsynchronized(trust);
                    (lost ??= []).Add(node);
                }
                else if (!trust.IsTrusted && trust.Losses == 0 && _time.GetElapsedTime(trust.ProvenAt, now) < TrustPeriod / 2)
                {
                    // It has been silent, and speaks again.
                    TrustUnsynchronized(trust);
                }
            }

            PublishUnsynchronized();
        }

        lost?.ForEach(Drop);
    }

    /// <summary>Has all copies from a server dropped, because a change of a key of it has gone unheard.</summary>
    public void Lose(RedisNode node)
    {
        lock (_gate)
        {
            if (!_nodes.TryGetValue(node, out var trust))
            {
                return;
            }

            LoseUnsynchronized(trust);
        }

        Drop(node);
    }

    private void LoseUnsynchronized(NodeTrust trust)
    {
        trust.IsTrusted = false;
        trust.Losses++;
        _generation++;
        PublishUnsynchronized();
        foreach (var listener in _listeners)
        {
            listener.OnSuspect();
        }
    }

    private void TrustUnsynchronized(NodeTrust trust)
    {
        if (trust is { IsTrusted: false, Losses: 0, IsConnected: true })
        {
            trust.IsTrusted = true;
            _generation++;
        }
    }

    /// <summary>Has the caches drop what they have of a server, on another thread: there may be much, and connections wait for this one.</summary>
    private void Drop(RedisNode node) => ThreadPool.UnsafeQueueUserWorkItem(
        static drop =>
        {
            foreach (var listener in Volatile.Read(ref drop.feed._listeners))
            {
                listener.OnLost(drop.node);
            }

            drop.feed.EndLoss(drop.node);
        },
        (feed: this, node),
        preferLocal: false);

    private void EndLoss(RedisNode node)
    {
        lock (_gate)
        {
            var trust = _nodes[node];
            trust.Losses--;
            TrustUnsynchronized(trust);
            ForgetUnsynchronized(node, trust);
            PublishUnsynchronized();
        }
    }

    private void ForgetUnsynchronized(RedisNode node, NodeTrust trust)
    {
        if (trust is { Losses: 0, HasConnections: false })
        {
            _nodes.Remove(node);
        }
    }

    /// <summary>Tells the caches until when they may believe their copies: while some are to be dropped, not at all.</summary>
    private void PublishUnsynchronized()
    {
        var proven = long.MaxValue;
        var isDropping = false;
        foreach (var (_, trust) in _nodes)
        {
            isDropping |= trust.Losses > 0;
            proven = trust.IsTrusted ? Math.Min(proven, trust.ProvenAt) : proven;
        }

        var until = isDropping || proven == long.MaxValue ? 0 : CoarseTime.ExactMs + (long)(TrustPeriod - _time.GetElapsedTime(proven)).TotalMilliseconds - ClockMarginMs;
        foreach (var listener in _listeners)
        {
            listener.OnTrust(until == 0 || _nodes.Values.All(trust => !trust.IsTrusted || trust.IsHeardBy(listener)) ? until : 0);
        }
    }
}
