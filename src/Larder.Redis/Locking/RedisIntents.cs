using System.Text;
using Larder.Redis.Commands;
using Larder.Tiers;

namespace Larder.Redis.Locking;

/// <summary>Intents in Redis: each is one sorted set of writers, judged by the clock of the server. See intent-put.lua.</summary>
internal sealed class RedisIntents(RedisClient client, string prefix, LockSettings settings) : IntentStore
{
    private readonly byte[] _prefix = Encoding.UTF8.GetBytes(prefix + "!");

    public override async ValueTask PutAsync(string name, UInt128 owner, TimeSpan life, CancellationToken cancellationToken)
    {
        using var command = RedisClient.Script(RedisScript.PutIntent, 1, 3).AddKey(_prefix, name).AddHex(owner).Add((long)life.TotalMilliseconds).AddTime(settings.NowMs);
        (await client.ExecuteAsync(command, RedisScript.PutIntent, CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false)).Dispose();
    }

    public override async ValueTask ReleaseAsync(string name, UInt128 owner)
    {
        // The last one takes the set with it.
        using var command = Protocol.RedisCommand.Rent("ZREM"u8, 2).AddKey(_prefix, name).AddHex(owner);
        (await client.ExecuteAsync(command, CommandKind.IdempotentWrite, CancellationToken.None).ConfigureAwait(false)).Dispose();
    }

    public override async ValueTask<bool> AreHeldAsync(string name, CancellationToken cancellationToken)
    {
        // Over the connection that writes, which no server tracks.
        using var command = Protocol.RedisCommand.Rent("EXISTS"u8, 1).AddKey(_prefix, name);
        using var reply = await client.ExecuteAsync(command, CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false);
        return reply.Integer == 1;
    }
}
