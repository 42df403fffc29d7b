using Larder;
using Larder.AspNetCore.Status;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds health checks of caches.</summary>
public static class LarderHealthChecksExtensions
{
    private static readonly string[] s_readinessTags = ["ready"];

    /// <summary>
    /// Adds a check of the state of caches. It is for dashboards and alerts: an application whose store is away still works, so that a probe which takes it out of service
    /// should not run this one.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name of the check.</param>
    /// <param name="failureStatus">What an unhealthy cache is reported as. Default: unhealthy. A degraded one is degraded.</param>
    /// <param name="tags">The tags of the check.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="cacheNames">The names of the caches. Default: all of the application.</param>
    /// <param name="options">When a cache counts as degraded. Default: see <see cref="CacheHealthOptions"/>.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static IHealthChecksBuilder AddLarder(
        this IHealthChecksBuilder builder,
        string name = "larder",
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        TimeSpan? timeout = null,
        IEnumerable<string>? cacheNames = null,
        CacheHealthOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        options?.ThrowIfInvalid(nameof(options));
        var names = cacheNames?.ToArray();
        return builder.Add(new HealthCheckRegistration(name, services => new CacheHealthCheck(ApplicationCaches.Of(services, names), options), failureStatus, tags, timeout));
    }

    /// <summary>Adds a check that the warm-ups of caches have ended, with the tag <c>ready</c>: for a readiness probe.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="name">The name of the check.</param>
    /// <param name="failureStatus">What an application that is being warmed up is reported as. Default: unhealthy.</param>
    /// <param name="tags">The tags of the check. Default: <c>ready</c>.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <returns>The builder.</returns>
    public static IHealthChecksBuilder AddLarderReadiness(
        this IHealthChecksBuilder builder, string name = "larder-ready", HealthStatus? failureStatus = null, IEnumerable<string>? tags = null, TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddSingleton<CacheReadiness>();
        return builder.Add(new HealthCheckRegistration(name, static services => services.GetRequiredService<CacheReadiness>(), failureStatus, tags ?? s_readinessTags, timeout));
    }
}
