namespace ApiExplorer.Catalog;

/// <summary>One page of a type's members.</summary>
internal sealed record MembersPage(TypeHeader Type, int Page, int PageSize, int Total, IReadOnlyList<MemberRow> Members);
