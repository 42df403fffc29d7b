namespace ApiExplorer.Catalog;

/// <summary>The notes of a type in figures.</summary>
internal sealed record NoteFigures(long Version, int Total, string? LatestAt);
