namespace ApiExplorer.Catalog;

/// <summary>A note that was written or deleted, with the rows that it changed and their new versions.</summary>
internal sealed record NoteChange
{
    public required long NoteId { get; init; }

    public required int TypeId { get; init; }

    public required long TypeVersion { get; init; }

    public required string Namespace { get; init; }

    public required int NamespaceId { get; init; }

    public required long NamespaceVersion { get; init; }

    public required string Assembly { get; init; }

    public required int AssemblyId { get; init; }
}
