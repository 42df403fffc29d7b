namespace ApiExplorer.Catalog;

/// <summary>What a namespace's page shows besides the notes.</summary>
internal sealed record NamespaceDetails(
    int Id, string Name, IReadOnlyList<string> Assemblies, IReadOnlyList<NamespaceRow> Children, IReadOnlyList<TypeRow> Types);
