using System.Globalization;
using System.Text;
using Larder.Redis.Commands;
using Larder.Redis.Protocol;

namespace Larder.Redis.Tier;

/// <summary>Commands of the application's own.</summary>
internal sealed partial class RedisTier
{
    /// <summary>What would change the connection for all who share it, or make them wait.</summary>
    private static readonly HashSet<string> Refused = new(StringComparer.OrdinalIgnoreCase)
    {
        "AUTH", "HELLO", "SELECT", "RESET", "QUIT", "CLIENT", "ASKING", "READONLY", "READWRITE", "MULTI", "EXEC", "DISCARD", "WATCH", "UNWATCH",
        "SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "UNSUBSCRIBE", "PUNSUBSCRIBE", "SUNSUBSCRIBE", "MONITOR", "SYNC", "PSYNC", "WAIT", "WAITAOF", "SHUTDOWN",
        "BLPOP", "BRPOP", "BLMOVE", "BRPOPLPUSH", "BLMPOP", "BZPOPMIN", "BZPOPMAX", "BZMPOP", "XREAD", "XREADGROUP",
    };

    public async ValueTask<object?> ExecuteAsync(string name, IReadOnlyList<object> arguments, CancellationToken cancellationToken)
    {
        if (Refused.Contains(name))
        {
            throw new ArgumentException($"The command {name} cannot be sent over a connection that others share.", nameof(name));
        }

        // Which keys it changes is not known: the server is to tell of each.
        using var command = RedisCommand.Rent(Encoding.UTF8.GetBytes(name), arguments.Count);
        command.AvoidsBulk = true;
        foreach (var argument in arguments)
        {
            command.AddKey(BytesOf(argument).Span);
        }

        using var reply = await _client.ExecuteAsync(command, CommandKind.Write, cancellationToken).ConfigureAwait(false);
        return reply.ToObject();
    }

    private static ReadOnlyMemory<byte> BytesOf(object argument) => argument switch
    {
        string text => Encoding.UTF8.GetBytes(text),
        byte[] bytes => bytes,
        ReadOnlyMemory<byte> bytes => bytes,
        int or long or short or byte or uint or ulong or ushort or sbyte => Encoding.UTF8.GetBytes(Convert.ToString(argument, CultureInfo.InvariantCulture)!),
        _ => throw new ArgumentException($"An argument of a command is a {argument?.GetType().ToString() ?? "null"}, and must be a string, bytes or an integer.", nameof(argument)),
    };
}
