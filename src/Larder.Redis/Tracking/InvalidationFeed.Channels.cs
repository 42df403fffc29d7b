using Larder.Redis.Connections;
using Larder.Redis.Protocol;

namespace Larder.Redis.Tracking;

/// <summary>The channels that are listened to beside what servers tell by themselves.</summary>
internal sealed partial class InvalidationFeed
{
    /// <summary>Listens to the channels of a cache, on the connection that tells of changes: in the place of that, where the server does not.</summary>
    private void Subscribe(RedisNode node, RedisConnection connection, IInvalidationListener listener)
    {
        if (connection.Server.Protocol < 3)
        {
            return;
        }

        if (listener.Channel is { } channel && !connection.Server.IsTracked)
        {
            _ = SubscribeAsync(node, connection, channel.Name, channel);
        }

        foreach (var name in listener.SyncChannels)
        {
            _ = SubscribeAsync(node, connection, name, channel: null);
        }
    }

    private async Task SubscribeAsync(RedisNode node, RedisConnection connection, string name, ChangeChannel? channel)
    {
        using var command = RedisCommand.Rent("SUBSCRIBE"u8, 1).Add(name).AddPing();
        command.IsUnbounded = true;
        if (!connection.TrySend(command))
        {
            return;
        }

        using var reply = await command.Reply.ConfigureAwait(false);
        if (reply.IsError)
        {
            return;
        }

        lock (_gate)
        {
            if (_nodes.TryGetValue(node, out var trust) && trust[ConnectionRole.Reads] == connection)
            {
                channel?.Restart();
                trust.Channels.Add(name);
                _generation++;
                PublishUnsynchronized();
            }
        }
    }
}
