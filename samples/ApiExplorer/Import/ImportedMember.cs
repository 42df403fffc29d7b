namespace ApiExplorer.Import;

/// <summary>A public or protected member as read from an assembly.</summary>
internal sealed record ImportedMember
{
    /// <summary>"constructor", "value", "field", "property", "indexer", "method", "event" or "operator".</summary>
    public required string Kind { get; init; }

    public required string Name { get; init; }

    /// <summary>The member's declaration as C# writes it.</summary>
    public required string Signature { get; init; }

    public required string DocumentationId { get; init; }

    public required bool IsObsolete { get; init; }
}
