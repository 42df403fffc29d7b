namespace ApiExplorer.Catalog;

/// <summary>A namespace in the list of namespaces.</summary>
internal sealed record NamespaceRow(int Id, string Name, int TypeCount, int MemberCount);
