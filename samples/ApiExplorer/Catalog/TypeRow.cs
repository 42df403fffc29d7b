namespace ApiExplorer.Catalog;

/// <summary>A type in the listing of its namespace or assembly.</summary>
internal sealed record TypeRow(int Id, string Name, string Kind, string Namespace, string Summary, bool IsObsolete, int MemberCount);
