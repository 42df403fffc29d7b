namespace ApiExplorer.Catalog;

/// <summary>A type with the names of where it belongs.</summary>
internal sealed record TypeHeader
{
    public required int Id { get; init; }

    public required string Name { get; init; }

    public required string Kind { get; init; }

    public required string Namespace { get; init; }

    public required int NamespaceId { get; init; }

    public required string Assembly { get; init; }

    public required int AssemblyId { get; init; }

    public required string Framework { get; init; }

    public required string Declaration { get; init; }

    public required string DocumentationId { get; init; }

    public required string Summary { get; init; }

    public required bool IsObsolete { get; init; }

    public required int MemberCount { get; init; }
}
