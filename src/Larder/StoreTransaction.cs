using System.Data;
using System.Data.Common;
using Larder.Store;

namespace Larder;

/// <summary>
/// A database transaction and what it changes in the cache. Begun by <c>cache.BeginWriteAsync(connection)</c>. What its flow writes through stores, or announces here, is invalidated when it
/// has been committed; a transaction that is disposed without a commit is rolled back, and the cache stays as it is. Used by one flow at a time.
/// </summary>
/// <remarks>Until it has ended, reads of stores in its flow go to their sources and past the cache. A source that is to see what the transaction wrote takes the connection of <see cref="Current"/>.</remarks>
public sealed class StoreTransaction : IAsyncDisposable
{
    private static readonly AsyncLocal<StoreTransaction?> s_flow = new();

    private readonly Dictionary<StoreCore, ChangeSet> _changes = [];
    private readonly StoreTransaction? _outer;
    private readonly bool _closesConnection;
    private DbTransaction? _transaction;
    private volatile bool _isOpen;

    private StoreTransaction(DbConnection connection)
    {
        (Connection, _outer) = (connection, Current);
        _closesConnection = connection.State == ConnectionState.Closed;
    }

    /// <summary>Gets the transaction of this flow that has not ended; <see langword="null"/> when there is none. For sources, which read and write on its connection.</summary>
    public static StoreTransaction? Current
    {
        get
        {
            var transaction = s_flow.Value;
            while (transaction is { _isOpen: false })
            {
                transaction = transaction._outer;
            }

            return transaction;
        }
    }

    /// <summary>Gets the connection.</summary>
    public DbConnection Connection { get; }

    /// <summary>Gets the transaction of the database, which commands are given. Commit and roll back through this object, never there: the cache would not know.</summary>
    public DbTransaction Transaction => _transaction ?? throw new InvalidOperationException("The transaction was not begun.");

    /// <summary>Tells that a row is about to be written by a command of the caller's own. To be called before the command.</summary>
    /// <typeparam name="TEntity">The type of the rows.</typeparam>
    /// <typeparam name="TKey">The type of the ids.</typeparam>
    /// <param name="store">The store of the row.</param>
    /// <param name="id">The id of the row.</param>
    /// <param name="kind">How it is written, for those who listen to changes; not <see cref="EntityChangeKind.Table"/>.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The completion; at once unless the store is strict.</returns>
    /// <exception cref="ArgumentException">The store is not one of Larder's own, or the kind names no row.</exception>
    /// <exception cref="CacheException">With <see cref="StoreConsistency.Strict"/>: it cannot be announced; do not commit.</exception>
    public ValueTask TouchAsync<TEntity, TKey>(ICachedStore<TEntity, TKey> store, TKey id, EntityChangeKind kind = EntityChangeKind.Update, CancellationToken cancellationToken = default)
        where TEntity : class
        where TKey : notnull
    {
        if (kind is < EntityChangeKind.Create or > EntityChangeKind.Delete)
        {
            throw new ArgumentException($"A row is created, updated or deleted; {kind} is none of these. Use TouchAllAsync for a table.", nameof(kind));
        }

        var rows = RowsOf<TEntity, TKey>(store);
        var changes = ChangesOf(rows.Stores);
        changes.Add(rows.Space, rows.TextOf(id), kind);
        return changes.AnnounceAsync(cancellationToken);
    }

    /// <summary>Tells that a command of the caller's own is about to write rows that it cannot name: all rows and queries of the store will be dropped. To be called before the command.</summary>
    /// <typeparam name="TEntity">The type of the rows.</typeparam>
    /// <typeparam name="TKey">The type of the ids.</typeparam>
    /// <param name="store">The store.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The completion; at once unless the store is strict.</returns>
    /// <exception cref="ArgumentException">The store is not one of Larder's own.</exception>
    /// <exception cref="CacheException">With <see cref="StoreConsistency.Strict"/>: it cannot be announced; do not commit.</exception>
    public ValueTask TouchAllAsync<TEntity, TKey>(ICachedStore<TEntity, TKey> store, CancellationToken cancellationToken = default)
        where TEntity : class
        where TKey : notnull
    {
        var rows = RowsOf<TEntity, TKey>(store);
        var changes = ChangesOf(rows.Stores);
        changes.AddTable(rows.Space);
        return changes.AnnounceAsync(cancellationToken);
    }

