using ApiExplorer.Catalog;

namespace ApiExplorer.Database;

/// <summary>PostgreSQL with its own full text search.</summary>
internal sealed class PostgresDialect : SqlDialect
{
    private PostgresDialect()
    {
    }

    public static PostgresDialect Instance { get; } = new();

    public override string SearchCountSql => "SELECT count(*) FROM search WHERE vector @@ to_tsquery('words', $1)";

    // The weights of documentation, context, words, name, as in the other database; a long text weighs less than a short one.
    // Excerpts are made for the rows of the page only.
    public override string SearchHitsSql { get; } = $$"""
        WITH query AS (SELECT to_tsquery('words', $1) AS query), hits AS MATERIALIZED (
            SELECT s.id, s.documentation, query.query, ts_rank('{0.0625, 0.125, 0.375, 1}', s.vector, query.query, 1) * (2 - (s.id & 1)) AS score
            FROM search s, query WHERE s.vector @@ query.query
            ORDER BY score DESC, s.id LIMIT $2 OFFSET $3)
        SELECT t.id, m.id, coalesce(m.kind, t.kind), CASE WHEN m.id IS NULL THEN t.name ELSE t.name || '.' || m.name END,
            n.name, coalesce(m.signature, t.declaration),
            ts_headline('words', h.documentation, h.query, concat(
                'StartSel=', chr({{(int)SearchHit.MatchBegin}}), ', StopSel=', chr({{(int)SearchHit.MatchEnd}}), ', MinWords=16, MaxWords=32'))
        FROM hits h
        LEFT JOIN members m ON h.id & 1 = 1 AND m.id = h.id >> 1
        JOIN types t ON t.id = CASE WHEN h.id & 1 = 1 THEN m.type_id ELSE h.id >> 1 END
        JOIN namespaces n ON n.id = t.namespace_id
        ORDER BY h.score DESC, h.id
        """;

    /// <summary>Parameters without names are taken by their position.</summary>
    public override string ParameterName(int number) => "";

    public override string SearchExpression(IReadOnlyList<string> words)
    {
        var all = string.Join(" & ", words.Select(static word => word.EndsWith('*') ? word[..^1] + ":*" : word));
        return words.Count == 1 ? all : $"({all}) | {Together(words)}:A";
    }
}
