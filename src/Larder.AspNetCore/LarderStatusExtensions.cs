using System.Text.Json;
using Larder;
using Larder.AspNetCore.Status;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Shows the health of caches.</summary>
public static class LarderStatusExtensions
{
    private const string Refusal =
        "The status of caches is shown to those only whom an authorization policy lets through: MapLarderStatus(pattern).RequireAuthorization(policy). Without one it is shown in the environment Development to requests of the same machine.\n";

    /// <summary>
    /// Maps an endpoint that answers a GET with the health of all caches as JSON. Name a policy with <c>RequireAuthorization</c>: without one it is refused, but in the environment Development to
    /// requests from the same machine that nobody has passed on.
    /// </summary>
    /// <param name="endpoints">The endpoints.</param>
    /// <param name="pattern">The path.</param>
    /// <param name="options">When a cache counts as degraded. Default: see <see cref="CacheHealthOptions"/>.</param>
    /// <returns>The endpoint, for its policy.</returns>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static IEndpointConventionBuilder MapLarderStatus(this IEndpointRouteBuilder endpoints, string pattern = "/cache", CacheHealthOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        options?.ThrowIfInvalid(nameof(options));
        return endpoints.MapMethods(pattern, [HttpMethods.Get], (RequestDelegate)(context => AnswerAsync(context, options)));
    }

    private static async Task AnswerAsync(HttpContext context, CacheHealthOptions? options)
    {
        context.Response.Headers.CacheControl = "no-store";
        if (!StatusGate.IsOpen(context))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            context.Response.ContentType = "text/plain; charset=utf-8";
            await context.Response.WriteAsync(Refusal, context.RequestAborted).ConfigureAwait(false);
            return;
        }

        var reports = new List<CacheHealthReport>();
        foreach (var cache in ApplicationCaches.Of(context.RequestServices))
        {
            reports.Add(await cache.CheckHealthAsync(options, context.RequestAborted).ConfigureAwait(false));
        }

        var document = new StatusDocument(reports.Select(report => report.Status).DefaultIfEmpty(HealthStatus.Healthy).Min(), reports);
        context.Response.ContentType = "application/json; charset=utf-8";
        await JsonSerializer.SerializeAsync(context.Response.Body, document, StatusJson.Default.StatusDocument, context.RequestAborted).ConfigureAwait(false);
    }
}
