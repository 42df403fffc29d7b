using Npgsql;

namespace ApiExplorer.Import;

/// <summary>Keeps rows, table by table in the order in which they came first, and sends each table by one COPY.</summary>
internal sealed class PostgresRowWriter : IRowWriter
{
    private readonly List<(CatalogTable Table, List<object?[]> Rows)> _tables = [];

    public void Write(CatalogTable table, params ReadOnlySpan<object?> values)
    {
        var found = _tables.FindIndex(entry => ReferenceEquals(entry.Table, table));
        if (found < 0)
        {
            found = _tables.Count;
            _tables.Add((table, []));
        }

        _tables[found].Rows.Add(values.ToArray());
    }

    public async Task CopyAsync(NpgsqlConnection connection)
    {
        foreach (var (table, rows) in _tables)
        {
            await using var copy = await connection.BeginBinaryImportAsync(table.CopySql);
            foreach (var row in rows)
            {
                await copy.StartRowAsync();
                foreach (var value in row)
                    await WriteAsync(copy, value);
            }

            await copy.CompleteAsync();
        }
    }

    private static Task WriteAsync(NpgsqlBinaryImporter copy, object? value) => value switch
    {
        null => copy.WriteNullAsync(),
        string text => copy.WriteAsync(text),
        bool truth => copy.WriteAsync(truth),
        IConvertible number => copy.WriteAsync(number.ToInt64(provider: null)), // All whole numbers of the schema are bigint.
        _ => throw new ArgumentException($"A row holds a {value.GetType().Name}.", nameof(value)),
    };
}
