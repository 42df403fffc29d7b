using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Larder;

/// <summary>How a cache is.</summary>
public sealed record CacheHealthReport
{
    /// <summary>Gets the name of the cache.</summary>
    public required string Cache { get; init; }

    /// <summary>Gets what its tier is.</summary>
    public required string Tier { get; init; }

    /// <summary>Gets when it was looked at.</summary>
    public DateTimeOffset CheckedAt { get; init; }

    /// <summary>Gets the worst of the findings; healthy when there is none.</summary>
    public HealthStatus Status => Findings.Count == 0 ? HealthStatus.Healthy : Findings.Min(finding => finding.Status);

    /// <summary>Gets what is wrong: at most one finding for each rule.</summary>
    public IReadOnlyList<CacheHealthFinding> Findings { get; init; } = [];

    /// <summary>Gets the span of time that was looked at.</summary>
    public TimeSpan Window { get; init; }

    /// <summary>Gets what was counted in that span; entries, bytes, the last sweep and what waits are those of now.</summary>
    public required CacheStatisticsSnapshot InWindow { get; init; }

    /// <summary>Gets what was counted since the cache was made.</summary>
    public required CacheStatisticsSnapshot Total { get; init; }

    /// <summary>Tells the status and the reasons.</summary>
    /// <returns>A text for people.</returns>
    public override string ToString() => Findings.Count == 0
        ? $"Cache '{Cache}' is healthy."
        : $"Cache '{Cache}' is {(Status == HealthStatus.Unhealthy ? "unhealthy" : "degraded")}: {string.Join("; ", Findings.Select(finding => finding.Reason))}.";
}
