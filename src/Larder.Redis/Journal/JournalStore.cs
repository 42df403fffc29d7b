using System.Globalization;
using System.Text;
using Larder.Redis.Commands;
using Larder.Redis.Protocol;

namespace Larder.Redis.Journal;

/// <summary>The journal in Redis: what can be done with it, one command each.</summary>
internal sealed class JournalStore(RedisClient client, string name, int partitions) : IAsyncDisposable
{
    private readonly JournalKeys[] _keys = [.. Enumerable.Range(0, partitions).Select(partition => new JournalKeys(name, partition))];
    private readonly byte[] _workersKey = Encoding.UTF8.GetBytes($"{{{name}}}:workers");
    private readonly byte[] _partitionsKey = Encoding.UTF8.GetBytes($"{{{name}}}:partitions");
    private volatile bool _isChecked;

    public int Partitions => partitions;

    /// <summary>Appends a write.</summary>
    /// <returns>Whether it is in the journal, and its version; zero when there was no room.</returns>
    public async ValueTask<(bool IsQueued, long Version)> AppendAsync(string text, byte[] payload, long limit, bool wantsVersion, CancellationToken cancellationToken)
    {
        await CheckAsync(cancellationToken).ConfigureAwait(false);
        var call = Random.Shared.NextInt64();
        try
        {
            var keys = KeysOf(text);
            using var command = RedisClient.Script(JournalScripts.Append, 3, 5).AddKey(keys.Stream).AddKey(keys.Waiting).AddKey(keys.Version)
                .Add(text).Add(call).Add(payload).Add(limit).Add(wantsVersion ? "v"u8 : "-"u8);
            using var reply = await client.ExecuteAsync(command, JournalScripts.Append, CommandKind.Write, cancellationToken).ConfigureAwait(false);
            var reader = reply.Open();
            reader.Read();
            var version = reader.Integer;
            reader.Read();
            return (reader.Integer == 1, version);
        }
        catch (CacheException exception) when (exception is CacheTimeoutException or CacheConnectionException { MayHaveHappened: true })
        {
            // Sent again it could take effect twice. If it still waits it was accepted; otherwise nobody knows, and the caller is told so.
            if (await ConfirmAsync(text, call, cancellationToken).ConfigureAwait(false) is { } version)
            {
                return (true, version);
            }

            throw;
        }
    }

    public async ValueTask<JournalTake> TakeAsync(int partition, string worker, TimeSpan lease, int count, bool mayTake, string cursor, CancellationToken cancellationToken)
    {
        var keys = _keys[partition];
        using var command = RedisClient.Script(JournalScripts.Take, 2, 5).AddKey(keys.Stream).AddKey(keys.Owner)
            .Add(worker).Add((long)lease.TotalMilliseconds).Add(count).Add(mayTake ? "1"u8 : "0"u8).Add(cursor);
        using var reply = await client.ExecuteAsync(command, JournalScripts.Take, CommandKind.Write, cancellationToken).ConfigureAwait(false);
        return Read(reply);
    }

    /// <summary>Takes out what the source has.</summary>
    /// <returns>Whether the partition is still the worker's.</returns>
    public async ValueTask<bool> SettleAsync(int partition, string worker, IReadOnlyList<(long Version, string Text)> entries, CancellationToken cancellationToken)
    {
        var keys = _keys[partition];
        using var command = RedisClient.Script(JournalScripts.Settle, 3, 1 + (2 * entries.Count)).AddKey(keys.Stream).AddKey(keys.Waiting).AddKey(keys.Owner).Add(worker);
        foreach (var (version, text) in entries)
        {
            command.Add(version).Add(text);
        }

        using var reply = await client.ExecuteAsync(command, JournalScripts.Settle, CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false);
        return reply.Integer == 1;
    }

    public async ValueTask<bool> BuryAsync(int partition, string worker, long version, string text, string reason, CancellationToken cancellationToken)
    {
        var keys = _keys[partition];
        using var command = RedisClient.Script(JournalScripts.Bury, 4, 4).AddKey(keys.Stream).AddKey(keys.Waiting).AddKey(keys.Owner).AddKey(keys.Dead)
            .Add(worker).Add(version).Add(text).Add(reason);
        using var reply = await client.ExecuteAsync(command, JournalScripts.Bury, CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false);
        return reply.Integer == 1;
    }

    public async ValueTask<byte[]?> FindAsync(string text, CancellationToken cancellationToken)
    {
        var keys = KeysOf(text);
        using var command = RedisClient.Script(JournalScripts.Find, 2, 1).AddKey(keys.Stream).AddKey(keys.Waiting).Add(text);
        using var reply = await client.ExecuteAsync(command, JournalScripts.Find, CommandKind.Read, cancellationToken).ConfigureAwait(false);
        return reply.IsNull ? null : reply.Span.ToArray();
    }

