using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Larder.Invalidation;

namespace Larder.Store;

/// <summary>The table of an outbox: one row a transaction, by statements that every database understands.</summary>
/// <param name="name">The name of the table, checked.</param>
/// <param name="cache">The name of the cache, whose rows are read.</param>
/// <param name="connect">Makes a closed connection.</param>
internal sealed class OutboxTable(string name, string cache, Func<DbConnection> connect)
{
    public async Task CreateAsync(CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var disposal = connection.ConfigureAwait(false);
        await ExecuteAsync(connection, transaction: null, $"CREATE TABLE IF NOT EXISTS {name} (id varchar(36) NOT NULL PRIMARY KEY, cache varchar(256) NOT NULL, payload text NOT NULL)", [], cancellationToken).ConfigureAwait(false);
    }

    public Task WriteAsync(InvalidationPlan plan, DbConnection connection, DbTransaction? transaction, CancellationToken cancellationToken) => ExecuteAsync(
        connection,
        transaction,
        $"INSERT INTO {name} (id, cache, payload) VALUES (@id, @cache, @payload)",
        [("id", Guid.CreateVersion7().ToString()), ("cache", cache), ("payload", Encoding.UTF8.GetString(StoredInvalidation.Write([new StoredInvalidation("", 0, plan)])))],
        cancellationToken);

    /// <summary>Reads rows, of which there may be more. One that cannot be read, which may be of a later version, is left to others and does not hold up those behind it.</summary>
    public async Task<IReadOnlyList<(string Id, InvalidationPlan Plan)>> ReadAsync(int limit, Action<string, Exception> noteUnreadable, CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var disposal = connection.ConfigureAwait(false);
        var command = Command(connection, transaction: null, $"SELECT id, payload FROM {name} WHERE cache = @cache ORDER BY id", [("cache", cache)]);
        await using var commandDisposal = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var readerDisposal = reader.ConfigureAwait(false);
        var entries = new List<(string, InvalidationPlan)>();
        while (entries.Count < limit && await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var (id, payload) = (reader.GetString(0), reader.GetString(1));
            try
            {
                entries.Add((id, StoredInvalidation.Read(Encoding.UTF8.GetBytes(payload))[0].Plan));
            }
            catch (Exception exception)
            {
                noteUnreadable(id, exception);
            }
        }

        return entries;
    }

    public async Task DeleteAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        if (ids.Count == 0)
        {
            return;
        }

        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var disposal = connection.ConfigureAwait(false);
        foreach (var id in ids)
        {
            await ExecuteAsync(connection, transaction: null, $"DELETE FROM {name} WHERE id = @id", [("id", id)], cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task ExecuteAsync(DbConnection connection, DbTransaction? transaction, string sql, (string Name, string Value)[] parameters, CancellationToken cancellationToken)
    {
        var command = Command(connection, transaction, sql, parameters);
        await using var disposal = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    [SuppressMessage("Security", "CA2100", Justification = "The name of the table holds letters, digits, '_' and '.' only.")]
    private static DbCommand Command(DbConnection connection, DbTransaction? transaction, string sql, (string Name, string Value)[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        foreach (var (parameterName, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = "@" + parameterName;
            parameter.Value = value;
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private async Task<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = connect();
        try
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
