using ApiExplorer.Catalog;
using ApiExplorer.Database;
using ApiExplorer.Pages;
using Larder;

namespace ApiExplorer.Caching;

/// <summary>
/// The rows that are cached. The notes of an owner are one row, kept in the forms in which they are served: a note changes the rows of
/// its four owners, which are dropped by key. Single notes with queries over them would lose every query with each note.
/// </summary>
internal sealed class CatalogStores([FromKeyedServices(CacheNames.Catalog)] ICache cache, CatalogDatabase database)
{
    /// <summary>The row whose notes are all there are.</summary>
    public const int CatalogId = 1;

    public ICachedStore<TypeHeader, int> Types { get; } = cache.Store(
        CacheKeys.Types,
        CacheSource.Create<int, TypeHeader>((id, cancellationToken) => database.ReadAsync(id, TypeQueries.HeaderAsync, cancellationToken)),
        static type => type.Id);

    public ICachedStore<NotesDocument, (NoteScope Scope, int Owner)> Notes { get; } = cache.Store(
        CacheKeys.Notes,
        CacheSource.Create<(NoteScope Scope, int Owner), NotesDocument>(async (id, cancellationToken) =>
        {
            var notes = await database.ReadAsync(
                id, static (session, id) => NoteQueries.NewestAsync(session, id.Scope, id.Owner), cancellationToken);
            return notes is null ? null : NotesDocument.Of(id.Scope, notes);
        }),
        static notes => (notes.Scope, notes.OwnerId));
}
