using System.Collections.Concurrent;

namespace ApiExplorer.Database;

/// <summary>
/// The open catalogue: a pool of reading sessions and one writing session. SQLite works on the caller's thread, so that more
/// sessions than cores gain nothing; callers beyond that wait without holding a thread.
/// </summary>
internal sealed class CatalogDatabase : IDisposable
{
    private readonly ConcurrentBag<DatabaseSession> _idle = [];
    private readonly List<DatabaseSession> _sessions = [];
    private readonly SemaphoreSlim _readers;
    private readonly SemaphoreSlim _writers = new(1);
    private readonly DatabaseSession _writer;

    public CatalogDatabase(string path)
    {
        var count = Math.Max(2, Environment.ProcessorCount);
        _readers = new SemaphoreSlim(count);
        _writer = new DatabaseSession(path);
        _sessions.Add(_writer);
        for (var i = 0; i < count; i++)
        {
            var session = new DatabaseSession(path);
            _sessions.Add(session);
            _idle.Add(session);
        }
    }

    /// <summary>Statements run since the catalogue was opened, by all sessions.</summary>
    public long Queries => _sessions.Sum(static session => session.Queries);

    /// <summary>Runs <paramref name="read"/> on a pooled session, seeing one state of the database.</summary>
    public async ValueTask<T> ReadAsync<TState, T>(TState state, Func<DatabaseSession, TState, T> read, CancellationToken cancellationToken)
    {
        await _readers.WaitAsync(cancellationToken).ConfigureAwait(false);
        DatabaseSession? session = null;
        try
        {
            if (!_idle.TryTake(out session))
                throw new InvalidOperationException("The pool has no idle session although it was entered.");
            return session.InTransaction(TransactionKind.Read, state, read);
        }
        finally
        {
            if (session is not null)
                _idle.Add(session);
            _readers.Release();
        }
    }

    /// <summary>Runs <paramref name="write"/> in a transaction; writers take turns.</summary>
    public async ValueTask<T> WriteAsync<TState, T>(
        TState state, Func<DatabaseSession, TState, T> write, CancellationToken cancellationToken)
    {
        await _writers.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _writer.InTransaction(TransactionKind.Write, state, write);
        }
        finally
        {
            _writers.Release();
        }
    }

    public void Dispose()
    {
        foreach (var session in _sessions)
            session.Dispose();
        _readers.Dispose();
        _writers.Dispose();
    }
}
