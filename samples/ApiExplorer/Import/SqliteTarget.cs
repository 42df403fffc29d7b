using ApiExplorer.Database;
using Microsoft.Data.Sqlite;

namespace ApiExplorer.Import;

/// <summary>
/// A catalogue in a SQLite file. It is written into a file beside the present one and then swapped with it, so that an import broken
/// off leaves nothing half done.
/// </summary>
internal sealed class SqliteTarget(string path) : ICatalogTarget
{
    private const string KeepNotesSql = """
        INSERT INTO notes (type_id, namespace_id, assembly_id, text, created_at)
        SELECT new.id, new.namespace_id, new.assembly_id, note.text, note.created_at
        FROM old.notes note JOIN old.types old_type ON old_type.id = note.type_id
        JOIN types new ON new.documentation_id = old_type.documentation_id
        ORDER BY note.id
        """;

    public string Description => path;

    public async Task<string?> ReadSignatureAsync()
    {
        if (!File.Exists(path))
            return null;

        await using var connection = SqliteCatalog.Connect(path);
        var hasCatalog = Convert.ToInt64(Scalar(connection, "SELECT count(*) FROM sqlite_master WHERE name = 'catalog'"), provider: null) == 1;
        return hasCatalog ? (string?)Scalar(connection, "SELECT signature FROM catalog") : null;
    }

    public async Task<int> ReplaceAsync(string signature, Action<IRowWriter> write)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var newPath = path + ".new";
        Delete(newPath);
        var keepsNotes = await ReadSignatureAsync() is not null;
        var notes = 0;
        await using (var connection = SqliteCatalog.Connect(newPath))
        {
            Run(connection, "PRAGMA synchronous = OFF");
            Run(connection, EmbeddedFile.Read("sqlite.sql"));
            await using (var transaction = connection.BeginTransaction())
            {
                using (var rows = new SqliteRowWriter(connection))
                    write(rows);
                await transaction.CommitAsync();
            }

            Run(connection, EmbeddedFile.Read("sqlite-indexes.sql"));
            if (keepsNotes)
                notes = KeepNotes(connection);
            Run(connection, "INSERT INTO search (search) VALUES ('optimize'); ANALYZE; PRAGMA wal_checkpoint(TRUNCATE);");
        }

        Delete(path);
        File.Move(newPath, path);
        return notes;
    }

    /// <summary>Copies a catalogue without the traces of those who read it. The copy is another one, with notes of its own.</summary>
    public static void Copy(string source, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        Delete(target);
        using (var connection = SqliteCatalog.Connect(source))
            Run(connection, "VACUUM INTO $1", target);
        using var copy = SqliteCatalog.Connect(target);
        Run(copy, "UPDATE catalog SET import_id = hex(randomblob(16))");
    }

    private int KeepNotes(SqliteConnection connection)
    {
        Run(connection, "ATTACH $1 AS old", path);
        var notes = Run(connection, KeepNotesSql);
        Run(connection, "DETACH old");
        return notes;
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    private static int Run(SqliteConnection connection, string sql, string? argument = null)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        if (argument is not null)
            command.Parameters.AddWithValue("$1", argument);
        return command.ExecuteNonQuery();
    }

    private static void Delete(string path)
    {
        foreach (var suffix in new[] { "", "-wal", "-shm" })
            File.Delete(path + suffix);
    }
}
