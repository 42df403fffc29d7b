using ApiExplorer.Caching;
using ApiExplorer.Catalog;
using ApiExplorer.Pages;

namespace ApiExplorer.Endpoints;

/// <summary>The HTML pages.</summary>
internal static class PageEndpoints
{
    public static void Map(WebApplication app)
    {
        var stylesheet = EmbeddedFile.Read("site.css");
        app.MapGet("/site.css", (HttpContext context) =>
        {
            context.Response.Headers.CacheControl = "max-age=300";
            return Results.Text(stylesheet, "text/css");
        });

        app.MapGet("/", async (CatalogCache catalog, CancellationToken cancellationToken) =>
            DocumentResult.Page(
                await catalog.StartPageAsync(cancellationToken),
                await catalog.NotesAsync(NoteScope.All, CatalogStores.CatalogId, cancellationToken)));

        app.MapGet("/types/{id:int}", async (int id, CatalogCache catalog, CancellationToken cancellationToken) =>
            DocumentResult.Page(
                await catalog.TypePageAsync(id, cancellationToken),
                await catalog.NotesAsync(NoteScope.Type, id, cancellationToken)));

        app.MapGet("/namespaces", async (CatalogCache catalog, CancellationToken cancellationToken) =>
            DocumentResult.Page(await catalog.NamespacesAsync(asJson: false, cancellationToken)));

        app.MapGet("/namespaces/{name}", async (string name, CatalogCache catalog, CancellationToken cancellationToken) =>
        {
            var frame = await catalog.NamespacePageAsync(name, cancellationToken);
            return DocumentResult.Page(frame, await NotesOfAsync(catalog, NoteScope.Namespace, frame, cancellationToken));
        });

        app.MapGet("/assemblies", async (CatalogCache catalog, CancellationToken cancellationToken) =>
            DocumentResult.Page(await catalog.AssembliesAsync(asJson: false, cancellationToken)));

        app.MapGet("/assemblies/{name}", async (string name, CatalogCache catalog, CancellationToken cancellationToken) =>
        {
            var frame = await catalog.AssemblyPageAsync(name, cancellationToken);
            return DocumentResult.Page(frame, await NotesOfAsync(catalog, NoteScope.Assembly, frame, cancellationToken));
        });

        app.MapGet("/search", async (CatalogCache catalog, CancellationToken cancellationToken, string? q = null, int page = 1) =>
        {
            if (!Paging.IsValid(page))
                return DocumentResult.NotFoundPage();
            return DocumentResult.Page(
                SearchQuery.Parse(q) is { } query ? await catalog.SearchPageAsync(query, page, cancellationToken) : SearchPages.Empty());
        });

        app.MapFallback(DocumentResult.NotFoundPage);
    }

    private static ValueTask<NotesDocument?> NotesOfAsync(
        CatalogCache catalog, NoteScope scope, PageFrame? frame, CancellationToken cancellationToken) =>
        frame is null ? default : catalog.NotesAsync(scope, frame.OwnerId, cancellationToken);
}
