using Larder.Dashboard.Documents;
using Microsoft.AspNetCore.Routing;

namespace Larder.Dashboard.Api;

/// <summary>What can be done to a cache. All of it by POST.</summary>
internal static class ActionEndpoints
{
    public static void Map(RouteGroupBuilder group, DashboardActions actions, DashboardOptions options)
    {
        var json = DashboardJson.Default;
        Endpoint.MapAction(group, "api/remove", options, json.RemovedDocument, actions.RemoveAsync);
        Endpoint.MapAction(group, "api/expire", options, json.CountDocument, actions.ExpireAsync);
        Endpoint.MapAction(group, "api/remove-pattern", options, json.CountDocument, actions.RemovePatternAsync);
        Endpoint.MapAction(group, "api/remove-tag", options, json.CountDocument, actions.RemoveTagAsync);
        Endpoint.MapAction(group, "api/clear", options, json.CountDocument, actions.ClearAsync);
    }
}
