namespace Larder.Dashboard.Documents;

/// <summary>The places of a cache.</summary>
internal sealed record LevelsOfCache(string Name, IReadOnlyList<LevelDocument> Tiers);
