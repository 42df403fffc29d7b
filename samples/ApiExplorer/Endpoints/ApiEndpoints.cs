using ApiExplorer.Caching;
using ApiExplorer.Catalog;

namespace ApiExplorer.Endpoints;

/// <summary>The JSON interface for reading.</summary>
internal static class ApiEndpoints
{
    public static void Map(WebApplication app)
    {
        var api = app.MapGroup("/api");

        api.MapGet("/types/{id:int}", async (int id, CatalogCache catalog, CancellationToken cancellationToken) =>
            DocumentResult.Json(await catalog.TypeJsonAsync(id, cancellationToken)));

        api.MapGet("/types/{id:int}/members", async (int id, CatalogCache catalog, CancellationToken cancellationToken, int page = 1) =>
            Paging.IsValid(page) ? DocumentResult.Json(await catalog.MembersAsync(id, page, cancellationToken)) : BadPage());

        api.MapGet("/types/{id:int}/summary", async (int id, CatalogCache catalog, CancellationToken cancellationToken) =>
            DocumentResult.Json(
                await catalog.SummaryAsync(id, cancellationToken),
                await catalog.NotesAsync(NoteScope.Type, id, cancellationToken)));

        api.MapGet("/types/{id:int}/notes", async (int id, CatalogCache catalog, CancellationToken cancellationToken) =>
            DocumentResult.Json((await catalog.NotesAsync(NoteScope.Type, id, cancellationToken))?.Json));

        api.MapGet("/namespaces", async (CatalogCache catalog, CancellationToken cancellationToken) =>
            DocumentResult.Json(await catalog.NamespacesAsync(asJson: true, cancellationToken)));

        api.MapGet("/namespaces/{name}", async (string name, CatalogCache catalog, CancellationToken cancellationToken) =>
            DocumentResult.Json(await catalog.NamespaceJsonAsync(name, cancellationToken)));

        api.MapGet("/assemblies", async (CatalogCache catalog, CancellationToken cancellationToken) =>
            DocumentResult.Json(await catalog.AssembliesAsync(asJson: true, cancellationToken)));

        api.MapGet("/search", async (CatalogCache catalog, CancellationToken cancellationToken, string? q = null, int page = 1) =>
        {
            if (!Paging.IsValid(page))
                return BadPage();
            return SearchQuery.Parse(q) is { } query
                ? DocumentResult.Json(await catalog.SearchJsonAsync(query, page, cancellationToken))
                : Problem("q holds no word to search for.");
        });
    }

    private static IResult BadPage() => Problem($"page goes from 1 to {Paging.LastPage}.");

    private static IResult Problem(string detail) => Results.Problem(detail, statusCode: StatusCodes.Status400BadRequest);
}
