using ApiExplorer.Catalog;
using ApiExplorer.Database;
using Larder;

namespace ApiExplorer.Caching;

/// <summary>
/// Writes notes. A transaction is told what it is about to change, and its commit drops that before the writer is answered: no request
/// that begins later sees the old state.
/// </summary>
internal sealed class NoteWriter(
    CatalogDatabase database,
    [FromKeyedServices(CacheNames.Catalog)] ICache cache,
    CatalogStores stores,
    ExplorerOptions options,
    TimeProvider time)
{
    public async Task<NoteChange?> AddAsync(int typeId, string text, CancellationToken cancellationToken)
    {
        if (await stores.Types.FindAsync(typeId, cancellationToken) is not { } type)
            return null;

        return await database.WriteAsync(
            cache,
            async (write, session) =>
            {
                await TouchNotesAsync(write, type);
                return await NoteQueries.AddAsync(session, typeId, text, time.GetUtcNow());
            },
            cancellationToken);
    }

    public Task<NoteChange?> DeleteAsync(long noteId, CancellationToken cancellationToken) => database.WriteAsync(
        cache,
        async (write, session) =>
        {
            if (await NoteQueries.TypeOfAsync(session, noteId) is not { } typeId
                || await stores.Types.FindAsync(typeId, cancellationToken) is not { } type)
                return null;

            await TouchNotesAsync(write, type);
            return await NoteQueries.DeleteAsync(session, noteId);
        },
        cancellationToken);

    /// <summary>Deletes all notes of a namespace or an assembly. Nobody can say of which types, so that all rows of notes are dropped, in one step.</summary>
    public Task<NotesDeleted?> DeleteAllAsync(NoteScope scope, string ownerName, CancellationToken cancellationToken) => database.WriteAsync(
        cache,
        async (write, session) =>
        {
            if (!options.WithoutInvalidation)
                await write.TouchAllAsync(stores.Notes, cancellationToken);
            return await NoteQueries.DeleteAllAsync(session, scope, ownerName);
        },
        cancellationToken);

    /// <summary>A note is shown with its type, its namespace, its assembly and all others.</summary>
    private async Task TouchNotesAsync(StoreTransaction write, TypeHeader type)
    {
        if (options.WithoutInvalidation)
            return;

        await write.TouchAsync(stores.Notes, (NoteScope.Type, type.Id));
        await write.TouchAsync(stores.Notes, (NoteScope.Namespace, type.NamespaceId));
        await write.TouchAsync(stores.Notes, (NoteScope.Assembly, type.AssemblyId));
        await write.TouchAsync(stores.Notes, (NoteScope.All, CatalogStores.CatalogId));
    }
}
