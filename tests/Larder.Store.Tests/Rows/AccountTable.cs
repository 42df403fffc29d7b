using System.Data.Common;
using Npgsql;

namespace Larder.Store.Tests.Rows;

/// <summary>A table of accounts in PostgreSQL, as the source of a store. Within a transaction it reads and writes on the connection of that.</summary>
internal sealed class AccountTable(NpgsqlDataSource database, string? name = null) : ICacheSource<long, Account>
{
    private static long s_ids;

    private int _loads;

    /// <summary>Gets the name of the table, which no other test uses.</summary>
    public string Name { get; } = name ?? $"accounts_{Guid.NewGuid():N}";

    /// <summary>Gets how often rows were read.</summary>
    public int Loads => Volatile.Read(ref _loads);

    /// <summary>Gets or sets what is done between the reading of a row and its return.</summary>
    public Func<Task> AfterLoad { get; set; } = () => Task.CompletedTask;

    public static long NewId() => Interlocked.Increment(ref s_ids);

    public async Task<AccountTable> CreateAsync()
    {
        await ExecuteAsync($"CREATE TABLE {Name} (id bigint PRIMARY KEY, version bigint NOT NULL)");
        return this;
    }

    public async ValueTask<Account?> LoadAsync(long key, CancellationToken cancellationToken) => (await LoadManyAsync([key], cancellationToken)).GetValueOrDefault(key);

    public async ValueTask<IReadOnlyDictionary<long, Account>> LoadManyAsync(IReadOnlyList<long> keys, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _loads);
        var rows = new Dictionary<long, Account>();
        await using (var command = Command($"SELECT id, version FROM {Name} WHERE id IN ({string.Join(',', keys)})"))
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                rows[reader.GetInt64(0)] = new Account(reader.GetInt64(0), reader.GetInt64(1));
            }
        }

        await AfterLoad();
        return rows;
    }

    public ValueTask SaveAsync(long key, Account value, long? version, CancellationToken cancellationToken) => SaveManyAsync([new(key, value, version)], cancellationToken);

    public async ValueTask SaveManyAsync(IReadOnlyList<SourceWrite<long, Account>> writes, CancellationToken cancellationToken) => await ExecuteAsync(
        $"INSERT INTO {Name} VALUES {string.Join(',', writes.Select(write => $"({write.Key}, {write.Value.Version})"))} ON CONFLICT (id) DO UPDATE SET version = excluded.version", cancellationToken);

    public ValueTask DeleteAsync(long key, long? version, CancellationToken cancellationToken) => DeleteManyAsync([key], cancellationToken);

    public async ValueTask DeleteManyAsync(IReadOnlyList<long> keys, CancellationToken cancellationToken) =>
        await ExecuteAsync($"DELETE FROM {Name} WHERE id IN ({string.Join(',', keys)})", cancellationToken);

    /// <summary>Reads the version of a row past any cache; 0 when there is none.</summary>
    public async Task<long> VersionAsync(long id)
    {
        await using var command = database.CreateCommand($"SELECT version FROM {Name} WHERE id = {id}");
        return await command.ExecuteScalarAsync() as long? ?? 0;
    }

    /// <summary>Adds one to the version of a row.</summary>
    /// <returns>The new version.</returns>
    public async Task<long> IncrementAsync(long id)
    {
        await using var command = Command($"UPDATE {Name} SET version = version + 1 WHERE id = {id} RETURNING version");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken = default)
    {
        await using var command = Command(sql);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private DbCommand Command(string sql)
    {
        if (StoreTransaction.Current is not { } transaction)
        {
            return database.CreateCommand(sql);
        }

        var command = transaction.Connection.CreateCommand();
        command.CommandText = sql;
        return command;
    }
}
