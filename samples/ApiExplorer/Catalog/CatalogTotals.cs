namespace ApiExplorer.Catalog;

/// <summary>The size of the catalogue.</summary>
internal sealed record CatalogTotals(int Assemblies, int Namespaces, int Types, int Members, int DocumentedMembers);
