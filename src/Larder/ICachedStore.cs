namespace Larder;

/// <summary>
/// Rows of a database with a cache before them. Reads come from the cache and load what is absent; every write of the store invalidates what it changes, after its transaction was committed, so that no
/// read that begins later gets the row of before. Added by <c>AddStore</c>, or made by <c>cache.Store(...)</c>. All members may be called from many threads at once.
/// </summary>
/// <remarks>
/// Within a <see cref="StoreTransaction"/> reads go to the source and past the cache, and what is written is invalidated when the transaction has been committed. The same holds within a
/// <see cref="System.Transactions.TransactionScope"/>, which does not wait for the invalidation. Instances that the cache returns are
/// shared: do not change them.
/// </remarks>
/// <typeparam name="TEntity">The type of the rows.</typeparam>
/// <typeparam name="TKey">The type of their ids.</typeparam>
public interface ICachedStore<TEntity, TKey>
    where TEntity : class
    where TKey : notnull
{
    /// <summary>Gets the name of the store, with which the keys of its entries begin.</summary>
    string Name { get; }

    /// <summary>Gets what the stores of this name have done in this cache.</summary>
    StoreStatistics Statistics { get; }

    /// <summary>Gets what tells of changes of all stores of the cache; <see cref="Name"/> picks those of this one.</summary>
    ChangeFeed Changes { get; }

    /// <summary>Gets the entries of the store, by id, for what the store itself does not do.</summary>
    StoreEntries<TEntity, TKey> Cache { get; }

    /// <summary>Finds a row.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Cancels the wait of this caller.</param>
    /// <returns>The row; <see langword="null"/> when there is none.</returns>
    ValueTask<TEntity?> FindAsync(TKey id, CancellationToken cancellationToken = default);

    /// <summary>Finds many rows: one read of the cache for all, and one call of the source for all that are not there.</summary>
    /// <param name="ids">Their ids; none reads nothing.</param>
    /// <param name="cancellationToken">Cancels the wait of this caller.</param>
    /// <returns>The rows that there are, by id.</returns>
    ValueTask<IReadOnlyDictionary<TKey, TEntity>> FindManyAsync(IEnumerable<TKey> ids, CancellationToken cancellationToken = default);

    /// <summary>Finds the rows of a query. Their ids are cached until a row of the store is written; the rows are those of <see cref="FindManyAsync"/>.</summary>
    /// <param name="query">What tells the query from others.</param>
    /// <param name="load">Runs it in the database, and returns the ids in order.</param>
    /// <param name="cancellationToken">Cancels the wait of this caller.</param>
    /// <returns>The rows in the order of their ids, without those that are gone.</returns>
    ValueTask<IReadOnlyList<TEntity>> QueryAsync(StoreQuery query, Func<CancellationToken, ValueTask<IReadOnlyList<TKey>>> load, CancellationToken cancellationToken = default);

    /// <summary>Gets what a query yields: a number, a report, a page. It is cached as it is, until a row of the store is written.</summary>
    /// <typeparam name="TResult">The type of the result.</typeparam>
    /// <param name="query">What tells the query from others.</param>
    /// <param name="load">Runs it in the database.</param>
    /// <param name="cancellationToken">Cancels the wait of this caller.</param>
    /// <returns>The result.</returns>
    ValueTask<TResult> QueryValueAsync<TResult>(StoreQuery query, Func<CancellationToken, ValueTask<TResult>> load, CancellationToken cancellationToken = default);

    /// <summary>Inserts a row whose id is known, by the save of the source.</summary>
    /// <param name="entity">The row.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>The completion.</returns>
    /// <exception cref="CacheException">With <see cref="StoreConsistency.Strict"/>: the cache could not be told; before the write, if the message says so. What the source throws is thrown as it is.</exception>
    ValueTask InsertAsync(TEntity entity, CancellationToken cancellationToken = default);

    /// <summary>Inserts a row whose id the database gives.</summary>
    /// <param name="insert">Inserts it, and returns it with its id.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>The row.</returns>
    /// <exception cref="CacheException">As for <see cref="InsertAsync(TEntity, CancellationToken)"/>.</exception>
    ValueTask<TEntity> InsertAsync(Func<CancellationToken, ValueTask<TEntity>> insert, CancellationToken cancellationToken = default);

    /// <summary>Updates a row, by the save of the source.</summary>
    /// <param name="entity">The row.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>The completion.</returns>
    /// <exception cref="CacheException">As for <see cref="InsertAsync(TEntity, CancellationToken)"/>.</exception>
    ValueTask UpdateAsync(TEntity entity, CancellationToken cancellationToken = default);

    /// <summary>Updates many rows, by one save of many of the source.</summary>
    /// <param name="entities">The rows; none writes nothing.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>The completion.</returns>
    /// <exception cref="CacheException">As for <see cref="InsertAsync(TEntity, CancellationToken)"/>.</exception>
    ValueTask UpdateManyAsync(IEnumerable<TEntity> entities, CancellationToken cancellationToken = default);

    /// <summary>Deletes a row, by the delete of the source.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>The completion.</returns>
    /// <exception cref="CacheException">As for <see cref="InsertAsync(TEntity, CancellationToken)"/>.</exception>
    ValueTask DeleteAsync(TKey id, CancellationToken cancellationToken = default);

    /// <summary>Deletes many rows.</summary>
    /// <param name="ids">Their ids; none writes nothing.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>The completion.</returns>
    /// <exception cref="CacheException">As for <see cref="InsertAsync(TEntity, CancellationToken)"/>.</exception>
    ValueTask DeleteManyAsync(IEnumerable<TKey> ids, CancellationToken cancellationToken = default);

    /// <summary>Runs any other command that writes rows of the store: an update of some columns, a soft delete, a stored procedure.</summary>
    /// <param name="command">Runs it, and returns how many rows it wrote.</param>
    /// <param name="ids">Which rows it writes. Default: nobody can say, so all rows of the store are dropped, in one step.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>What the command returned.</returns>
    /// <exception cref="CacheException">As for <see cref="InsertAsync(TEntity, CancellationToken)"/>.</exception>
    ValueTask<int> ExecuteAsync(Func<CancellationToken, ValueTask<int>> command, IEnumerable<TKey>? ids = null, CancellationToken cancellationToken = default);

    /// <summary>Drops rows, and all queries, after something else has written them.</summary>
    /// <param name="ids">Their ids.</param>
    /// <returns>The completion.</returns>
    /// <exception cref="CacheException">With <see cref="StoreConsistency.Strict"/>: the cache could not be told.</exception>
    ValueTask InvalidateAsync(params IEnumerable<TKey> ids);

    /// <summary>Drops all queries of the store, and no row.</summary>
    /// <returns>The completion.</returns>
    /// <exception cref="CacheException">With <see cref="StoreConsistency.Strict"/>: the cache could not be told.</exception>
    ValueTask InvalidateQueriesAsync();

    /// <summary>Drops all rows and queries of the store.</summary>
    /// <returns>The completion.</returns>
    /// <exception cref="CacheException">With <see cref="StoreConsistency.Strict"/>: the cache could not be told.</exception>
    ValueTask InvalidateAllAsync();

    /// <summary>Loads rows before they are asked for. A row that cannot be loaded is counted and logged, and keeps no other from it.</summary>
    /// <param name="ids">Their ids, most important first.</param>
    /// <param name="options">How. Default: 4 calls of the source at the same time, 100 rows each.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    Task<WarmUpResult> WarmUpAsync(IAsyncEnumerable<TKey> ids, WarmUpOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Makes a view of the store whose writes tell of their changes with labels: who made them, or why.</summary>
    /// <param name="labels">The labels.</param>
    /// <returns>The view.</returns>
    ICachedStore<TEntity, TKey> WithLabels(params IReadOnlyList<string> labels);
}
