namespace ApiExplorer.Catalog;

/// <summary>A type in a list of types.</summary>
internal sealed record TypeLink(int Id, string Name, string Kind, string Namespace);
