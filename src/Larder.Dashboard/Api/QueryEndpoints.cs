using System.Globalization;
using Larder.Dashboard.Access;
using Larder.Dashboard.Documents;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Larder.Dashboard.Api;

/// <summary>The questions of the API.</summary>
internal static class QueryEndpoints
{
    public static void Map(RouteGroupBuilder group, DashboardQueries queries, DashboardOptions options)
    {
        var json = DashboardJson.Default;
        Endpoint.MapQuery(group, "api/me", options, Rights.View, json.MeDocument, (_, rights) => new(queries.Me(rights)));
        Endpoint.MapQuery(group, "api/overview", options, Rights.View, json.OverviewDocument, (_, _) => new(queries.Overview()));
        Endpoint.MapQuery(group, "api/history", options, Rights.View, json.HistoryDocument, (context, _) => new(queries.History(Text(context, "cache"), Number(context, "minutes", 15, 60))));
        Endpoint.MapQuery(group, "api/levels", options, Rights.View, json.LevelsDocument, (context, _) => queries.LevelsAsync(context.RequestAborted));
        Endpoint.MapQuery(group, "api/keys", options, Rights.View, json.KeysDocument, (context, _) => queries.KeysAsync(
            Text(context, "cache"),
            new EntryScan
            {
                Pattern = Text(context, "pattern") ?? "*",
                Tag = Text(context, "tag"),
                Cursor = Text(context, "cursor"),
                PageSize = Number(context, "size", 100, EntryScan.MaxPageSize),
            },
            context.RequestAborted));
        Endpoint.MapQuery(group, "api/entry", options, Rights.View, json.EntryDocument, (context, _) => queries.EntryAsync(Text(context, "cache"), Required(context, "key"), context.RequestAborted));
        Endpoint.MapQuery(group, "api/value", options, Rights.View | Rights.ViewValues, json.ValueDocument, (context, _) =>
            queries.ValueAsync(Text(context, "cache"), Required(context, "key"), Number(context, "length", 4096, EntryPreview.MaxLength), options.Redact, context.RequestAborted));
        Endpoint.MapQuery(group, "api/tags", options, Rights.View, json.TagsDocument, (context, _) =>
            queries.TagsAsync(Text(context, "cache"), Text(context, "pattern") ?? "*", Text(context, "cursor"), context.RequestAborted));
        Endpoint.MapQuery(group, "api/nodes", options, Rights.View, json.NodesDocument, (context, _) => queries.NodesAsync(context.RequestAborted));
        Endpoint.MapQuery(group, "api/work", options, Rights.View, json.WorkDocument, (context, _) => queries.WorkAsync(context.RequestAborted));
        Endpoint.MapQuery(group, "api/events", options, Rights.View, json.EventsDocument, (context, _) => new(queries.Events(Number(context, "after", 0, int.MaxValue))));
        Endpoint.MapQuery(group, "api/config", options, Rights.View, json.ConfigDocument, (_, _) => new(queries.Config()));
    }

    private static string? Text(HttpContext context, string name) => context.Request.Query[name].ToString() is { Length: > 0 } text ? text : null;

    private static string Required(HttpContext context, string name) => Text(context, name) ?? throw RefusedException.BadRequest($"'{name}' is missing in the query.");

    private static int Number(HttpContext context, string name, int fallback, int most) => Text(context, name) is not { } text ? fallback
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most ? number
        : throw RefusedException.BadRequest($"'{name}' is '{text}'; it must be a whole number of at most {most}.");
}
