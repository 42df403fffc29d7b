namespace ApiExplorer.Catalog;

/// <summary>A type in figures: its members, its place among its relatives and in its namespace.</summary>
internal sealed record TypeFigures
{
    public required TypeHeader Type { get; init; }

    public required IReadOnlyList<MemberCount> Members { get; init; }

    /// <summary>Base types, nearest first.</summary>
    public required IReadOnlyList<TypeLink> BaseTypes { get; init; }

    /// <summary>Members that the base types declare.</summary>
    public required int InheritedMemberCount { get; init; }

    /// <summary>Types that derive from the type or implement it, directly or not.</summary>
    public required int DescendantCount { get; init; }

    /// <summary>Assemblies in which those types lie.</summary>
    public required int DescendantAssemblyCount { get; init; }

    public required int NamespaceTypeCount { get; init; }

    public required double NamespaceAverageMemberCount { get; init; }

    /// <summary>1 for the type with the most members of its namespace.</summary>
    public required int RankInNamespace { get; init; }
}
