using System.Data;
using System.Data.Common;
using Larder.Store;
using Larder.Views;

namespace Larder;

/// <summary>Puts stores of database rows behind caches.</summary>
public static class StoreCacheExtensions
{
    /// <summary>Makes a store. Stores of the same name in one cache share their entries.</summary>
    /// <typeparam name="TEntity">The type of the rows.</typeparam>
    /// <typeparam name="TKey">The type of their ids.</typeparam>
    /// <param name="cache">The cache; a whole one, not a view with a prefix.</param>
    /// <param name="name">What the rows are, such as <c>users</c>: the keys of the entries begin with it. Without <c>:</c>; at most 256 characters.</param>
    /// <param name="source">Reads and writes the rows: a class, or delegates by <see cref="CacheSource.Create"/>.</param>
    /// <param name="idOf">Gets the id of a row.</param>
    /// <param name="options">How it is cached. Default: as the cache says, <see cref="StoreConsistency.AfterCommit"/>.</param>
    /// <param name="keyText">
    /// How an id becomes text, different for different ids. Default: strings, integers, booleans, characters, enumerations, <see cref="Guid"/>, <see cref="DateOnly"/>, and tuples of these; other types need it.
    /// </param>
    /// <returns>The store.</returns>
    /// <exception cref="ArgumentException">A setting is out of its range, the type of the ids needs <paramref name="keyText"/>, or the cache is a view or not Larder's own.</exception>
    public static ICachedStore<TEntity, TKey> Store<TEntity, TKey>(
        this ICache cache, string name, ICacheSource<TKey, TEntity> source, Func<TEntity, TKey> idOf, StoreOptions? options = null, Func<TKey, string>? keyText = null)
        where TEntity : class
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(idOf);
        return cache is CacheView { IsWhole: true } view
            ? new CachedStore<TEntity, TKey>(view, name, source, idOf, options ?? new StoreOptions(), keyText)
            : throw new ArgumentException($"A store needs a whole cache of Larder's own, and this is {(cache is CacheView ? "a view with a prefix" : "a " + cache.GetType().Name)}: give it the cache that is behind it.", nameof(cache));
    }

    /// <summary>
    /// Begins a database transaction, and with it the account of what it changes in the cache. From now on until it has ended, the flow of the caller reads stores past the cache. A closed
    /// connection is opened, and closed with the transaction.
    /// </summary>
    /// <param name="cache">Any cache; the stores that are written may be of other caches too.</param>
    /// <param name="connection">The connection, of any ADO.NET provider.</param>
    /// <param name="isolationLevel">The isolation of the transaction. Default: that of the database.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The transaction: commit it, or dispose it to roll back.</returns>
    public static Task<StoreTransaction> BeginWriteAsync(this ICache cache, DbConnection connection, IsolationLevel isolationLevel = IsolationLevel.Unspecified, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentNullException.ThrowIfNull(connection);
        return StoreTransaction.BeginAsync(connection, isolationLevel, cancellationToken);
    }

    /// <summary>Gives a cache an outbox, for stores with <see cref="StoreConsistency.Outbox"/>. It looks for rows once it is started; every process of the cache has one.</summary>
    /// <param name="cache">The cache.</param>
    /// <param name="connect">Makes a closed connection to the database of the stores.</param>
    /// <param name="options">How it works. Default: the table <c>larder_outbox</c>, looked at each second.</param>
    /// <returns>The outbox; dispose it before the cache.</returns>
    /// <exception cref="ArgumentException">A setting is out of its range, or the cache is a view or not Larder's own.</exception>
    public static StoreOutbox UseOutbox(this ICache cache, Func<DbConnection> connect, OutboxOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentNullException.ThrowIfNull(connect);
        var stores = cache is CacheView { IsWhole: true } view ? view.Core.Stores : throw new ArgumentException("An outbox belongs to a whole cache of Larder's own.", nameof(cache));
        return stores.Outbox = new StoreOutbox(stores, connect, options ?? new OutboxOptions());
    }
}
