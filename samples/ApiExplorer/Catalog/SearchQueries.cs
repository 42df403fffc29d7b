using ApiExplorer.Database;

namespace ApiExplorer.Catalog;

/// <summary>Searches names and documentation.</summary>
internal static class SearchQueries
{
    public static async Task<SearchPage> SearchAsync(DatabaseSession session, SearchQuery query, int page)
    {
        var expression = session.Dialect.SearchExpression(query.Words);
        var total = (int)await session.QueryNumberAsync(session.Dialect.SearchCountSql, expression);
        var hits = await session.QueryAsync(
            session.Dialect.SearchHitsSql,
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
            expression,
            Paging.SearchPageSize,
            Paging.Offset(page, Paging.SearchPageSize));
        return new SearchPage(query.Text, page, Paging.SearchPageSize, total, hits);
    }
}
