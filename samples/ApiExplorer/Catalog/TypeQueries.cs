using ApiExplorer.Database;
using Microsoft.Data.Sqlite;

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

    public static TypeHeader? Header(DatabaseSession session, int id) => session.QueryFirst(
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

    /// <summary>Everything about a type but its notes; null when there is no such type.</summary>
    public static TypeDetails? Details(DatabaseSession session, int id)
    {
        if (Header(session, id) is not { } header)
            return null;

        var related = RelatedCounts(session, id);
        return new TypeDetails
        {
            Type = header,
            Relations = session.Query(
                "SELECT kind, display_name, target_id FROM type_relations WHERE type_id = $1 ORDER BY rowid",
                static row => new TypeRelation(row.GetString(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetInt32(2)),
                id),
            NestedTypes = session.Query(
                """
                SELECT t.id, t.name, t.kind, n.name FROM types t JOIN namespaces n ON n.id = t.namespace_id
                WHERE t.declaring_id = $1 ORDER BY t.name
                """,
                ReadLink,
                id),
            DerivedCount = related.GetValueOrDefault("base"),
            ImplementingCount = related.GetValueOrDefault("interface"),
            DerivedTypes = session.Query(
                """
                SELECT t.id, t.name, t.kind, n.name
                FROM type_relations r JOIN types t ON t.id = r.type_id JOIN namespaces n ON n.id = t.namespace_id
                WHERE r.target_id = $1 ORDER BY r.kind, t.name LIMIT $2
                """,
                ReadLink,
                id,
                DerivedTypesShown),
            NamespaceTypeCount = (int)session.QueryNumber("SELECT count(*) FROM types WHERE namespace_id = $1", header.NamespaceId),
            PreviousInNamespace = Neighbour(session, header, "(name, id) < ($2, $3) ORDER BY name DESC, id DESC"),
            NextInNamespace = Neighbour(session, header, "(name, id) > ($2, $3) ORDER BY name, id"),
            Members = session.Query(MemberColumns, ReadMember, id),
        };
    }

    /// <summary>One page of a type's members; null when there is no such type.</summary>
    public static MembersPage? Members(DatabaseSession session, int id, int page)
    {
        if (Header(session, id) is not { } header)
            return null;

        var members = session.Query(
            MemberColumns + " LIMIT $2 OFFSET $3", ReadMember, id, Paging.MembersPageSize, Paging.Offset(page, Paging.MembersPageSize));
        return new MembersPage(header, page, Paging.MembersPageSize, header.MemberCount, members);
    }

    public static TypeLink ReadLink(SqliteDataReader row) => new(row.GetInt32(0), row.GetString(1), row.GetString(2), row.GetString(3));

    private static Dictionary<string, int> RelatedCounts(DatabaseSession session, int id) => session
        .Query(
            "SELECT kind, count(*) FROM type_relations WHERE target_id = $1 GROUP BY kind",
            static row => KeyValuePair.Create(row.GetString(0), row.GetInt32(1)),
            id)
        .ToDictionary(StringComparer.Ordinal);

    private static TypeLink? Neighbour(DatabaseSession session, TypeHeader header, string condition) => session.QueryFirst(
        $"SELECT id, name, kind FROM types WHERE namespace_id = $1 AND {condition} LIMIT 1",
        row => new TypeLink(row.GetInt32(0), row.GetString(1), row.GetString(2), header.Namespace),
        header.NamespaceId,
        header.Name,
        header.Id);

    private static MemberRow ReadMember(SqliteDataReader row) =>
        new(row.GetInt32(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetBoolean(5));
}