    public async ValueTask ForgetAsync(string text, long version, CancellationToken cancellationToken)
    {
        using var command = RedisClient.Script(JournalScripts.Forget, 1, 2).AddKey(KeysOf(text).Waiting).Add(text).Add(version);
        using var _ = await client.ExecuteAsync(command, JournalScripts.Forget, CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask ReleaseAsync(int partition, string worker, CancellationToken cancellationToken)
    {
        using var command = RedisClient.Script(JournalScripts.Release, 1, 1).AddKey(_keys[partition].Owner).Add(worker);
        using var _ = await client.ExecuteAsync(command, JournalScripts.Release, CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Tells that a worker lives or leaves.</summary>
    /// <returns>How many live.</returns>
    public async ValueTask<int> BeatAsync(string worker, TimeSpan lease, bool isAlive, CancellationToken cancellationToken)
    {
        await CheckAsync(cancellationToken).ConfigureAwait(false);
        using var command = RedisClient.Script(JournalScripts.Workers, 1, 3).AddKey(_workersKey).Add(worker).Add((long)lease.TotalMilliseconds).Add(isAlive ? "1"u8 : "0"u8);
        using var reply = await client.ExecuteAsync(command, JournalScripts.Workers, CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false);
        return (int)reply.Integer;
    }

    /// <summary>Counts the writes that wait, in all partitions.</summary>
    public async ValueTask<long> LengthAsync(CancellationToken cancellationToken)
    {
        var lengths = await Task.WhenAll(_keys.Select(async keys =>
        {
            using var command = RedisCommand.Rent("XLEN"u8, 1).AddKey(keys.Stream);
            using var reply = await client.ExecuteAsync(command, CommandKind.Read, cancellationToken).ConfigureAwait(false);
            return reply.Integer;
        })).ConfigureAwait(false);
        return lengths.Sum();
    }

    /// <summary>Reads dead letters of one partition.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="after">The id after which to begin, in the form of XRANGE.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async ValueTask<IReadOnlyList<(string Id, string Text, byte[] Payload, long Version, string Reason)>> DeadAsync(int partition, string after, CancellationToken cancellationToken)
    {
        using var command = RedisCommand.Rent("XRANGE"u8, 5).AddKey(_keys[partition].Dead).Add(after).Add("+"u8).Add("COUNT"u8).Add(100);
        using var reply = await client.ExecuteAsync(command, CommandKind.Read, cancellationToken).ConfigureAwait(false);
        return [.. ((object?[])reply.ToObject()!).Select(entry =>
        {
            var parts = (object?[])entry!;
            var fields = (object?[])parts[1]!;
            return (Text(parts[0]), Text(fields[1]), (byte[])fields[3]!, long.Parse(Text(fields[5]), CultureInfo.InvariantCulture), Text(fields[7]));
        })];
    }

    public async ValueTask<bool> RemoveDeadAsync(int partition, string id, CancellationToken cancellationToken)
    {
        using var command = RedisCommand.Rent("XDEL"u8, 2).AddKey(_keys[partition].Dead).Add(id);
        using var reply = await client.ExecuteAsync(command, CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false);
        return reply.Integer == 1;
    }

    public ValueTask DisposeAsync() => client.DisposeAsync();

    private static string Text(object? bytes) => Encoding.UTF8.GetString((byte[])bytes!);

    private static JournalTake Read(Reply reply)
    {
        var reader = reply.Open();
        reader.Read();
        if (reader.Integer == 0)
        {
            return JournalTake.OfAnother;
        }

        reader.Read();
        var isNew = reader.Integer == 1;
        reader.Read();
        var cursor = reader.String!;
        reader.Read();
        var length = reader.Integer;
        reader.Read();
        var now = reader.Integer;
        var entries = new List<JournalEntry>();
        while (reader.Read())
        {
            var version = long.Parse(reader.String!.AsSpan(0, reader.String!.IndexOf('-', StringComparison.Ordinal)), CultureInfo.InvariantCulture);
            reader.Read();
            var text = reader.String!;
            reader.Read();
            var payload = reader.Text.ToArray();
            reader.Read();
            entries.Add(new JournalEntry(version, text, payload, reader.Integer));
        }

        return new JournalTake(true, isNew, cursor, length, now, entries);
    }

    private JournalKeys KeysOf(string text) => _keys[JournalKeys.PartitionOf(text, partitions)];

    private async ValueTask<long?> ConfirmAsync(string text, long call, CancellationToken cancellationToken)
    {
        try
        {
            using var command = RedisClient.Script(JournalScripts.Confirm, 1, 2).AddKey(KeysOf(text).Waiting).Add(text).Add(call);
            using var reply = await client.ExecuteAsync(command, JournalScripts.Confirm, CommandKind.Read, cancellationToken).ConfigureAwait(false);
            return reply.IsNull ? null : long.Parse(reply.ToString(), CultureInfo.InvariantCulture);
        }
        catch (CacheException)
        {
            return null;
        }
    }

    /// <summary>Checks once that the servers keep what they are given, and that all processes divide the journal alike.</summary>
    private async ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        if (_isChecked)
        {
            return;
        }

        foreach (var node in await client.Topology.PrimariesAsync(cancellationToken).ConfigureAwait(false))
        {
            using var info = RedisCommand.Rent("INFO"u8, 1).Add("memory"u8);
            using var reply = await client.ExecuteOnAsync(node, info, CommandKind.Read, cancellationToken).ConfigureAwait(false);
            if (reply.Span.IndexOf("maxmemory_policy:allkeys"u8) >= 0 && reply.Span.IndexOf("maxmemory:0\r"u8) < 0)
            {
                throw new CacheException($"The server {node.Name} evicts any key when its memory is full (maxmemory-policy allkeys-...), accepted writes too. "
                    + "Keep the journal on a server with 'noeviction' or one of the 'volatile-' policies.");
            }
        }

        using var command = RedisCommand.Rent("SET"u8, 4).AddKey(_partitionsKey).Add(partitions).Add("NX"u8).Add("GET"u8);
        using var known = await client.ExecuteAsync(command, CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false);
        if (!known.IsNull && known.ToString() != partitions.ToString(CultureInfo.InvariantCulture))
        {
            throw new CacheException($"The journal '{name}' has {known} partitions, and RedisJournal.Partitions is {partitions}. All processes need the same number; to change it, let the journal run empty and take another name.");
        }

        _isChecked = true;
    }
}
