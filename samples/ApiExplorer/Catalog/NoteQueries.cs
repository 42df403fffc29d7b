using ApiExplorer.Database;

namespace ApiExplorer.Catalog;

/// <summary>Reads and writes notes. The database raises the versions of the rows that a note belongs to.</summary>
internal static class NoteQueries
{
    private const int NotesShown = 20;

    private const string NoteColumns =
        "SELECT note.id, note.type_id, t.name, note.text, note.created_at FROM notes note JOIN types t ON t.id = note.type_id";

    private const string ChangeSql = """
        SELECT t.id, t.version, n.name, n.id, n.version, a.name, a.id
        FROM types t JOIN namespaces n ON n.id = t.namespace_id JOIN assemblies a ON a.id = t.assembly_id
        WHERE t.id = $1
        """;

    private const string InsertSql = """
        INSERT INTO notes (type_id, namespace_id, assembly_id, text, created_at)
        SELECT id, namespace_id, assembly_id, $2, $3 FROM types WHERE id = $1
        RETURNING id
        """;

    /// <summary>The newest notes of an owner; null when there is no such owner.</summary>
    public static async Task<NoteList?> NewestAsync(DatabaseSession session, NoteScope scope, int ownerId)
    {
        var list = await session.QueryFirstAsync(
            OwnerSql(scope),
            row => new NoteList(
                ownerId,
                row.GetInt64(0),
                row.IsDBNull(1) ? null : row.GetString(1),
                row.IsDBNull(2) ? null : row.GetString(2),
                row.GetInt32(3),
                []),
            ownerId);
        if (list is not { Total: > 0 })
            return list;

        var column = OwnerColumn(scope);
        var notes = await session.QueryAsync(
            $"{NoteColumns} WHERE {(column is null ? "$1 = $1" : $"note.{column} = $1")} ORDER BY note.id DESC LIMIT {NotesShown}",
            static row => new Note(row.GetInt64(0), row.GetInt32(1), row.GetString(2), row.GetString(3), row.GetString(4)),
            ownerId);
        return list with { Notes = notes };
    }

    /// <summary>Adds a note; null when there is no such type.</summary>
    public static async Task<NoteChange?> AddAsync(DatabaseSession session, int typeId, string text, DateTimeOffset now)
    {
        var createdAt = now.UtcDateTime.ToString("u");
        var noteId = await session.QueryFirstAsync(InsertSql, static row => (long?)row.GetInt64(0), typeId, text, createdAt);
        return noteId is { } id ? await ChangeAsync(session, typeId, id) : null;
    }

    /// <summary>The type of a note; null when there is no such note.</summary>
    public static Task<int?> TypeOfAsync(DatabaseSession session, long noteId) =>
        session.QueryFirstAsync("SELECT type_id FROM notes WHERE id = $1", static row => (int?)row.GetInt32(0), noteId);

    /// <summary>Deletes a note; null when there is no such note.</summary>
    public static async Task<NoteChange?> DeleteAsync(DatabaseSession session, long noteId)
    {
        var typeId = await session.QueryFirstAsync("DELETE FROM notes WHERE id = $1 RETURNING type_id", static row => (int?)row.GetInt32(0), noteId);
        return typeId is { } id ? await ChangeAsync(session, id, noteId) : null;
    }

    /// <summary>Deletes every note of a namespace or an assembly; null when there is no such owner.</summary>
    public static async Task<NotesDeleted?> DeleteAllAsync(DatabaseSession session, NoteScope scope, string ownerName)
    {
        var table = scope == NoteScope.Namespace ? "namespaces" : "assemblies";
        var owner = await session.QueryFirstAsync($"SELECT id FROM {table} WHERE name = $1", static row => (int?)row.GetInt32(0), ownerName);
        if (owner is not { } ownerId)
            return null;

        var deleted = await session.QueryAsync(
            $"DELETE FROM notes WHERE {OwnerColumn(scope)} = $1 RETURNING namespace_id, assembly_id",
            static row => (Namespace: row.GetInt32(0), Assembly: row.GetInt32(1)),
            ownerId);
        return new NotesDeleted(
            ownerName,
            deleted.Count,
            [.. deleted.Select(static note => note.Namespace).Distinct()],
            [.. deleted.Select(static note => note.Assembly).Distinct()]);
    }

    private static Task<NoteChange?> ChangeAsync(DatabaseSession session, int typeId, long noteId) => session.QueryFirstAsync(
        ChangeSql,
        row => new NoteChange
        {
            NoteId = noteId,
            TypeId = row.GetInt32(0),
            TypeVersion = row.GetInt64(1),
            Namespace = row.GetString(2),
            NamespaceId = row.GetInt32(3),
            NamespaceVersion = row.GetInt64(4),
            Assembly = row.GetString(5),
            AssemblyId = row.GetInt32(6),
        },
        typeId);

    /// <summary>The owner's version, namespace, assembly and number of notes.</summary>
    private static string OwnerSql(NoteScope scope) => scope switch
    {
        NoteScope.Type => """
            SELECT t.version, n.name, a.name, (SELECT count(*) FROM notes WHERE type_id = t.id)
            FROM types t JOIN namespaces n ON n.id = t.namespace_id JOIN assemblies a ON a.id = t.assembly_id
            WHERE t.id = $1
            """,
        NoteScope.Namespace => """
            SELECT version, name, NULL, (SELECT count(*) FROM notes WHERE namespace_id = $1) FROM namespaces WHERE id = $1
            """,
        NoteScope.Assembly => """
            SELECT version, NULL, name, (SELECT count(*) FROM notes WHERE assembly_id = $1) FROM assemblies WHERE id = $1
            """,
        _ => "SELECT version, NULL, NULL, (SELECT count(*) FROM notes) FROM catalog WHERE id = $1",
    };

    private static string? OwnerColumn(NoteScope scope) => scope switch
    {
        NoteScope.Type => "type_id",
        NoteScope.Namespace => "namespace_id",
        NoteScope.Assembly => "assembly_id",
        _ => null,
    };
}
