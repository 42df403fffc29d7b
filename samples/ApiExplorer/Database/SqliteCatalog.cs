using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace ApiExplorer.Database;

/// <summary>
/// The catalogue in a SQLite file: a pool of reading sessions and one writing session. SQLite works on the caller's thread, so that
/// more sessions than cores gain nothing; callers beyond that wait without holding a thread.
/// </summary>
internal sealed class SqliteCatalog : CatalogDatabase
{
    // Enough to hold the catalogue in each connection, so that both runs of the load mode measure SQLite at its best.
    private const string Tuning = """
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = NORMAL;
        PRAGMA busy_timeout = 10000;
        PRAGMA cache_size = -65536;
        PRAGMA mmap_size = 268435456;
        PRAGMA temp_store = MEMORY;
        """;

    private readonly string _path;
    private readonly ConcurrentBag<DatabaseSession> _idle = [];
    private readonly List<DatabaseSession> _readers = [];
    private readonly SemaphoreSlim _reading;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly DatabaseSession _writer;

    static SqliteCatalog() => SQLitePCL.Batteries_V2.Init();

    public SqliteCatalog(string path)
    {
        var count = Math.Max(2, Environment.ProcessorCount);
        _path = path;
        _reading = new SemaphoreSlim(count);
        _writer = Open();
        for (var i = 0; i < count; i++)
        {
            var session = Open();
            _readers.Add(session);
            _idle.Add(session);
        }
    }

    /// <summary>Opens a connection to a file, which is made when there is none.</summary>
    public static SqliteConnection Connect(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = Tuning;
        command.ExecuteNonQuery();
        return connection;
    }

    public override Task<string> IdentityAsync() => ReadAsync(
        0,
        static async (session, _) => (await session.QueryFirstAsync("SELECT import_id FROM catalog", static row => row.GetString(0)))!,
        CancellationToken.None).AsTask();

    public override async ValueTask DisposeAsync()
    {
        foreach (var session in _readers)
            await session.DisposeAsync();
        await _writer.DisposeAsync();
        _reading.Dispose();
        _writing.Dispose();
    }

    protected override async ValueTask<T> ReadPooledAsync<TState, T>(
        TState state, Func<DatabaseSession, TState, Task<T>> read, CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken).ConfigureAwait(false);
        DatabaseSession? session = null;
        try
        {
            if (!_idle.TryTake(out session))
                throw new InvalidOperationException("The pool has no idle session although it was entered.");
            return await ReadAsync(session, state, read).ConfigureAwait(false);
        }
        finally
        {
            if (session is not null)
                _idle.Add(session);
            _reading.Release();
        }
    }

    protected override async ValueTask<WriterLease> RentWriterAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new WriterLease(_writer, _ =>
        {
            _writing.Release();
            return default;
        });
    }

    private static async Task<T> ReadAsync<TState, T>(DatabaseSession session, TState state, Func<DatabaseSession, TState, Task<T>> read)
    {
        await session.RunAsync("BEGIN").ConfigureAwait(false);
        try
        {
            return await read(session, state).ConfigureAwait(false);
        }
        finally
        {
            await session.RunAsync("COMMIT").ConfigureAwait(false);
        }
    }

    private DatabaseSession Open() => new(Connect(_path), SqliteDialect.Instance, Statements);
}
