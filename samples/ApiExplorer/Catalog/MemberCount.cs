namespace ApiExplorer.Catalog;

/// <summary>How many members of a kind a type has.</summary>
internal sealed record MemberCount(string Kind, int Count, int Documented, int Obsolete);
