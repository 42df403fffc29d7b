using System.Text.Json.Serialization;

namespace ApiExplorer.Catalog;

/// <summary>What a type's page shows besides the notes.</summary>
internal sealed record TypeDetails
{
    public required TypeHeader Type { get; init; }

    public required IReadOnlyList<TypeRelation> Relations { get; init; }

    public required IReadOnlyList<TypeLink> NestedTypes { get; init; }

    public required int DerivedCount { get; init; }

    public required int ImplementingCount { get; init; }

    /// <summary>The first of the types that derive from this one or implement it.</summary>
    public required IReadOnlyList<TypeLink> DerivedTypes { get; init; }

    public required int NamespaceTypeCount { get; init; }

    public required TypeLink? PreviousInNamespace { get; init; }

    public required TypeLink? NextInNamespace { get; init; }

    /// <summary>All members; the JSON interface serves them in pages of their own.</summary>
    [JsonIgnore]
    public IReadOnlyList<MemberRow> Members { get; init; } = [];
}