    /// <summary>Commits, and then invalidates what was written.</summary>
    /// <param name="cancellationToken">Cancels the commit, whose outcome is not known then: what was written is invalidated.</param>
    /// <returns>The completion.</returns>
    /// <exception cref="InvalidOperationException">The transaction has ended already, or was begun in another flow, or a store needs an outbox that the cache does not have. Nothing was committed.</exception>
    /// <exception cref="CacheException">With <see cref="StoreConsistency.Strict"/>: before the commit, what was written could not be announced, and nothing was committed; after it, the cache could not be told.</exception>
    public async Task CommitAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfEnded();
        if (!ReferenceEquals(Current, this))
        {
            throw new InvalidOperationException("The transaction was begun in another flow, so what stores wrote here does not belong to it. A helper that begins it must return the task of BeginWriteAsync, and not await it: what an async method sets for its flow ends with it.");
        }

        foreach (var changes in _changes.Values)
        {
            await changes.AnnounceAsync(cancellationToken).ConfigureAwait(false);
            await changes.WriteOutboxAsync(Connection, Transaction, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            await Transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            await EndAsync(changes => changes.FailedAsync(exception)).ConfigureAwait(false);
            throw;
        }

        await EndAsync(static changes => changes.CommittedAsync()).ConfigureAwait(false);
    }

    /// <summary>Rolls back; so does disposing without a commit.</summary>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The completion.</returns>
    /// <exception cref="InvalidOperationException">The transaction has ended already.</exception>
    public async Task RollbackAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfEnded();
        try
        {
            await Transaction.RollbackAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await EndAsync(static changes => changes.RolledBackAsync()).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the transaction; if it was not committed, it is rolled back. A connection that it has opened is closed.</summary>
    /// <returns>The completion.</returns>
    public ValueTask DisposeAsync()
    {
        // Before anything is awaited, so that it is the flow of the caller which has no transaction any more.
        if (ReferenceEquals(s_flow.Value, this))
        {
            s_flow.Value = _outer;
        }

        return EndAsync();
    }

    internal static Task<StoreTransaction> BeginAsync(DbConnection connection, IsolationLevel isolationLevel, CancellationToken cancellationToken)
    {
        // In the flow of the caller, which an asynchronous method could not reach; it counts once it is open.
        var transaction = new StoreTransaction(connection);
        s_flow.Value = transaction;
        return transaction.BeginAsync(isolationLevel, cancellationToken);
    }

    /// <summary>Gets what the transaction changes in one cache.</summary>
    internal ChangeSet ChangesOf(StoreCore stores)
    {
        ThrowIfEnded();
        if (!_changes.TryGetValue(stores, out var changes))
        {
            _changes[stores] = changes = stores.NewChanges();
        }

        return changes;
    }

    private static IStoreRows<TKey> RowsOf<TEntity, TKey>(ICachedStore<TEntity, TKey> store)
        where TEntity : class
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(store);
        return store as IStoreRows<TKey> ?? throw new ArgumentException($"A {store.GetType().Name} is not a store of Larder's own: announce what is written to the store that it wraps.", nameof(store));
    }

    private async Task<StoreTransaction> BeginAsync(IsolationLevel isolationLevel, CancellationToken cancellationToken)
    {
        if (_closesConnection)
        {
            await Connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        }

        try
        {
            _transaction = await Connection.BeginTransactionAsync(isolationLevel, cancellationToken).ConfigureAwait(false);
        }
        catch when (_closesConnection)
        {
            await Connection.CloseAsync().ConfigureAwait(false);
            throw;
        }

        _isOpen = true;
        return this;
    }

    private void ThrowIfEnded()
    {
        if (!_isOpen)
        {
            throw new InvalidOperationException("The transaction has ended. Begin another one for what comes after it.");
        }
    }

    private async ValueTask EndAsync()
    {
        try
        {
            if (_transaction is not null)
            {
                await _transaction.DisposeAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            await EndAsync(static changes => changes.RolledBackAsync()).ConfigureAwait(false);
            if (_closesConnection)
            {
                await Connection.CloseAsync().ConfigureAwait(false);
            }
        }
    }

    private async ValueTask EndAsync(Func<ChangeSet, ValueTask> end)
    {
        _isOpen = false;
        CacheException? failure = null;
        foreach (var changes in _changes.Values)
        {
            try
            {
                await end(changes).ConfigureAwait(false);
            }
            catch (CacheException exception)
            {
                failure ??= exception;
            }
        }

        if (failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }
    }
}
