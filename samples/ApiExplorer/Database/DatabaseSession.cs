using System.Data.Common;

namespace ApiExplorer.Database;

/// <summary>
/// One connection with its commands, of any ADO.NET provider. Every statement of the application runs here and is counted. A session
/// is used by one caller at a time. SQLite does its work before these methods return; PostgreSQL is waited for without a thread.
/// </summary>
internal sealed class DatabaseSession(DbConnection connection, SqlDialect dialect, StatementCounter statements) : IAsyncDisposable
{
    private readonly Dictionary<string, DbCommand> _commands = new(StringComparer.Ordinal);

    public DbConnection Connection => connection;

    public SqlDialect Dialect => dialect;

    /// <summary>The transaction that commands belong to, where the provider wants to be told.</summary>
    public DbTransaction? Transaction { get; set; }

    public Task<List<T>> QueryAsync<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<object?> arguments)
    {
        return ReadAllAsync(Start(sql, arguments), read);

        static async Task<List<T>> ReadAllAsync(DbCommand command, Func<DbDataReader, T> read)
        {
            var rows = new List<T>();
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
                rows.Add(read(reader));
            return rows;
        }
    }

    /// <summary>The first row, or the type's default when there is none.</summary>
    public Task<T?> QueryFirstAsync<T>(string sql, Func<DbDataReader, T> read, params ReadOnlySpan<object?> arguments)
    {
        return ReadFirstAsync(Start(sql, arguments), read);

        static async Task<T?> ReadFirstAsync(DbCommand command, Func<DbDataReader, T> read)
        {
            await using var reader = await command.ExecuteReaderAsync();
            return await reader.ReadAsync() ? read(reader) : default;
        }
    }

    /// <summary>The first column of the first row, which must exist.</summary>
    public Task<long> QueryNumberAsync(string sql, params ReadOnlySpan<object?> arguments) =>
        QueryFirstAsync(sql, static row => row.GetInt64(0), arguments);

    /// <summary>Runs statements without parameters, which are not counted: schema, settings, the begin and end of a transaction.</summary>
    public async Task RunAsync(string sql) => await Command(sql).ExecuteNonQueryAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var command in _commands.Values)
            await command.DisposeAsync();
        await connection.DisposeAsync();
    }

    private DbCommand Start(string sql, ReadOnlySpan<object?> arguments)
    {
        statements.Add();
        var command = Command(sql);
        for (var i = 0; i < arguments.Length; i++)
        {
            if (i == command.Parameters.Count)
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = dialect.ParameterName(i + 1);
                command.Parameters.Add(parameter);
            }

            command.Parameters[i].Value = arguments[i] ?? DBNull.Value;
        }

        return command;
    }

    /// <summary>A command is made once, so that its statement is prepared once.</summary>
    private DbCommand Command(string sql)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            _commands.Add(sql, command);
        }

        command.Transaction = Transaction;
        return command;
    }
}
