using Larder.Dashboard;
using Larder.Dashboard.Api;
using Larder.Dashboard.Collecting;
using Microsoft.AspNetCore.Routing;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Shows the caches of an application.</summary>
public static class LarderDashboardExtensions
{
    /// <summary>
    /// Maps the dashboard. Name a policy with <c>RequireAuthorization</c>: without one it is refused, but in the environment Development to requests from the same machine that nobody has passed on.
    /// </summary>
    /// <param name="endpoints">The endpoints.</param>
    /// <param name="pattern">The path below which it is. Default <c>/larder</c>.</param>
    /// <param name="configure">Changes who may see values and who may invalidate.</param>
    /// <returns>The endpoints, for their policy.</returns>
    /// <exception cref="InvalidOperationException">The application has no caches: <c>AddLarder</c> was not called.</exception>
    public static IEndpointConventionBuilder MapLarderDashboard(this IEndpointRouteBuilder endpoints, string pattern = "/larder", Action<DashboardOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentException.ThrowIfNullOrWhiteSpace(pattern);
        var options = new DashboardOptions();
        configure?.Invoke(options);
        var collector = DashboardCollector.Start(endpoints.ServiceProvider);
        var group = endpoints.MapGroup(pattern);
        PageEndpoints.Map(group);
        QueryEndpoints.Map(group, new DashboardQueries(collector), options);
        ActionEndpoints.Map(group, new DashboardActions(collector), options);
        return group;
    }
}
