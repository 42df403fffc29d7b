namespace ApiExplorer.Catalog;

/// <summary>A base type or an interface; without an id when it is not in the catalogue.</summary>
internal sealed record TypeRelation(string Kind, string Name, int? Id);
