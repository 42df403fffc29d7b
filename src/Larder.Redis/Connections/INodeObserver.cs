using Larder.Redis.Protocol;

namespace Larder.Redis.Connections;

/// <summary>Who is told what happens on the connections of servers. All calls come on threads of the connections, and must not block.</summary>
internal interface INodeObserver
{
    /// <summary>A connection can be used; no command has been sent over it yet.</summary>
    void OnReady(RedisNode node, RedisConnection connection);

    /// <summary>The server sent something that is no reply; called before any later reply is given out.</summary>
    void OnPush(RedisNode node, RedisConnection connection, RespReader push);

    /// <summary>Another server has taken the place of one that took writes, or it has begun anew: what was written last may be lost.</summary>
    void OnSuccession();

    /// <summary>A connection has ended; called before its commands fail, and before another one is made in its place.</summary>
    void OnClosed(RedisNode node, RedisConnection connection);
}
