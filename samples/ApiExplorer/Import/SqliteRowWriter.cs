using Microsoft.Data.Sqlite;

namespace ApiExplorer.Import;

/// <summary>Inserts rows one by one, by statements that are prepared once: in a transaction SQLite knows nothing faster.</summary>
internal sealed class SqliteRowWriter(SqliteConnection connection) : IRowWriter, IDisposable
{
    private readonly Dictionary<CatalogTable, SqliteCommand> _inserts = new(ReferenceEqualityComparer.Instance);

    public void Write(CatalogTable table, params ReadOnlySpan<object?> values)
    {
        if (!_inserts.TryGetValue(table, out var insert))
            _inserts.Add(table, insert = Prepare(table));

        for (var i = 0; i < values.Length; i++)
            insert.Parameters[i].Value = values[i] ?? DBNull.Value;
        insert.ExecuteNonQuery();
    }

    public void Dispose()
    {
        foreach (var insert in _inserts.Values)
            insert.Dispose();
    }

    private SqliteCommand Prepare(CatalogTable table)
    {
        var insert = connection.CreateCommand();
        insert.CommandText = table.InsertSql.Replace("search (id,", "search (rowid,", StringComparison.Ordinal);
        for (var i = 0; i < table.Columns.Length; i++)
            insert.Parameters.Add(new SqliteParameter { ParameterName = $"${i + 1}" });
        return insert;
    }
}
