namespace ApiExplorer.Import;

/// <summary>A type that other assemblies can see, as read from its assembly.</summary>
internal sealed record ImportedType
{
    /// <summary>The C# text without the namespace: <c>Dictionary&lt;TKey, TValue&gt;.Enumerator</c>.</summary>
    public required string Name { get; init; }

    public required string Namespace { get; init; }

    /// <summary>"class", "static class", "struct", "interface", "enum" or "delegate".</summary>
    public required string Kind { get; init; }

    public required string Declaration { get; init; }

    public required string DocumentationId { get; init; }

    /// <summary>The documentation id of the type that this one is nested in, or null.</summary>
    public required string? DeclaringDocumentationId { get; init; }

    public required bool IsObsolete { get; init; }

    public required IReadOnlyList<ImportedRelation> Relations { get; init; }

    public required IReadOnlyList<ImportedMember> Members { get; init; }
}
