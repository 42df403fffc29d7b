namespace ApiExplorer.Catalog;

/// <summary>A user's note on a type.</summary>
internal sealed record Note(long Id, int TypeId, string TypeName, string Text, string CreatedAt);
