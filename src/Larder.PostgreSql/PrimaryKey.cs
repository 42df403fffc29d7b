using Npgsql;

namespace Larder.PostgreSql;

/// <summary>The columns by which the rows of a table are named.</summary>
internal static class PrimaryKey
{
    private const string Sql = """
        SELECT a.attname FROM pg_index i
        CROSS JOIN unnest(i.indkey) WITH ORDINALITY AS k (number, place)
        JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
        WHERE i.indrelid = @table::regclass AND i.indisprimary ORDER BY k.place
        """;

    /// <summary>Finds the columns of a primary key, in its order, which is that of the parts of an id.</summary>
    /// <exception cref="InvalidOperationException">The table has none.</exception>
    public static async Task<IReadOnlyList<string>> ColumnsAsync(NpgsqlConnection connection, string table, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(Sql, connection);
        await using var disposal = command.ConfigureAwait(false);
        command.Parameters.AddWithValue("table", PostgresName.QuoteTable(table));
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var readerDisposal = reader.ConfigureAwait(false);
        var columns = new List<string>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            columns.Add(reader.GetString(0));
        }

        return columns.Count > 0 ? columns : throw new InvalidOperationException($"The table {table} has no primary key, by which its rows could be named.");
    }
}
