using ApiExplorer.Caching;
using ApiExplorer.Catalog;
using ApiExplorer.Pages;

namespace ApiExplorer.Endpoints;

/// <summary>Writing and deleting notes, as JSON and from the pages' forms.</summary>
internal static class NoteEndpoints
{
    private static readonly string BadText = $"A note has 1 to {NewNote.MaximumLength} characters.";

    public static void Map(WebApplication app)
    {
        MapJson(app.MapGroup("/api").AddEndpointFilter(RefuseOtherSites));
        MapForms(app.MapGroup("").AddEndpointFilter(RefuseOtherSites));
    }

    private static void MapJson(RouteGroupBuilder api)
    {
        api.MapPost("/types/{id:int}/notes", async (int id, NewNote note, NoteWriter writer, HttpContext context) =>
        {
            if (note.Normalised is not { } text)
                return Results.Problem(BadText, statusCode: StatusCodes.Status400BadRequest);
            if (await writer.AddAsync(id, text, context.RequestAborted) is not { } change)
                return Missing();

            context.Response.Headers.Location = $"/api/notes/{change.NoteId}";
            return Changed(change, StatusCodes.Status201Created);
        });

        api.MapDelete("/notes/{id:long}", async (long id, NoteWriter writer, CancellationToken cancellationToken) =>
            await writer.DeleteAsync(id, cancellationToken) is { } change ? Changed(change, StatusCodes.Status200OK) : Missing());

        api.MapDelete("/namespaces/{name}/notes", (string name, NoteWriter writer, CancellationToken cancellationToken) =>
            DeleteAllAsync(NoteScope.Namespace, name, writer, cancellationToken));

        api.MapDelete("/assemblies/{name}/notes", (string name, NoteWriter writer, CancellationToken cancellationToken) =>
            DeleteAllAsync(NoteScope.Assembly, name, writer, cancellationToken));
    }

    private static void MapForms(RouteGroupBuilder pages)
    {
        pages.MapPost("/types/{id:int}/notes", async (int id, HttpContext context, NoteWriter writer) =>
        {
            var form = await context.Request.ReadFormAsync(context.RequestAborted);
            if (new NewNote(form["text"]).Normalised is not { } text)
                return Results.Text(BadText, statusCode: StatusCodes.Status400BadRequest);

            var change = await writer.AddAsync(id, text, context.RequestAborted);
            return change is null ? DocumentResult.NotFoundPage() : BackTo(context, change);
        });

        pages.MapPost("/notes/{id:long}/delete", async (long id, HttpContext context, NoteWriter writer) =>
        {
            var change = await writer.DeleteAsync(id, context.RequestAborted);
            return change is null ? DocumentResult.NotFoundPage() : BackTo(context, change);
        });
    }

    private static async Task<IResult> DeleteAllAsync(
        NoteScope scope, string name, NoteWriter writer, CancellationToken cancellationToken)
    {
        var deleted = await writer.DeleteAllAsync(scope, name, cancellationToken);
        return deleted is null ? Missing() : DocumentResult.Json(deleted, CatalogJson.Default.NotesDeleted, versions: "");
    }

    /// <summary>After a form was sent the browser is told to get the type's page anew.</summary>
    private static IResult BackTo(HttpContext context, NoteChange change)
    {
        context.Response.StatusCode = StatusCodes.Status303SeeOther;
        context.Response.Headers.Location = $"/types/{change.TypeId}#notes";
        return Results.Empty;
    }

    private static IResult Changed(NoteChange change, int statusCode)
    {
        var type = RowVersions.Of(NoteScope.Type, change.TypeId, change.TypeVersion);
        var @namespace = RowVersions.Of(NoteScope.Namespace, change.NamespaceId, change.NamespaceVersion);
        return DocumentResult.Json(change, CatalogJson.Default.NoteChange, $"{type}, {@namespace}", statusCode);
    }

    private static IResult Missing() => Results.Problem(statusCode: StatusCodes.Status404NotFound);

    /// <summary>A page of another site must not write here through the user's browser.</summary>
    private static async ValueTask<object?> RefuseOtherSites(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var site = context.HttpContext.Request.Headers["Sec-Fetch-Site"].ToString();
        return site is "" or "same-origin" or "none" ? await next(context) : Results.StatusCode(StatusCodes.Status403Forbidden);
    }
}
