using System.Text;
using Larder.Redis.Protocol;
using Microsoft.Extensions.Logging;

namespace Larder.Redis.Connections;

/// <summary>Warns about servers that are not set up for a cache: without a memory limit, or that refuse writes at the limit in place of evicting.</summary>
internal static class MemoryPolicyCheck
{
    /// <summary>Asks a server, and logs what is wrong. A server that does not tell is left alone.</summary>
    public static async ValueTask RunAsync(RedisNode node, ILogger logger)
    {
        using var command = RedisCommand.Rent("INFO"u8, 1).Add("memory"u8);
        node.Send(command, CommandKind.Read);
        using var reply = await command.Reply.ConfigureAwait(false);
        if (reply.IsError)
        {
            return;
        }

        var info = Encoding.UTF8.GetString(reply.Span).Split('\n', StringSplitOptions.TrimEntries);
        if (info.Contains("maxmemory:0", StringComparer.Ordinal))
        {
            RedisLog.NoMemoryLimit(logger, node.Name);
        }
        else if (info.Contains("maxmemory_policy:noeviction", StringComparer.Ordinal))
        {
            RedisLog.NoEviction(logger, node.Name);
        }
    }
}
