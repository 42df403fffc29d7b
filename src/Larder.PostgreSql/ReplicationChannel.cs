using Npgsql;
using Npgsql.Replication;
using Npgsql.Replication.PgOutput;
using Npgsql.Replication.PgOutput.Messages;

namespace Larder.PostgreSql;

/// <summary>Logical replication: the server tells of all that is committed, whoever wrote it, cascades included, and writers pay nothing for it.</summary>
internal sealed class ReplicationChannel(string connectionString, PostgresChangeOptions options, ChangeTarget target) : IChangeChannel
{
    /// <summary>The number that the type <c>boolean</c> has in every server.</summary>
    private const uint BooleanType = 16;

    private readonly Dictionary<string, IReadOnlyList<string>> _keys = new(StringComparer.Ordinal);

    public string Description => $"publication {options.Channel}";

    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(connectionString);
        await using var disposal = connection.ConfigureAwait(false);
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        var tables = string.Join(", ", target.Tables.Select(PostgresName.QuoteTable));
        if (!await TryExecuteAsync(connection, $"CREATE PUBLICATION {options.Channel} FOR TABLE {tables}", PostgresErrorCodes.DuplicateObject, cancellationToken).ConfigureAwait(false))
        {
            await TryExecuteAsync(connection, $"ALTER PUBLICATION {options.Channel} SET TABLE {tables}", tolerated: null, cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task ListenAsync(Action onListening, CancellationToken cancellationToken)
    {
        await FindKeysAsync(cancellationToken).ConfigureAwait(false);
        var connection = new LogicalReplicationConnection(connectionString);
        await using var disposal = connection.ConfigureAwait(false);
        connection.WalReceiverTimeout = options.KeepAlive;
        connection.WalReceiverStatusInterval = options.KeepAlive / 4;
        await connection.Open(cancellationToken).ConfigureAwait(false);
        var (slot, isNew) = await SlotAsync(connection, cancellationToken).ConfigureAwait(false);
        if (isNew)
        {
            // The slot tells of all that is committed from now on; what was before may have been missed.
            await target.FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        var messages = connection.StartReplication(slot, new PgOutputReplicationOptions(options.Channel, PgOutputProtocolVersion.V1), cancellationToken);
        onListening();
        await foreach (var message in messages.ConfigureAwait(false))
        {
            await UnderstandAsync(message, cancellationToken).ConfigureAwait(false);
            if (message is CommitMessage commit)
            {
                // Told to the server when it is done, so that it is told again otherwise.
                await target.DropAsync(cancellationToken).ConfigureAwait(false);
                connection.SetReplicationStatus(commit.TransactionEndLsn);
            }
        }
    }

    private async Task<(PgOutputReplicationSlot Slot, bool IsNew)> SlotAsync(LogicalReplicationConnection connection, CancellationToken cancellationToken)
    {
        if (options.Slot is not { } name)
        {
            return (await connection.CreatePgOutputReplicationSlot($"{options.Channel}_{Guid.NewGuid():N}"[..Math.Min(63, options.Channel.Length + 20)], temporarySlot: true, cancellationToken: cancellationToken).ConfigureAwait(false), true);
        }

        try
        {
            return (await connection.CreatePgOutputReplicationSlot(name, cancellationToken: cancellationToken).ConfigureAwait(false), true);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.DuplicateObject)
        {
            return (new PgOutputReplicationSlot(name), false);
        }
    }

    private async ValueTask UnderstandAsync(PgOutputReplicationMessage message, CancellationToken cancellationToken)
    {
        switch (message)
        {
            case InsertMessage insert:
                await AddAsync(insert.Relation, insert.NewRow, cancellationToken).ConfigureAwait(false);
                break;
            case IndexUpdateMessage update:
                await AddAsync(update.Relation, update.Key, cancellationToken).ConfigureAwait(false);
                await AddAsync(update.Relation, update.NewRow, cancellationToken).ConfigureAwait(false);
                break;
            case FullUpdateMessage update:
                await AddAsync(update.Relation, update.OldRow, cancellationToken).ConfigureAwait(false);
                await AddAsync(update.Relation, update.NewRow, cancellationToken).ConfigureAwait(false);
                break;
            case UpdateMessage update:
                await AddAsync(update.Relation, update.NewRow, cancellationToken).ConfigureAwait(false);
                break;
            case KeyDeleteMessage delete:
                await AddAsync(delete.Relation, delete.Key, cancellationToken).ConfigureAwait(false);
                break;
            case FullDeleteMessage delete:
                await AddAsync(delete.Relation, delete.OldRow, cancellationToken).ConfigureAwait(false);
                break;
            case TruncateMessage truncate:
                foreach (var relation in truncate.Relations)
                {
                    target.AddTable(NameOf(relation));
                }

                break;
        }
    }

    /// <summary>Reads the key of a row, and what else comes with it.</summary>
    private async ValueTask AddAsync(RelationMessage relation, ReplicationTuple row, CancellationToken cancellationToken)
    {
        var table = NameOf(relation);
        var key = _keys.GetValueOrDefault(table) ?? [];
        var id = new string?[key.Count];
        var column = 0;
        await foreach (var value in row.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            var (place, type) = (IndexOf(key, relation.Columns[column].ColumnName), relation.Columns[column].DataTypeId);
            column++;
            if (place >= 0)
            {
                id[place] = value.IsDBNull ? null : TextOf(type, await value.Get<string>(cancellationToken).ConfigureAwait(false));
            }
        }

        if (relation.ReplicaIdentity is RelationMessage.ReplicaIdentitySetting.Default or RelationMessage.ReplicaIdentitySetting.AllColumns)
        {
            target.Add(table, id);
        }
        else
        {
            // An old row comes without its key then.
            target.AddTable(table);
        }
    }

    /// <summary>Makes the text that a store has of a part of a key: the server writes booleans as one letter.</summary>
    private static string TextOf(uint type, string text) => type != BooleanType ? text : text == "t" ? "true" : "false";

    private static int IndexOf(IReadOnlyList<string> key, string column)
    {
        for (var i = 0; i < key.Count; i++)
        {
            if (key[i] == column)
            {
                return i;
            }
        }

        return -1;
    }

    private async Task FindKeysAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(connectionString);
        await using var disposal = connection.ConfigureAwait(false);
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        foreach (var table in target.Tables)
        {
            _keys[table] = await PrimaryKey.ColumnsAsync(connection, table, cancellationToken).ConfigureAwait(false);
        }
    }

    private static string NameOf(RelationMessage relation) => $"{relation.Namespace}.{relation.RelationName}";

    private static async Task<bool> TryExecuteAsync(NpgsqlConnection connection, string sql, string? tolerated, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // Names are checked or quoted.
        var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await using var disposal = command.ConfigureAwait(false);
        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (PostgresException exception) when (exception.SqlState == tolerated)
        {
            return false;
        }
    }
}
