using System.Collections.Concurrent;
using System.Data.Common;
using Larder;

namespace ApiExplorer.Database;

/// <summary>The open catalogue: sessions that read, and transactions that write and tell the cache what they change.</summary>
internal abstract class CatalogDatabase : IAsyncDisposable
{
    private readonly ConcurrentDictionary<DbConnection, DatabaseSession> _writing = new();

    /// <summary>Statements run since the catalogue was opened, by all sessions.</summary>
    public long Queries => Statements.Count;

    /// <summary>Tells this catalogue from all others, and from an earlier import of itself.</summary>
    public abstract Task<string> IdentityAsync();

    protected StatementCounter Statements { get; } = new();

    /// <summary>
    /// Runs <paramref name="read"/> on a session of the pool, seeing one state of the database; within a transaction that writes, on
    /// the session of that, seeing what it wrote.
    /// </summary>
    public ValueTask<T> ReadAsync<TState, T>(TState state, Func<DatabaseSession, TState, Task<T>> read, CancellationToken cancellationToken) =>
        StoreTransaction.Current is { } write && _writing.TryGetValue(write.Connection, out var session)
            ? new ValueTask<T>(read(session, state))
            : ReadPooledAsync(state, read, cancellationToken);

    /// <summary>
    /// Runs <paramref name="write"/> in a transaction; writers take turns. It is committed, and the cache told, unless the result is null.
    /// </summary>
    public async Task<T?> WriteAsync<T>(
        ICache cache, Func<StoreTransaction, DatabaseSession, Task<T?>> write, CancellationToken cancellationToken)
        where T : class
    {
        await using var writer = await RentWriterAsync(cancellationToken);
        var session = writer.Session;
        await using var transaction = await cache.BeginWriteAsync(session.Connection, cancellationToken: cancellationToken);
        session.Transaction = transaction.Transaction;
        _writing[session.Connection] = session;
        try
        {
            await TakeTurnAsync(session);
            var result = await write(transaction, session);
            if (result is not null)
                await transaction.CommitAsync(CancellationToken.None); // A client that has gone must not leave the outcome open.
            return result;
        }
        finally
        {
            _writing.TryRemove(session.Connection, out _);
        }
    }

    public abstract ValueTask DisposeAsync();

    protected abstract ValueTask<T> ReadPooledAsync<TState, T>(
        TState state, Func<DatabaseSession, TState, Task<T>> read, CancellationToken cancellationToken);

    /// <summary>A session for one transaction, given back by disposing.</summary>
    protected abstract ValueTask<WriterLease> RentWriterAsync(CancellationToken cancellationToken);

    /// <summary>Waits, at the begin of a transaction, until the others that write have ended.</summary>
    protected virtual Task TakeTurnAsync(DatabaseSession session) => Task.CompletedTask;
}
