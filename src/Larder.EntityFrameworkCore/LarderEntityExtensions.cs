using Larder.EntityFrameworkCore;
using Larder.EntityFrameworkCore.Interception;
using Larder.EntityFrameworkCore.Model;
using Larder.EntityFrameworkCore.Queries;
using Larder.EntityFrameworkCore.Reading;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Microsoft.EntityFrameworkCore;

/// <summary>Reads entities through the cache that <c>UseLarder</c> has given their context.</summary>
public static class LarderEntityExtensions
{
    /// <summary>
    /// Finds a row by its primary key: from the cache, or from the database, after which it is cached. Each call makes an object of its own, which is not tracked and has no navigations; owned objects belong
    /// to the row. Query filters count. Within a transaction it goes to the database.
    /// </summary>
    /// <typeparam name="TEntity">The entity type.</typeparam>
    /// <typeparam name="TKey">The type of the key; a tuple of the parts in their order for a key of several properties.</typeparam>
    /// <param name="set">The entities.</param>
    /// <param name="id">The key.</param>
    /// <param name="cancellationToken">Cancels. What others wait for as well they load by themselves then.</param>
    /// <returns>The row; <see langword="null"/> when there is none.</returns>
    /// <exception cref="ArgumentException">The key is not one of this entity type.</exception>
    /// <exception cref="InvalidOperationException">The context has no cache, the entity type no key, or a property that cannot be stored.</exception>
    public static async ValueTask<TEntity?> FindCachedAsync<TEntity, TKey>(this DbSet<TEntity> set, TKey id, CancellationToken cancellationToken = default)
        where TEntity : class
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(set);
        var (reader, store) = ReaderOf(set);
        return await reader.FindAsync(KeyValues.Of(store, id), cancellationToken).ConfigureAwait(false) as TEntity;
    }

    /// <summary>Finds many rows: one read of the cache for all, and one query for those that are not there.</summary>
    /// <typeparam name="TEntity">The entity type.</typeparam>
    /// <typeparam name="TKey">The type of the keys, as for <see cref="FindCachedAsync"/>.</typeparam>
    /// <param name="set">The entities.</param>
    /// <param name="ids">The keys; none reads nothing.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The rows that there are, by key.</returns>
    /// <exception cref="ArgumentException">A key is not one of this entity type.</exception>
    /// <exception cref="InvalidOperationException">As for <see cref="FindCachedAsync"/>.</exception>
    public static async ValueTask<IReadOnlyDictionary<TKey, TEntity>> FindManyCachedAsync<TEntity, TKey>(this DbSet<TEntity> set, IEnumerable<TKey> ids, CancellationToken cancellationToken = default)
        where TEntity : class
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(ids);
        var (reader, store) = ReaderOf(set);
        TKey[] keys = [.. ids.Distinct()];
        var result = new Dictionary<TKey, TEntity>(keys.Length);
        if (keys.Length > 0)
        {
            var rows = await reader.FindManyAsync([.. keys.Select(key => KeyValues.Of(store, key))], cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < keys.Length; i++)
            {
                if (rows[i] is TEntity row)
                {
                    result[keys[i]] = row;
                }
            }
        }

        return result;
    }

    /// <summary>
    /// Has a query answered from the cache. Any write of a table that it reads drops it. Entities are cached as their keys, and are found by <see cref="FindManyCachedAsync"/>; anything else as it is, and
    /// the instances are shared then: do not change them.
    /// </summary>
    /// <typeparam name="T">What the query yields: entities without navigations, or values that the serializer of the cache can write.</typeparam>
    /// <param name="query">The query.</param>
    /// <param name="timeToLive">How long the answer lives. Above zero. Default: as the cache says.</param>
    /// <param name="tags">Tags by which the answer can be invalidated too. Default: none.</param>
    /// <returns>The query, to be run.</returns>
    /// <exception cref="InvalidOperationException">The query is not one of a context with a cache, or what it reads cannot be told, see the message.</exception>
    public static CachedQuery<T> Cached<T>(this IQueryable<T> query, TimeSpan? timeToLive = null, params IReadOnlyList<string> tags)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(tags);
        return new CachedQuery<T>(query, QueryContext.Of(query), timeToLive, tags);
    }

    /// <summary>
    /// Says which entities the SQL of the application writes on this context, until it is disposed: SQL whose tables are not named in its text, such as a procedure, drops all entities of the model otherwise.
    /// It counts for <c>ExecuteSql</c> and for SQL that returns rows.
    /// </summary>
    /// <param name="context">The context.</param>
    /// <param name="entities">The entity types; none when nothing that is cached is written.</param>
    /// <returns>What ends it.</returns>
    /// <exception cref="ArgumentException">A type is no entity of the context.</exception>
    /// <exception cref="InvalidOperationException">The context has no cache.</exception>
    public static IDisposable DeclareWrites(this DbContext context, params IReadOnlyList<Type> entities)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(entities);
        var cache = ContextCache.Require(context);
        return new DeclaredWrites(cache, [.. entities.SelectMany(type => StoresOf(cache, type)).Distinct()]);
    }

    /// <summary>Drops rows, and the queries that read their table, after something else has written them, as a command on <c>GetDbConnection()</c>. Within a transaction: once it is committed.</summary>
    /// <typeparam name="TEntity">The entity type.</typeparam>
    /// <typeparam name="TKey">The type of the keys, as for <see cref="FindCachedAsync"/>.</typeparam>
    /// <param name="set">The entities.</param>
    /// <param name="ids">The keys.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The completion.</returns>
    /// <exception cref="Larder.CacheException">With <see cref="Larder.StoreConsistency.Strict"/>: the cache could not be told.</exception>
    public static ValueTask InvalidateCachedAsync<TEntity, TKey>(this DbSet<TEntity> set, IEnumerable<TKey> ids, CancellationToken cancellationToken = default)
        where TEntity : class
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(set);
        ArgumentNullException.ThrowIfNull(ids);
        var (_, store) = ReaderOf(set);
        string?[] texts = [.. ids.Select(id => store.Key!.TextOf(KeyValues.Of(store, id)))];
        return InvalidateAsync(
            ContextCache.Require(ContextOf(set)),
            (changes, tenant) =>
            {
                foreach (var text in texts)
                {
                    CachedModel.AddRow(changes, tenant, store, text, Larder.EntityChangeKind.Update, isTold: false);
                }
            },
            cancellationToken);
    }

    /// <summary>Drops all rows of an entity type, and the queries that read its table, after something else has written them. Within a transaction: once it is committed.</summary>
    /// <typeparam name="TEntity">The entity type.</typeparam>
    /// <param name="set">The entities.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The completion.</returns>
    /// <exception cref="Larder.CacheException">With <see cref="Larder.StoreConsistency.Strict"/>: the cache could not be told.</exception>
    public static ValueTask InvalidateAllCachedAsync<TEntity>(this DbSet<TEntity> set, CancellationToken cancellationToken = default)
        where TEntity : class
    {
        ArgumentNullException.ThrowIfNull(set);
        var cache = ContextCache.Require(ContextOf(set));
        var store = cache.Model.StoreOf(set.EntityType);
        return InvalidateAsync(cache, (changes, tenant) => CachedModel.AddTable(changes, tenant, store, deletes: true, isTold: false), cancellationToken);
    }

    private static DbContext ContextOf<TEntity>(DbSet<TEntity> set)
        where TEntity : class => set.GetService<ICurrentDbContext>().Context;

    private static (EntityReader Reader, EntityStore Store) ReaderOf<TEntity>(DbSet<TEntity> set)
        where TEntity : class
    {
        var cache = ContextCache.Require(ContextOf(set));
        var store = cache.Model.StoreOf(set.EntityType);
        return store.Key is null || set.EntityType.IsOwned()
            ? throw new InvalidOperationException($"'{set.EntityType.DisplayName()}' has no key of its own to find it by: use a query, db.Set<{set.EntityType.ShortName()}>().Cached().")
            : (new EntityReader(cache, store), store);
    }

    private static IEnumerable<EntityStore> StoresOf(ContextCache cache, Type type)
    {
        var types = cache.Context.Model.FindEntityTypes(type).ToArray();
        return types.Length > 0 ? types.Select(cache.Model.StoreOf) : throw new ArgumentException($"{type} is no entity of {cache.Context.GetType().Name}.", nameof(type));
    }

    private static async ValueTask InvalidateAsync(ContextCache cache, Action<Larder.Store.ChangeSet, string?> add, CancellationToken cancellationToken)
    {
        var around = cache.FindChanges();
        var changes = around ?? cache.Stores.NewChanges();
        add(changes, cache.Tenant);
        if (around is null)
        {
            await changes.CommittedAsync().ConfigureAwait(false);
        }
        else
        {
            await around.AnnounceAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
