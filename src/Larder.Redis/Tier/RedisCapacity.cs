using System.Text;
using Larder.Redis.Commands;
using Larder.Redis.Protocol;

namespace Larder.Redis.Tier;

/// <summary>
/// Holds a cache to a number of entries on the server, by the order of their last use, which an index beside them keeps. Without a limit there is no index, and
/// room is the server's affair (<c>maxmemory-policy</c>).
/// </summary>
internal sealed class RedisCapacity(RedisClient client, string name, int maxEntries)
{
    /// <summary>Longer than the entries of a cache that is used.</summary>
    private static readonly long LifeMs = (long)TimeSpan.FromDays(90).TotalMilliseconds;

    private readonly byte[] _index = Encoding.UTF8.GetBytes($"{{{name}!lru}}");

    /// <summary>Notes that an entry was stored.</summary>
    /// <returns>The entries that are too many now, and are in the index no longer.</returns>
    public async ValueTask<IReadOnlyList<string>> AddAsync(string key, CancellationToken cancellationToken)
    {
        using var command = Touch(key);
        using var reply = await client.ExecuteAsync(command, RedisScript.Touch, CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false);
        var reader = reply.Open();
        var names = new List<string>(reader.Count);
        while (reader.Read())
        {
            names.Add(reader.String!);
        }

        return names;
    }

    /// <summary>Notes that an entry was read, without a wait: that a note is lost changes the order a little and nothing else.</summary>
    public void Use(string key)
    {
        using var command = Touch(key);
        client.TrySend(command, CommandKind.IdempotentWrite, CancellationToken.None);
    }

    /// <summary>Notes that an entry was removed.</summary>
    public void Remove(string key)
    {
        using var command = RedisCommand.Rent("ZREM"u8, 2).AddKey(_index).Add(key);
        client.TrySend(command, CommandKind.IdempotentWrite, CancellationToken.None);
    }

    private RedisCommand Touch(string key) => RedisClient.Script(RedisScript.Touch, 1, 3).AddKey(_index).Add(key).Add(maxEntries).Add(LifeMs);
}
