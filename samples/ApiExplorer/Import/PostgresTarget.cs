using ApiExplorer.Database;
using Npgsql;

namespace ApiExplorer.Import;

/// <summary>
/// A catalogue in a schema of a PostgreSQL database. It is written into a schema beside the present one, which then takes its name:
/// all in one transaction, so that readers see the old catalogue until the new one is whole.
/// </summary>
internal sealed class PostgresTarget(string connectionString) : ICatalogTarget
{
    private const string Schema = PostgresCatalog.Schema;
    private const string NewSchema = Schema + "_new";

    private const string KeepNotesSql = $"""
        INSERT INTO notes (type_id, namespace_id, assembly_id, text, created_at)
        SELECT new.id, new.namespace_id, new.assembly_id, note.text, note.created_at
        FROM {Schema}.notes note JOIN {Schema}.types old_type ON old_type.id = note.type_id
        JOIN types new ON new.documentation_id = old_type.documentation_id
        ORDER BY note.id
        """;

    public string Description
    {
        get
        {
            var settings = new NpgsqlConnectionStringBuilder(connectionString);
            return $"PostgreSQL {settings.Host}:{settings.Port}, schema {Schema} of {settings.Database ?? settings.Username}";
        }
    }

    public async Task<string?> ReadSignatureAsync()
    {
        await using var source = PostgresCatalog.Connect(connectionString);
        await using var connection = await source.OpenConnectionAsync();
        return await ReadSignatureAsync(connection);
    }

    public async Task<int> ReplaceAsync(string signature, Action<IRowWriter> write)
    {
        var rows = new PostgresRowWriter();
        write(rows);
        await using var source = PostgresCatalog.Connect(connectionString);
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();

        // Who comes second waits here, and finds it done.
        await RunAsync(connection, $"SELECT pg_advisory_xact_lock(hashtext('{Schema}'))");
        var present = await ReadSignatureAsync(connection);
        if (present == signature)
            return 0;

        await RunAsync(connection, $"CREATE SCHEMA {NewSchema}; SET LOCAL search_path = {NewSchema}");
        await RunAsync(connection, EmbeddedFile.Read("postgres.sql"));
        await rows.CopyAsync(connection);
        await RunAsync(connection, "SET CONSTRAINTS ALL IMMEDIATE"); // No index is made while a check is deferred.
        await RunAsync(connection, EmbeddedFile.Read("postgres-indexes.sql"));
        var notes = 0;
        if (present is not null)
        {
            // A note that is written meanwhile would be lost: writers wait, and then write into the new catalogue.
            await RunAsync(connection, $"LOCK TABLE {Schema}.catalog, {Schema}.notes");
            notes = await RunAsync(connection, KeepNotesSql);
        }

        await RunAsync(connection, $"ANALYZE assemblies, namespaces, types, type_relations, members, search; DROP SCHEMA IF EXISTS {Schema} CASCADE; ALTER SCHEMA {NewSchema} RENAME TO {Schema}");
        await transaction.CommitAsync();
        return notes;
    }

    private static async Task<string?> ReadSignatureAsync(NpgsqlConnection connection)
    {
        await using var find = new NpgsqlCommand($"SELECT to_regclass('{Schema}.catalog') IS NOT NULL", connection);
        if (await find.ExecuteScalarAsync() is not true)
            return null;

        await using var read = new NpgsqlCommand($"SELECT signature FROM {Schema}.catalog", connection);
        return (string?)await read.ExecuteScalarAsync();
    }

    private static async Task<int> RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        return await command.ExecuteNonQueryAsync();
    }
}
