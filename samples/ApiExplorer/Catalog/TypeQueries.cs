using System.Data.Common;
using ApiExplorer.Database;

namespace ApiExplorer.Catalog;

/// <summary>Reads types and their members.</summary>
internal static class TypeQueries
{
    private const int DerivedTypesShown = 24;

    private const string HeaderSql = """
        SELECT t.id, t.name, t.kind, n.name, n.id, a.name, a.id, a.framework,
            t.declaration, t.documentation_id, t.summary, t.is_obsolete, t.member_count
        FROM types t JOIN namespaces n ON n.id = t.namespace_id JOIN assemblies a ON a.id = t.assembly_id
        WHERE t.id = $1
        """;

    private const string MemberColumns =
        "SELECT id, kind, name, signature, summary, is_obsolete FROM members WHERE type_id = $1 ORDER BY id";

    public static Task<TypeHeader?> HeaderAsync(DatabaseSession session, int id) => session.QueryFirstAsync(
        HeaderSql,
        static row => new TypeHeader
        {
            Id = row.GetInt32(0),
            Name = row.GetString(1),
            Kind = row.GetString(2),
            Namespace = row.GetString(3),
            NamespaceId = row.GetInt32(4),
            Assembly = row.GetString(5),
            AssemblyId = row.GetInt32(6),
            Framework = row.GetString(7),
            Declaration = row.GetString(8),
            DocumentationId = row.GetString(9),
            Summary = row.GetString(10),
            IsObsolete = row.GetBoolean(11),
            MemberCount = row.GetInt32(12),
        },
        id);

    /// <summary>Everything about a type but its notes.</summary>
    public static async Task<TypeDetails> DetailsAsync(DatabaseSession session, TypeHeader header)
    {
        var id = header.Id;
        var related = await RelatedCountsAsync(session, id);
        return new TypeDetails
        {
            Type = header,
            Relations = await session.QueryAsync(
                "SELECT kind, display_name, target_id FROM type_relations WHERE type_id = $1 ORDER BY id",
                static row => new TypeRelation(row.GetString(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetInt32(2)),
                id),
            NestedTypes = await session.QueryAsync(
                """
                SELECT t.id, t.name, t.kind, n.name FROM types t JOIN namespaces n ON n.id = t.namespace_id
                WHERE t.declaring_id = $1 ORDER BY t.name
                """,
                ReadLink,
                id),
            DerivedCount = related.GetValueOrDefault("base"),
            ImplementingCount = related.GetValueOrDefault("interface"),
            DerivedTypes = await session.QueryAsync(
                """
                SELECT t.id, t.name, t.kind, n.name
                FROM type_relations r JOIN types t ON t.id = r.type_id JOIN namespaces n ON n.id = t.namespace_id
                WHERE r.target_id = $1 ORDER BY r.kind, t.name LIMIT $2
                """,
                ReadLink,
                id,
                DerivedTypesShown),
            NamespaceTypeCount = (int)await session.QueryNumberAsync("SELECT count(*) FROM types WHERE namespace_id = $1", header.NamespaceId),
            PreviousInNamespace = await NeighbourAsync(session, header, "(name, id) < ($2, $3) ORDER BY name DESC, id DESC"),
            NextInNamespace = await NeighbourAsync(session, header, "(name, id) > ($2, $3) ORDER BY name, id"),
            Members = await session.QueryAsync(MemberColumns, ReadMember, id),
        };
    }

    /// <summary>One page of a type's members.</summary>
    public static async Task<MembersPage> MembersAsync(DatabaseSession session, TypeHeader header, int page)
    {
        var members = await session.QueryAsync(
            MemberColumns + " LIMIT $2 OFFSET $3", ReadMember, header.Id, Paging.MembersPageSize, Paging.Offset(page, Paging.MembersPageSize));
        return new MembersPage(header, page, Paging.MembersPageSize, header.MemberCount, members);
    }

    public static TypeLink ReadLink(DbDataReader row) => new(row.GetInt32(0), row.GetString(1), row.GetString(2), row.GetString(3));

    private static async Task<Dictionary<string, int>> RelatedCountsAsync(DatabaseSession session, int id) => (await session
        .QueryAsync(
            "SELECT kind, count(*) FROM type_relations WHERE target_id = $1 GROUP BY kind",
            static row => KeyValuePair.Create(row.GetString(0), row.GetInt32(1)),
            id))
        .ToDictionary(StringComparer.Ordinal);

    private static Task<TypeLink?> NeighbourAsync(DatabaseSession session, TypeHeader header, string condition) => session.QueryFirstAsync(
        $"SELECT id, name, kind FROM types WHERE namespace_id = $1 AND {condition} LIMIT 1",
        row => new TypeLink(row.GetInt32(0), row.GetString(1), row.GetString(2), header.Namespace),
        header.NamespaceId,
        header.Name,
        header.Id);

    private static MemberRow ReadMember(DbDataReader row) =>
        new(row.GetInt32(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetBoolean(5));
}
