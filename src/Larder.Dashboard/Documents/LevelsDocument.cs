namespace Larder.Dashboard.Documents;

/// <summary>The places in which each cache keeps entries.</summary>
internal sealed record LevelsDocument(IReadOnlyList<LevelsOfCache> Caches);
