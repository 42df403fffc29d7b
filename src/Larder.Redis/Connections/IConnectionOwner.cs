using Larder.Redis.Protocol;

namespace Larder.Redis.Connections;

/// <summary>Who is told what happens on a connection. All calls come on threads of the connection, and must not block.</summary>
internal interface IConnectionOwner
{
    /// <summary>The handshake is done.</summary>
    void OnReady(RedisConnection connection);

    /// <summary>The server sent something that is no reply; called before any later reply is given out.</summary>
    void OnPush(RedisConnection connection, RespReader push);

    /// <summary>The connection has ended, or never came about; its commands fail when this call has returned.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="wasReady">Whether it had been usable.</param>
    void OnClosed(RedisConnection connection, bool wasReady);

    /// <summary>Tells whether the server has sent anything over any of its connections since then.</summary>
    bool HasHeardSince(long timestamp);
}
