using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Larder.Dashboard.Access;
using Larder.Dashboard.Documents;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Larder.Dashboard.Api;

/// <summary>What all endpoints of the API share: who may ask, how answers are written, and what becomes of errors.</summary>
internal static class Endpoint
{
    public const string Refusal =
        "The dashboard is shown to those only whom an authorization policy lets through: app.MapLarderDashboard(\"/larder\").RequireAuthorization(\"policy\"). Without one it is shown in the environment Development to requests of the same machine.";

    /// <summary>Maps a question.</summary>
    public static void MapQuery<T>(RouteGroupBuilder group, string path, DashboardOptions options, Rights needed, JsonTypeInfo<T> type, Func<HttpContext, Rights, ValueTask<T>> answer) =>
        group.MapMethods(path, [HttpMethods.Get], (RequestDelegate)(context => RunAsync(context, options, needed, type, rights => answer(context, rights))));

    /// <summary>Maps something that changes what is in a cache.</summary>
    public static void MapAction<T>(RouteGroupBuilder group, string path, DashboardOptions options, JsonTypeInfo<T> type, Func<HttpContext, ActionRequest, ValueTask<T>> act) =>
        group.MapMethods(path, [HttpMethods.Post], (RequestDelegate)(context => RunAsync(context, options, Rights.Invalidate, type, async _ =>
        {
            if (!RequestOrigin.IsOwn(context.Request))
            {
                throw new RefusedException(StatusCodes.Status403Forbidden, $"A request that changes something must come from the dashboard itself: JSON, with the header {RequestOrigin.Header}: 1, and from no other origin.");
            }

            var request = await JsonSerializer.DeserializeAsync(context.Request.Body, DashboardJson.Default.ActionRequest, context.RequestAborted).ConfigureAwait(false);
            return await act(context, request ?? throw RefusedException.BadRequest("The body must be an object.")).ConfigureAwait(false);
        })));

    private static async Task RunAsync<T>(HttpContext context, DashboardOptions options, Rights needed, JsonTypeInfo<T> type, Func<Rights, ValueTask<T>> answer)
    {
        PageHeaders.Write(context.Response, isCached: false);
        var rights = await DashboardGate.RightsOfAsync(context, options).ConfigureAwait(false);
        if (!rights.HasFlag(needed))
        {
            await WriteErrorAsync(context, StatusCodes.Status403Forbidden, rights == Rights.None ? Refusal : $"This needs the right {needed}, which {nameof(DashboardOptions)}.{needed}Policy gives.").ConfigureAwait(false);
            return;
        }

        try
        {
            var document = await answer(rights).ConfigureAwait(false);
            context.Response.ContentType = "application/json; charset=utf-8";
            await JsonSerializer.SerializeAsync(context.Response.Body, document, type, context.RequestAborted).ConfigureAwait(false);
        }
        catch (RefusedException exception)
        {
            await WriteErrorAsync(context, exception.StatusCode, exception.Message).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is ArgumentException or JsonException)
        {
            await WriteErrorAsync(context, StatusCodes.Status400BadRequest, exception.Message).ConfigureAwait(false);
        }
        catch (CacheException exception)
        {
            await WriteErrorAsync(context, StatusCodes.Status503ServiceUnavailable, exception.Message).ConfigureAwait(false);
        }
    }

    private static async Task WriteErrorAsync(HttpContext context, int status, string error)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        await JsonSerializer.SerializeAsync(context.Response.Body, new ErrorDocument(error), DashboardJson.Default.ErrorDocument, context.RequestAborted).ConfigureAwait(false);
    }
}
