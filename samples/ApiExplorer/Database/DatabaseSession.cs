using Microsoft.Data.Sqlite;

namespace ApiExplorer.Database;

/// <summary>
/// One SQLite connection with its prepared commands. Every statement of the application runs here and is counted here.
/// A session is used by one caller at a time.
/// </summary>
internal sealed class DatabaseSession : IDisposable
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

    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _commands = new(StringComparer.Ordinal);
    private long _queries;

    static DatabaseSession() => SQLitePCL.Batteries_V2.Init();

    public DatabaseSession(string path)
    {
        var connectionString = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString();
        _connection = new SqliteConnection(connectionString);
        _connection.Open();
        ExecuteScript(Tuning);
    }

    /// <summary>Statements run so far; BEGIN, COMMIT and scripts are not counted.</summary>
    public long Queries => Volatile.Read(ref _queries);

    public List<T> Query<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> arguments)
    {
        var rows = new List<T>();
        using var reader = Start(sql, arguments).ExecuteReader();
        while (reader.Read())
            rows.Add(read(reader));
        return rows;
    }

    /// <summary>The first row, or the type's default when there is none.</summary>
    public T? QueryFirst<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> arguments)
    {
        using var reader = Start(sql, arguments).ExecuteReader();
        return reader.Read() ? read(reader) : default;
    }

    /// <summary>The first column of the first row, which must exist.</summary>
    public long QueryNumber(string sql, params ReadOnlySpan<object?> arguments) =>
        QueryFirst(sql, static row => row.GetInt64(0), arguments);

    public int Execute(string sql, params ReadOnlySpan<object?> arguments) => Start(sql, arguments).ExecuteNonQuery();

    /// <summary>Runs several statements without parameters: schema, pragmas.</summary>
    public void ExecuteScript(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Runs <paramref name="work"/> in a transaction: reads see one state, writes are done together or not at all.</summary>
    public T InTransaction<TState, T>(TransactionKind kind, TState state, Func<DatabaseSession, TState, T> work)
    {
        Command(kind == TransactionKind.Write ? "BEGIN IMMEDIATE" : "BEGIN").ExecuteNonQuery();
        try
        {
            var result = work(this, state);
            Command("COMMIT").ExecuteNonQuery();
            return result;
        }
        catch
        {
            Command("ROLLBACK").ExecuteNonQuery();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var command in _commands.Values)
            command.Dispose();
        _connection.Dispose();
    }

    private SqliteCommand Start(string sql, ReadOnlySpan<object?> arguments)
    {
        Volatile.Write(ref _queries, _queries + 1);
        var command = Command(sql);
        for (var i = 0; i < arguments.Length; i++)
        {
            if (i == command.Parameters.Count)
                command.Parameters.Add(new SqliteParameter { ParameterName = $"${i + 1}" });
            command.Parameters[i].Value = arguments[i] ?? DBNull.Value;
        }

        return command;
    }

    private SqliteCommand Command(string sql)
    {
        if (_commands.TryGetValue(sql, out var command))
            return command;

        command = _connection.CreateCommand();
        command.CommandText = sql;
        command.Prepare();
        _commands.Add(sql, command);
        return command;
    }
}
