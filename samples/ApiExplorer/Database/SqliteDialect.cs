using ApiExplorer.Catalog;

namespace ApiExplorer.Database;

/// <summary>SQLite with full text search by FTS5.</summary>
internal sealed class SqliteDialect : SqlDialect
{
    private SqliteDialect()
    {
    }

    public static SqliteDialect Instance { get; } = new();

    public override string SearchCountSql => "SELECT count(*) FROM search WHERE search MATCH $1";

    // A name weighs more than its words, these more than the context, and that more than the documentation; a type goes before
    // a member that matches as well. Excerpts are made for the rows of the page only, which is several times as fast.
    public override string SearchHitsSql { get; } = $"""
        WITH hits AS MATERIALIZED (
            SELECT rowid AS row, bm25(search, 16, 6, 2, 1) * (2 - (rowid & 1)) AS score
            FROM search WHERE search MATCH $1
            ORDER BY score, rowid LIMIT $2 OFFSET $3)
        SELECT t.id, m.id, coalesce(m.kind, t.kind), CASE WHEN m.id IS NULL THEN t.name ELSE t.name || '.' || m.name END,
            n.name, coalesce(m.signature, t.declaration),
            (SELECT snippet(search, 3, char({(int)SearchHit.MatchBegin}), char({(int)SearchHit.MatchEnd}), '…', 32)
                FROM search WHERE search MATCH $1 AND rowid = h.row)
        FROM hits h
        LEFT JOIN members m ON h.row & 1 AND m.id = h.row >> 1
        JOIN types t ON t.id = CASE WHEN h.row & 1 THEN m.type_id ELSE h.row >> 1 END
        JOIN namespaces n ON n.id = t.namespace_id
        ORDER BY h.score, h.row
        """;

    public override string ParameterName(int number) => $"${number}";

    public override string SearchExpression(IReadOnlyList<string> words)
    {
        var all = string.Join(' ', words.Select(Quote));
        return words.Count == 1 ? all : $"({all}) OR name : {Quote(Together(words))}";
    }

    private static string Quote(string word) => word.EndsWith('*') ? $"\"{word[..^1]}\"*" : $"\"{word}\"";
}
