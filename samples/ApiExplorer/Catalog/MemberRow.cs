namespace ApiExplorer.Catalog;

/// <summary>A member of a type.</summary>
internal sealed record MemberRow(int Id, string Kind, string Name, string Signature, string Summary, bool IsObsolete);
