using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Larder;

/// <summary>The health of caches as a health check; in ASP.NET Core <c>AddHealthChecks().AddLarder()</c> registers it. An unhealthy cache has the failure status of the registration.</summary>
/// <param name="caches">The caches; the worst one counts.</param>
/// <param name="options">When they count as degraded. Default: see <see cref="CacheHealthOptions"/>.</param>
public sealed class CacheHealthCheck(IEnumerable<ICache> caches, CacheHealthOptions? options = null) : IHealthCheck
{
    private readonly ICache[] _caches = [.. caches];

    /// <summary>Looks at the caches.</summary>
    /// <param name="context">The registration.</param>
    /// <param name="cancellationToken">Ends the wait for their stores.</param>
    /// <returns>The health, with the reasons in words, and the report of each cache under its name.</returns>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        var reports = new List<CacheHealthReport>(_caches.Length);
        foreach (var cache in _caches)
        {
            reports.Add(await cache.CheckHealthAsync(options, cancellationToken).ConfigureAwait(false));
        }

        var worst = reports.Count == 0 ? HealthStatus.Healthy : reports.Min(report => report.Status);
        return new HealthCheckResult(
            worst == HealthStatus.Unhealthy ? context.Registration.FailureStatus : worst,
            string.Join(' ', reports.Where(report => report.Status == HealthStatus.Healthy == (worst == HealthStatus.Healthy))),
            exception: null,
            reports.ToDictionary(report => report.Cache, object (report) => report, StringComparer.Ordinal));
    }
}
