namespace ApiExplorer.Load;

/// <summary>A type that requests are made for.</summary>
/// <param name="Id">Of the type.</param>
/// <param name="NamespaceId">Of its namespace.</param>
/// <param name="NamespacePath">The path of the namespace's page.</param>
/// <param name="SearchPath">The path of a search for the type's words, without the page's number.</param>
/// <param name="MemberPages">How many pages of members it has, at least one.</param>
internal sealed record LoadTarget(int Id, int NamespaceId, string NamespacePath, string SearchPath, int MemberPages);
