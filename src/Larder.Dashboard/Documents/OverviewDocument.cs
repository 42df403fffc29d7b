namespace Larder.Dashboard.Documents;

/// <summary>All caches of this process.</summary>
internal sealed record OverviewDocument(DateTimeOffset TakenAt, IReadOnlyList<CacheOverview> Caches);
