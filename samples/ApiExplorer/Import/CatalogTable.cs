namespace ApiExplorer.Import;

/// <summary>A table that an import fills.</summary>
internal sealed record CatalogTable(string Name, params string[] Columns)
{
    public static readonly CatalogTable Catalog = new("catalog", "id", "signature");

    public static readonly CatalogTable Assemblies = new("assemblies", "id", "name", "file_version", "framework", "type_count", "member_count");

    public static readonly CatalogTable Namespaces = new("namespaces", "id", "name");

    public static readonly CatalogTable Types = new(
        "types",
        "id",
        "assembly_id",
        "namespace_id",
        "declaring_id",
        "name",
        "kind",
        "declaration",
        "documentation_id",
        "summary",
        "is_obsolete",
        "member_count");

    public static readonly CatalogTable Relations = new(
        "type_relations", "id", "type_id", "kind", "target_documentation_id", "target_id", "display_name");

    public static readonly CatalogTable Members = new(
        "members", "id", "type_id", "kind", "name", "signature", "documentation_id", "summary", "is_obsolete");

    /// <summary>Row 2n is type n, row 2n + 1 is member n. In SQLite's full text table the id is the row's number.</summary>
    public static readonly CatalogTable Search = new("search", "id", "name", "words", "context", "documentation");

    public string InsertSql { get; } =
        $"INSERT INTO {Name} ({string.Join(", ", Columns)}) VALUES ({string.Join(", ", Columns.Select((_, column) => $"${column + 1}"))})";

    public string CopySql { get; } = $"COPY {Name} ({string.Join(", ", Columns)}) FROM STDIN (FORMAT BINARY)";
}
