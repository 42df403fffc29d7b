using Larder.Redis.Connections;

namespace Larder.Redis.Tracking;

/// <summary>The connections of a server, and whether it is trusted to tell what changes. Guarded by the lock of its feed.</summary>
internal sealed class NodeTrust
{
    private readonly RedisConnection?[] _connections = new RedisConnection?[3];

    /// <summary>Gets or sets whether what was copied from the server may be believed for as long as its connections are proven alive.</summary>
    public bool IsTrusted { get; set; }

    /// <summary>Gets or sets how many losses there are whose copies have not all been dropped yet.</summary>
    public int Losses { get; set; }

    /// <summary>Gets the channels that are subscribed to on the connection for reads.</summary>
    public HashSet<string> Channels { get; } = new(StringComparer.Ordinal);

    /// <summary>Gets whether the connections are there by which changes are heard of, and by which they are made.</summary>
    public bool IsConnected => this[ConnectionRole.Reads] is { IsReady: true } && this[ConnectionRole.Writes] is { IsReady: true };

    /// <summary>Tells whether a cache hears of changes of the keys of the server.</summary>
    public bool IsHeardBy(IInvalidationListener listener) =>
        this[ConnectionRole.Reads] is { Server.IsTracked: true } || (listener.Channel is { } channel && Channels.Contains(channel.Name));

    public bool HasConnections => Array.Exists(_connections, connection => connection is not null);

    public RedisConnection? this[ConnectionRole role]
    {
        get => _connections[(int)role];
        set => _connections[(int)role] = value;
    }

    /// <summary>Gets a timestamp before which all connections are proven to have been alive.</summary>
    public long ProvenAt
    {
        get
        {
            var proven = long.MaxValue;
            foreach (var connection in _connections)
            {
                proven = Math.Min(proven, connection?.ProvenAt ?? long.MaxValue);
            }

            return proven;
        }
    }
}
