using Larder.Redis.Commands;
using Larder.Redis.Protocol;

namespace Larder.Redis.Tests.Topology;

/// <summary>The commands of tests, as one call each.</summary>
internal static class Commands
{
    public static async Task SetAsync(this RedisClient client, string key, string value)
    {
        using var command = RedisCommand.Rent("SET"u8, 2).AddKey(default, key).Add(value);
        using var reply = await client.ExecuteAsync(command, CommandKind.IdempotentWrite, CancellationToken.None);
    }

    public static async Task<string?> GetAsync(this RedisClient client, string key)
    {
        using var command = RedisCommand.Rent("GET"u8, 1).AddKey(default, key);
        using var reply = await client.ExecuteAsync(command, CommandKind.Read, CancellationToken.None);
        return reply.IsNull ? null : reply.ToString();
    }
}
