using System.Data.Common;
using ApiExplorer.Database;

namespace ApiExplorer.Catalog;

/// <summary>Reads what holds types: namespaces, assemblies, the catalogue.</summary>
internal static class ContainerQueries
{
    private const string NamespaceRows = """
        SELECT n.id, n.name, count(t.id), coalesce(sum(t.member_count), 0) FROM namespaces n JOIN types t ON t.namespace_id = n.id
        """;

    private const string TypeRows = """
        SELECT t.id, t.name, t.kind, n.name, t.summary, t.is_obsolete, t.member_count
        FROM types t JOIN namespaces n ON n.id = t.namespace_id
        """;

    private const string AssemblyRows = "SELECT id, name, file_version, framework, type_count, member_count FROM assemblies";

    public static async Task<CatalogTotals> TotalsAsync(DatabaseSession session) => (await session.QueryFirstAsync(
        """
        SELECT (SELECT count(*) FROM assemblies), (SELECT count(*) FROM namespaces), (SELECT count(*) FROM types),
            (SELECT count(*) FROM members), (SELECT count(*) FROM members WHERE summary <> '')
        """,
        static row => new CatalogTotals(row.GetInt32(0), row.GetInt32(1), row.GetInt32(2), row.GetInt32(3), row.GetInt32(4))))!;

    public static async Task<IReadOnlyList<NamespaceRow>> NamespacesAsync(DatabaseSession session) =>
        await session.QueryAsync(NamespaceRows + " GROUP BY n.id ORDER BY n.name", ReadNamespace);

    /// <summary>A namespace with its types and the namespaces below it; null when there is no such namespace.</summary>
    public static async Task<NamespaceDetails?> NamespaceAsync(DatabaseSession session, string name)
    {
        var id = await session.QueryFirstAsync("SELECT id FROM namespaces WHERE name = $1", static row => (int?)row.GetInt32(0), name);
        if (id is not { } known)
            return null;

        var types = await session.QueryAsync(TypeRows + " WHERE t.namespace_id = $1 ORDER BY t.name, t.id", ReadType, known);
        var assemblies = await session.QueryAsync(
            "SELECT DISTINCT a.name FROM types t JOIN assemblies a ON a.id = t.assembly_id WHERE t.namespace_id = $1 ORDER BY a.name",
            static row => row.GetString(0),
            known);

        // '.' is followed by '/' in ASCII, so that this range holds what begins with the name and a dot.
        var children = name.Length == 0
            ? []
            : await session.QueryAsync(
                NamespaceRows + " WHERE n.name > $1 AND n.name < $2 GROUP BY n.id ORDER BY n.name", ReadNamespace, name + ".", name + "/");
        return new NamespaceDetails(known, name, assemblies, children, types);
    }

    public static async Task<IReadOnlyList<AssemblyRow>> AssembliesAsync(DatabaseSession session) =>
        await session.QueryAsync(AssemblyRows + " ORDER BY framework DESC, name", ReadAssembly);

    /// <summary>An assembly with its types; null when there is no such assembly.</summary>
    public static async Task<AssemblyDetails?> AssemblyAsync(DatabaseSession session, string name)
    {
        if (await session.QueryFirstAsync(AssemblyRows + " WHERE name = $1", ReadAssembly, name) is not { } assembly)
            return null;

        var types = await session.QueryAsync(TypeRows + " WHERE t.assembly_id = $1 ORDER BY n.name, t.name, t.id", ReadType, assembly.Id);
        return new AssemblyDetails(assembly, types);
    }

    private static NamespaceRow ReadNamespace(DbDataReader row) =>
        new(row.GetInt32(0), row.GetString(1), row.GetInt32(2), row.GetInt32(3));

    private static TypeRow ReadType(DbDataReader row) => new(
        row.GetInt32(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.GetBoolean(5), row.GetInt32(6));

    private static AssemblyRow ReadAssembly(DbDataReader row) => new(
        row.GetInt32(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetInt32(4), row.GetInt32(5));
}
