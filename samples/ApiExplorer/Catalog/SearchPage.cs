namespace ApiExplorer.Catalog;

/// <summary>One page of what a search found.</summary>
internal sealed record SearchPage(string Query, int Page, int PageSize, int Total, IReadOnlyList<SearchHit> Hits);
