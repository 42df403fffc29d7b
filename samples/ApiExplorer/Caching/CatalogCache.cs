using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ApiExplorer.Catalog;
using ApiExplorer.Database;
using ApiExplorer.Pages;
using Larder;

namespace ApiExplorer.Caching;

/// <summary>
/// Everything that the application reads, through the cache. What is cached are finished documents. Pages are split where they
/// change: a frame without notes, which lasts, and the notes, which are small and loaded anew after a write.
/// Each entry carries the tags of the namespaces and assemblies that it was built from.
/// </summary>
internal sealed class CatalogCache([FromKeyedServices(CacheNames.Catalog)] ICache cache, CatalogDatabase database)
{
    public ValueTask<PageFrame?> StartPageAsync(CancellationToken cancellationToken) => ReadAsync(
        "start",
        0,
        static (session, _) => ContainerQueries.Totals(session),
        static (totals, _) => StartPage.Render(totals),
        cancellationToken);

    public ValueTask<PageFrame?> TypePageAsync(int id, CancellationToken cancellationToken) => ReadAsync(
        $"type:{id}:page",
        id,
        TypeQueries.Details,
        static (details, load) =>
        {
            AddTags(load, details.Type);
            return TypePage.Render(details);
        },
        cancellationToken);

    public ValueTask<Document?> TypeJsonAsync(int id, CancellationToken cancellationToken) => ReadAsync(
        $"type:{id}:json",
        id,
        TypeQueries.Details,
        static (details, load) =>
        {
            AddTags(load, details.Type);
            return Json(details, CatalogJson.Default.TypeDetails);
        },
        cancellationToken);

    public ValueTask<Document?> MembersAsync(int typeId, int page, CancellationToken cancellationToken) => ReadAsync(
        $"type:{typeId}:members:{page}",
        (Id: typeId, Page: page),
        static (session, argument) => TypeQueries.Members(session, argument.Id, argument.Page),
        static (members, load) =>
        {
            AddTags(load, members.Type);
            return Json(members, CatalogJson.Default.MembersPage);
        },
        cancellationToken);

    public ValueTask<PageFrame?> SummaryAsync(int typeId, CancellationToken cancellationToken) => ReadAsync(
        $"type:{typeId}:summary",
        typeId,
        FigureQueries.Figures,
        static (figures, load) =>
        {
            AddTags(load, figures.Type);
            return PageFrame.Json(figures.Type.Id, JsonSerializer.SerializeToUtf8Bytes(figures, CatalogJson.Default.TypeFigures));
        },
        cancellationToken);

    public ValueTask<PageFrame?> NamespacePageAsync(string name, CancellationToken cancellationToken) => ReadAsync(
        $"namespace:{name}:page",
        name,
        ContainerQueries.Namespace,
        static (details, load) =>
        {
            load.AddTags(CacheKeys.NamespaceTag(details.Name));
            return ContainerPages.Namespace(details);
        },
        cancellationToken);

    public ValueTask<Document?> NamespaceJsonAsync(string name, CancellationToken cancellationToken) => ReadAsync(
        $"namespace:{name}:json",
        name,
        ContainerQueries.Namespace,
        static (details, load) =>
        {
            load.AddTags(CacheKeys.NamespaceTag(details.Name));
            return Json(details, CatalogJson.Default.NamespaceDetails);
        },
        cancellationToken);

    public ValueTask<PageFrame?> AssemblyPageAsync(string name, CancellationToken cancellationToken) => ReadAsync(
        $"assembly:{name}:page",
        name,
        ContainerQueries.Assembly,
        static (details, load) =>
        {
            load.AddTags(CacheKeys.AssemblyTag(details.Assembly.Name));
            return ContainerPages.Assembly(details);
        },
        cancellationToken);

