using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Larder.AspNetCore.Status;

/// <summary>What the status endpoint answers.</summary>
/// <param name="Status">The worst status of the caches.</param>
/// <param name="Caches">The report of each.</param>
internal sealed record StatusDocument(HealthStatus Status, IReadOnlyList<CacheHealthReport> Caches);
