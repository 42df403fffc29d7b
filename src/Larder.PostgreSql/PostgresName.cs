namespace Larder.PostgreSql;

/// <summary>Names of tables and columns in SQL.</summary>
internal static class PostgresName
{
    /// <summary>Gets a name with its schema.</summary>
    public static string Full(string table) => table.Contains('.') ? table : "public." + table;

    /// <summary>Writes a name so that SQL takes it as it is.</summary>
    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>Writes the name of a table so that SQL takes it as it is.</summary>
    public static string QuoteTable(string table)
    {
        var full = Full(table);
        var dot = full.IndexOf('.');
        return $"{Quote(full[..dot])}.{Quote(full[(dot + 1)..])}";
    }

    /// <summary>Writes a text so that SQL takes it as it is.</summary>
    public static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
