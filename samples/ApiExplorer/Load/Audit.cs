using ApiExplorer.Caching;
using ApiExplorer.Catalog;
using ApiExplorer.Database;
using ApiExplorer.Pages;
using Larder;

namespace ApiExplorer.Load;

/// <summary>
/// Run when the load has stopped: asks the server for popular pages, builds the same pages from the database without a cache,
/// and compares every byte. It finds what a version number could hide.
/// </summary>
internal sealed class Audit
{
    private const int Samples = 200;

    private readonly LoadPlan _plan;
    private readonly int _seed;
    private readonly CatalogCache _catalog;

    public Audit(LoadPlan plan, CatalogDatabase database, int seed)
    {
        var uncached = Cache.InMemory(static cache => cache.Enabled = false);
        (_plan, _seed) = (plan, seed);
        _catalog = new CatalogCache(uncached, database, new CatalogStores(uncached, database));
    }

    public async Task<Measurement> RunAsync(ServerProcess server, CancellationToken cancellationToken)
    {
        var random = new Random(_seed);
        var compared = 0;
        var different = 0;
        for (var i = 0; i < Samples; i++)
        {
            var target = _plan.Next(random);
            foreach (var (path, expected) in await ExpectAsync(target, cancellationToken))
            {
                var served = await server.GetAsync(path);
                compared++;
                if (!expected.AsSpan().SequenceEqual(served))
                    different++;
            }
        }

        return new Measurement(compared, different);
    }

    private async Task<IReadOnlyList<(string Path, byte[] Expected)>> ExpectAsync(LoadTarget target, CancellationToken cancellationToken)
    {
        var type = $"/types/{target.Id}";
        var name = Uri.UnescapeDataString(target.NamespacePath.Split('/')[^1]);
        var query = SearchQuery.Parse(Uri.UnescapeDataString(target.SearchPath.Split('=')[^1]))!;
        var page = await _catalog.TypePageAsync(target.Id, cancellationToken);
        var summary = await _catalog.SummaryAsync(target.Id, cancellationToken);
        var notes = await _catalog.NotesAsync(NoteScope.Type, target.Id, cancellationToken);
        var members = await _catalog.MembersAsync(target.Id, 1, cancellationToken);
        var namespacePage = await _catalog.NamespacePageAsync(name, cancellationToken);
        var namespaceNotes = await _catalog.NotesAsync(NoteScope.Namespace, target.NamespaceId, cancellationToken);
        var found = await _catalog.SearchPageAsync(query, 1, cancellationToken);
        return
        [
            (type, Join(page!, notes!.Html)),
            ($"/api{type}/summary", Join(summary!, notes.Figures)),
            ($"/api{type}/notes", notes.Json.Body.ToArray()),
            ($"/api{type}/members", members!.Body.ToArray()),
            (target.NamespacePath, Join(namespacePage!, namespaceNotes!.Html)),
            (target.SearchPath, found!.Body.ToArray()),
        ];
    }

    private static byte[] Join(PageFrame frame, Document notes) =>
        [.. frame.BeforeNotes.Span, .. notes.Body.Span, .. frame.AfterNotes.Span];
}
