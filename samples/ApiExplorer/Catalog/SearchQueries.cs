using ApiExplorer.Database;

namespace ApiExplorer.Catalog;

/// <summary>Searches names and documentation.</summary>
internal static class SearchQueries
{
    // A name weighs more than its words, these more than the context, and that more than the documentation; a type goes before
    // a member that matches as well. Excerpts are made for the rows of the page only, which is several times as fast.
    private const string HitsSql = """
        WITH hits AS MATERIALIZED (
            SELECT rowid AS row, bm25(search, 16, 6, 2, 1) * (2 - (rowid & 1)) AS score
            FROM search WHERE search MATCH $1
            ORDER BY score, rowid LIMIT $2 OFFSET $3)
        SELECT t.id, m.id, coalesce(m.kind, t.kind), CASE WHEN m.id IS NULL THEN t.name ELSE t.name || '.' || m.name END,
            n.name, coalesce(m.signature, t.declaration),
            (SELECT snippet(search, 3, char(1), char(2), '…', 32) FROM search WHERE search MATCH $1 AND rowid = h.row)
        FROM hits h
        LEFT JOIN members m ON h.row & 1 AND m.id = h.row >> 1
        JOIN types t ON t.id = CASE WHEN h.row & 1 THEN m.type_id ELSE h.row >> 1 END
        JOIN namespaces n ON n.id = t.namespace_id
        ORDER BY h.score, h.row
        """;

    public static SearchPage Search(DatabaseSession session, SearchQuery query, int page)
    {
        var total = (int)session.QueryNumber("SELECT count(*) FROM search WHERE search MATCH $1", query.Expression);
        var hits = session.Query(
            HitsSql,
            static row => new SearchHit
            {
                TypeId = row.GetInt32(0),
                MemberId = row.IsDBNull(1) ? null : row.GetInt32(1),
                Kind = row.GetString(2),
                Name = row.GetString(3),
                Namespace = row.GetString(4),
                Signature = row.GetString(5),
                MarkedExcerpt = row.GetString(6),
            },
            query.Expression,
            Paging.SearchPageSize,
            Paging.Offset(page, Paging.SearchPageSize));
        return new SearchPage(query.Text, page, Paging.SearchPageSize, total, hits);
    }
}
