using ApiExplorer.Database;

namespace ApiExplorer.Catalog;

/// <summary>Computes a type's figures.</summary>
internal static class FigureQueries
{
    // An ancestor's distance orders the base types from the nearest to Object.
    private const string BaseTypesSql = """
        WITH RECURSIVE ancestors (id, distance) AS (
            SELECT target_id, 1 FROM type_relations WHERE type_id = $1 AND kind = 'base' AND target_id IS NOT NULL
            UNION
            SELECT r.target_id, a.distance + 1 FROM ancestors a
            JOIN type_relations r ON r.type_id = a.id AND r.kind = 'base' AND r.target_id IS NOT NULL)
        SELECT t.id, t.name, t.kind, n.name, t.member_count
        FROM ancestors a JOIN types t ON t.id = a.id JOIN namespaces n ON n.id = t.namespace_id
        ORDER BY a.distance
        """;

    private const string DescendantsSql = """
        WITH RECURSIVE descendants (id) AS (
            SELECT type_id FROM type_relations WHERE target_id = $1
            UNION
            SELECT r.type_id FROM descendants d JOIN type_relations r ON r.target_id = d.id)
        SELECT count(*), count(DISTINCT t.assembly_id) FROM descendants d JOIN types t ON t.id = d.id
        """;

    private const string MembersSql = """
        SELECT kind, count(*), count(*) FILTER (WHERE summary <> ''), count(*) FILTER (WHERE is_obsolete)
        FROM members WHERE type_id = $1 GROUP BY kind ORDER BY min(id)
        """;

    private const string NamespaceSql = """
        SELECT count(*), avg(member_count), 1 + count(*) FILTER (WHERE member_count > $2) FROM types WHERE namespace_id = $1
        """;

    public static async Task<TypeFigures> FiguresAsync(DatabaseSession session, TypeHeader header)
    {
        var id = header.Id;
        var members = await session.QueryAsync(
            MembersSql, static row => new MemberCount(row.GetString(0), row.GetInt32(1), row.GetInt32(2), row.GetInt32(3)), id);
        var baseTypes = await session.QueryAsync(
            BaseTypesSql, static row => (Link: TypeQueries.ReadLink(row), Members: row.GetInt32(4)), id);
        var (descendants, assemblies) = await session.QueryFirstAsync(
            DescendantsSql, static row => (row.GetInt32(0), row.GetInt32(1)), id);
        var (types, average, rank) = await session.QueryFirstAsync(
            NamespaceSql, static row => (row.GetInt32(0), row.GetDouble(1), row.GetInt32(2)), header.NamespaceId, header.MemberCount);
        return new TypeFigures
        {
            Type = header,
            Members = members,
            BaseTypes = [.. baseTypes.Select(static pair => pair.Link)],
            InheritedMemberCount = baseTypes.Sum(static pair => pair.Members),
            DescendantCount = descendants,
            DescendantAssemblyCount = assemblies,
            NamespaceTypeCount = types,
            NamespaceAverageMemberCount = Math.Round(average, 1),
            RankInNamespace = rank,
        };
    }
}