    public ValueTask<Document?> NamespacesAsync(bool asJson, CancellationToken cancellationToken) => ReadAsync(
        asJson ? "namespaces:json" : "namespaces",
        asJson,
        static (session, asJson) => (Rows: ContainerQueries.Namespaces(session), AsJson: asJson),
        static (read, _) => read.AsJson
            ? Json(read.Rows, CatalogJson.Default.IReadOnlyListNamespaceRow)
            : ContainerPages.Namespaces(read.Rows),
        cancellationToken);

    public ValueTask<Document?> AssembliesAsync(bool asJson, CancellationToken cancellationToken) => ReadAsync(
        asJson ? "assemblies:json" : "assemblies",
        asJson,
        static (session, asJson) => (Rows: ContainerQueries.Assemblies(session), AsJson: asJson),
        static (read, _) => read.AsJson
            ? Json(read.Rows, CatalogJson.Default.IReadOnlyListAssemblyRow)
            : ContainerPages.Assemblies(read.Rows),
        cancellationToken);

    public ValueTask<Document?> SearchPageAsync(SearchQuery query, int page, CancellationToken cancellationToken) => ReadAsync(
        $"search:{page}:{query.Text}",
        (Query: query, Page: page),
        static (session, argument) => SearchQueries.Search(session, argument.Query, argument.Page),
        static (found, _) => SearchPages.Results(found),
        cancellationToken);

    public ValueTask<Document?> SearchJsonAsync(SearchQuery query, int page, CancellationToken cancellationToken) => ReadAsync(
        $"search:{page}:{query.Text}:json",
        (Query: query, Page: page),
        static (session, argument) => SearchQueries.Search(session, argument.Query, argument.Page),
        static (found, _) => Json(found, CatalogJson.Default.SearchPage),
        cancellationToken);

    public ValueTask<NotesDocument?> NotesAsync(NoteScope scope, int ownerId, CancellationToken cancellationToken) => ReadAsync(
        CacheKeys.Notes(scope, ownerId),
        (Scope: scope, Id: ownerId),
        static (session, argument) => (List: NoteQueries.Newest(session, argument.Scope, argument.Id), argument.Scope),
        static (read, load) =>
        {
            if (read.List is not { } list)
                return null;

            AddTags(load, list);
            var versions = RowVersions.Of(read.Scope, list.OwnerId, list.Version);
            var figures = new NoteFigures(list.Version, list.Total, list.Notes is [var latest, ..] ? latest.CreatedAt : null);
            return new NotesDocument(
                NotesFragment.Render(read.Scope, list, versions),
                Json(list, CatalogJson.Default.NoteList, versions),
                Json(figures, CatalogJson.Default.NoteFigures, versions));
        },
        cancellationToken);

    /// <summary>Answers from the cache, or reads on a pooled session, builds the answer and keeps it.</summary>
    private ValueTask<TAnswer?> ReadAsync<TArgument, TRead, TAnswer>(
        CacheKey key,
        TArgument argument,
        Func<DatabaseSession, TArgument, TRead?> read,
        Func<TRead, LoadContext, TAnswer?> build,
        CancellationToken cancellationToken)
        where TAnswer : class =>
        cache.GetOrCreateAsync(
            key,
            (database, argument, read, build),
            static async (state, load, cancellationToken) =>
            {
                var read = await state.database.ReadAsync(state.argument, state.read, cancellationToken);
                return read is null ? null : state.build(read, load);
            },
            cancellationToken: cancellationToken);

    private static Document Json<T>(T value, JsonTypeInfo<T> type, string versions = "") =>
        new(JsonSerializer.SerializeToUtf8Bytes(value, type), versions);

    private static void AddTags(LoadContext load, TypeHeader type) =>
        load.AddTags(CacheKeys.NamespaceTag(type.Namespace), CacheKeys.AssemblyTag(type.Assembly));

    private static void AddTags(LoadContext load, NoteList list)
    {
        if (list.Namespace is { } name)
            load.AddTags(CacheKeys.NamespaceTag(name));
        if (list.Assembly is { } assembly)
            load.AddTags(CacheKeys.AssemblyTag(assembly));
    }
}
