using System.Text;
using Larder.Redis.Commands;
using Larder.Redis.Telemetry;
using Larder.Redis.Protocol;
using Microsoft.Extensions.Logging;

namespace Larder.Redis.Connections;

/// <summary>Warns about servers that are not set up for a cache: without a memory limit, or that refuse writes at the limit in place of evicting.</summary>
internal static class MemoryPolicyCheck
{
    /// <summary>
    /// Asks a server, and logs what is wrong: by INFO, and by CONFIG where INFO is refused or says nothing of it. Who hosts Redis for others often forbids one of them.
    /// </summary>
    public static async ValueTask RunAsync(RedisNode node, ILogger logger)
    {
        var found = await AskAsync(node, "INFO", ["memory"], ReadInfo).ConfigureAwait(false);
        if (found is { IsAnswer: true, Limit: null } or { IsAnswer: true, Policy: null })
        {
            found = await AskAsync(node, "CONFIG", ["GET", "maxmemory*"], ReadConfig).ConfigureAwait(false);
        }

        switch (found)
        {
            case { IsAnswer: false }:
                break;
            case { Limit: null } or { Policy: null }:
                RedisLog.MemoryPolicyUnknown(logger, node.Name);
                break;
            case { Limit: "0" }:
                RedisLog.NoMemoryLimit(logger, node.Name);
                break;
            case { Policy: "noeviction" }:
                RedisLog.NoEviction(logger, node.Name);
                break;
        }
    }

    private static async ValueTask<Settings> AskAsync(RedisNode node, string name, string[] words, Func<Reply, Settings> read)
    {
        using var command = RedisCommand.Rent(Encoding.UTF8.GetBytes(name), words.Length);
        Array.ForEach(words, word => command.Add(word));
        node.Send(command, CommandKind.Read);
        using var reply = await command.Reply.ConfigureAwait(false);
        return reply.IsError ? new Settings(IsAnswer: reply.Failure is null) : read(reply);
    }

    private static Settings ReadInfo(Reply reply)
    {
        var lines = Encoding.UTF8.GetString(reply.Span).Split('\n', StringSplitOptions.TrimEntries);
        return new Settings(IsAnswer: true, ValueOf("maxmemory:"), ValueOf("maxmemory_policy:"));

        string? ValueOf(string name) => lines.FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..];
    }

    private static Settings ReadConfig(Reply reply)
    {
        var found = new Settings(IsAnswer: true);
        var reader = reply.Open();
        while (reader.Read())
        {
            var name = reader.String;
            if (!reader.Read())
            {
                break;
            }

            found = name switch
            {
                "maxmemory" => found with { Limit = reader.String },
                "maxmemory-policy" => found with { Policy = reader.String },
                _ => found,
            };
        }

        return found;
    }

    /// <summary>What a server says of its memory.</summary>
    /// <param name="IsAnswer">Whether it said anything, be it a refusal; not when the connection was lost.</param>
    /// <param name="Limit">Its maxmemory; <see langword="null"/> when it does not tell.</param>
    /// <param name="Policy">Its maxmemory-policy; <see langword="null"/> when it does not tell.</param>
    private readonly record struct Settings(bool IsAnswer, string? Limit = null, string? Policy = null);
}
