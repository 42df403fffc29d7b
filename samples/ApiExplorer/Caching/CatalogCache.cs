using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ApiExplorer.Catalog;
using ApiExplorer.Database;
using ApiExplorer.Pages;
using Larder;

namespace ApiExplorer.Caching;

/// <summary>
/// Everything that the application reads, through the cache. What is cached are finished documents. Pages are split where they change: a frame without notes, which lasts, and the
/// notes, which are small and loaded anew after a write.
/// </summary>
internal sealed class CatalogCache(
    [FromKeyedServices(CacheNames.Catalog)] ICache cache, CatalogDatabase database, CatalogStores stores)
{
    private static readonly CacheEntryOptions s_document = new() { Tags = [CacheKeys.BuiltFromTypes] };

    public ValueTask<PageFrame?> StartPageAsync(CancellationToken cancellationToken) => ReadAsync<int, CatalogTotals, PageFrame>(
        "start", 0, static (session, _) => ContainerQueries.TotalsAsync(session)!, StartPage.Render, cancellationToken);

    public ValueTask<PageFrame?> TypePageAsync(int id, CancellationToken cancellationToken) => ReadTypeAsync(
        $"type:{id}:page", id, 0, static (session, type, _) => TypeQueries.DetailsAsync(session, type), TypePage.Render, cancellationToken);

    public ValueTask<Document?> TypeJsonAsync(int id, CancellationToken cancellationToken) => ReadTypeAsync(
        $"type:{id}:json",
        id,
        0,
        static (session, type, _) => TypeQueries.DetailsAsync(session, type),
        static details => Json(details, CatalogJson.Default.TypeDetails),
        cancellationToken);

    public ValueTask<Document?> MembersAsync(int typeId, int page, CancellationToken cancellationToken) => ReadTypeAsync(
        $"type:{typeId}:members:{page}",
        typeId,
        page,
        TypeQueries.MembersAsync,
        static members => Json(members, CatalogJson.Default.MembersPage),
        cancellationToken);

    public ValueTask<PageFrame?> SummaryAsync(int typeId, CancellationToken cancellationToken) => ReadTypeAsync(
        $"type:{typeId}:summary",
        typeId,
        0,
        static (session, type, _) => FigureQueries.FiguresAsync(session, type),
        static figures => PageFrame.Json(
            figures.Type.Id, JsonSerializer.SerializeToUtf8Bytes(figures, CatalogJson.Default.TypeFigures)),
        cancellationToken);

    public ValueTask<PageFrame?> NamespacePageAsync(string name, CancellationToken cancellationToken) => ReadAsync(
        $"namespace:{name}:page", name, ContainerQueries.NamespaceAsync, ContainerPages.Namespace, cancellationToken);

    public ValueTask<Document?> NamespaceJsonAsync(string name, CancellationToken cancellationToken) => ReadAsync(
        $"namespace:{name}:json",
        name,
        ContainerQueries.NamespaceAsync,
        static details => Json(details, CatalogJson.Default.NamespaceDetails),
        cancellationToken);

    public ValueTask<PageFrame?> AssemblyPageAsync(string name, CancellationToken cancellationToken) => ReadAsync(
        $"assembly:{name}:page", name, ContainerQueries.AssemblyAsync, ContainerPages.Assembly, cancellationToken);

    public ValueTask<Document?> NamespacesAsync(bool asJson, CancellationToken cancellationToken) =>
        ReadAsync<int, IReadOnlyList<NamespaceRow>, Document>(
            asJson ? "namespaces:json" : "namespaces",
            0,
            static (session, _) => ContainerQueries.NamespacesAsync(session)!,
            asJson ? static rows => Json(rows, CatalogJson.Default.IReadOnlyListNamespaceRow) : ContainerPages.Namespaces,
            cancellationToken);

    public ValueTask<Document?> AssembliesAsync(bool asJson, CancellationToken cancellationToken) =>
        ReadAsync<int, IReadOnlyList<AssemblyRow>, Document>(
            asJson ? "assemblies:json" : "assemblies",
            0,
            static (session, _) => ContainerQueries.AssembliesAsync(session)!,
            asJson ? static rows => Json(rows, CatalogJson.Default.IReadOnlyListAssemblyRow) : ContainerPages.Assemblies,
            cancellationToken);

    public ValueTask<Document?> SearchPageAsync(SearchQuery query, int page, CancellationToken cancellationToken) =>
        ReadAsync<(SearchQuery Query, int Page), SearchPage, Document>(
            $"search:{page}:{query.Text}",
            (query, page),
            static (session, argument) => SearchQueries.SearchAsync(session, argument.Query, argument.Page)!,
            SearchPages.Results,
            cancellationToken);

    public ValueTask<Document?> SearchJsonAsync(SearchQuery query, int page, CancellationToken cancellationToken) =>
        ReadAsync<(SearchQuery Query, int Page), SearchPage, Document>(
            $"search:{page}:{query.Text}:json",
            (query, page),
            static (session, argument) => SearchQueries.SearchAsync(session, argument.Query, argument.Page)!,
            static found => Json(found, CatalogJson.Default.SearchPage),
            cancellationToken);

    public ValueTask<NotesDocument?> NotesAsync(NoteScope scope, int ownerId, CancellationToken cancellationToken) =>
        stores.Notes.FindAsync((scope, ownerId), cancellationToken);

    /// <summary>Answers from the cache, or reads on a pooled session, builds the answer and keeps it.</summary>
    private ValueTask<TAnswer?> ReadAsync<TArgument, TRead, TAnswer>(
        CacheKey key,
        TArgument argument,
        Func<DatabaseSession, TArgument, Task<TRead?>> read,
        Func<TRead, TAnswer> build,
        CancellationToken cancellationToken)
        where TRead : class
        where TAnswer : class =>
        cache.GetOrCreateAsync(
            key,
            (database, argument, read, build),
            static async (state, _, cancellationToken) =>
            {
                var read = await state.database.ReadAsync(state.argument, state.read, cancellationToken);
                return read is null ? null : state.build(read);
            },
            s_document,
            cancellationToken);

    /// <summary>
    /// As <see cref="ReadAsync"/>, for what is built from a type. Its row is read with the rest: under a limit of entries the row of a type that is asked
    /// for once would take the place of a document.
    /// </summary>
    private ValueTask<TAnswer?> ReadTypeAsync<TRead, TAnswer>(
        CacheKey key,
        int id,
        int page,
        Func<DatabaseSession, TypeHeader, int, Task<TRead>> read,
        Func<TRead, TAnswer> build,
        CancellationToken cancellationToken)
        where TRead : class
        where TAnswer : class => ReadAsync(
            key,
            (id, page, read),
            static async (session, argument) => await TypeQueries.HeaderAsync(session, argument.id) is { } type
                ? await argument.read(session, type, argument.page)
                : null,
            build,
            cancellationToken);

    private static Document Json<T>(T value, JsonTypeInfo<T> type) => new(JsonSerializer.SerializeToUtf8Bytes(value, type));
}
