using ApiExplorer.Catalog;
using ApiExplorer.Database;
using Larder;

namespace ApiExplorer.Caching;

/// <summary>
/// Writes notes. The order is what keeps readers right: commit first, then remove what showed the old state, then answer. A load
/// that ran meanwhile may have read the old state; Larder hands it to its callers and does not keep it.
/// </summary>
internal sealed class NoteWriter(
    CatalogDatabase database, [FromKeyedServices(CacheNames.Catalog)] ICache cache, ExplorerOptions options, TimeProvider time)
{
    public async Task<NoteChange?> AddAsync(int typeId, string text, CancellationToken cancellationToken)
    {
        var change = await database.WriteAsync(
            (typeId, text, Now: time.GetUtcNow()),
            static (session, state) => NoteQueries.Add(session, state.typeId, state.text, state.Now),
            cancellationToken);
        if (change is not null)
            await InvalidateAsync(change);
        return change;
    }

    public async Task<NoteChange?> DeleteAsync(long noteId, CancellationToken cancellationToken)
    {
        var change = await database.WriteAsync(noteId, NoteQueries.Delete, cancellationToken);
        if (change is not null)
            await InvalidateAsync(change);
        return change;
    }

    /// <summary>Deletes all notes of a namespace or an assembly.</summary>
    public async Task<NotesDeleted?> DeleteAllAsync(NoteScope scope, string ownerName, CancellationToken cancellationToken)
    {
        var deleted = await database.WriteAsync(
            (scope, ownerName), static (session, state) => NoteQueries.DeleteAll(session, state.scope, state.ownerName), cancellationToken);
        if (deleted is not null)
            await InvalidateAsync(scope, deleted);
        return deleted;
    }

    // Once committed, the invalidation is done whether or not the client still waits: it takes no cancellation token.
    private async ValueTask InvalidateAsync(NoteChange change)
    {
        if (options.WithoutInvalidation)
            return;

        await cache.RemoveAsync(CacheKeys.Notes(NoteScope.Type, change.TypeId));
        await cache.RemoveAsync(CacheKeys.Notes(NoteScope.Namespace, change.NamespaceId));
        await cache.RemoveAsync(CacheKeys.Notes(NoteScope.Assembly, change.AssemblyId));
        await cache.RemoveAsync(CacheKeys.Notes(NoteScope.All, 0));
    }

    /// <summary>One tag stands for all types of the namespace or assembly, however many had notes.</summary>
    private async ValueTask InvalidateAsync(NoteScope scope, NotesDeleted deleted)
    {
        if (options.WithoutInvalidation)
            return;

        var isNamespace = scope == NoteScope.Namespace;
        await cache.RemoveByTagAsync(isNamespace ? CacheKeys.NamespaceTag(deleted.Name) : CacheKeys.AssemblyTag(deleted.Name));
        foreach (var id in deleted.NamespaceIds)
            await cache.RemoveAsync(CacheKeys.Notes(NoteScope.Namespace, id));
        foreach (var id in deleted.AssemblyIds)
            await cache.RemoveAsync(CacheKeys.Notes(NoteScope.Assembly, id));
        await cache.RemoveAsync(CacheKeys.Notes(NoteScope.All, 0));
    }
}
