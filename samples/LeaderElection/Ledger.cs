using Microsoft.Data.Sqlite;

namespace Larder.Samples.LeaderElection;

/// <summary>What leaders write to. It keeps the token of the last writer, and refuses those with a lower one.</summary>
public sealed class Ledger : IDisposable
{
    private readonly SqliteConnection _connection;

    static Ledger() => SQLitePCL.Batteries_V2.Init();

    public Ledger(string file)
    {
        _connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString());
        _connection.Open();
        Execute("""
            PRAGMA busy_timeout = 10000;
            CREATE TABLE IF NOT EXISTS ledger (id INTEGER PRIMARY KEY, writer TEXT NOT NULL, writes INTEGER NOT NULL, fence INTEGER NOT NULL);
            INSERT OR IGNORE INTO ledger VALUES (1, '', 0, 0);
            """);
    }

    /// <summary>Writes, unless somebody with a greater token has written.</summary>
    public bool TryWrite(string writer, long token) => Execute(
        "UPDATE ledger SET writer = $writer, writes = writes + 1, fence = $token WHERE id = 1 AND fence <= $token",
        ("$writer", writer),
        ("$token", token)) == 1;

    /// <summary>Reads who wrote last, and with which token.</summary>
    public (string Writer, long Token) Read()
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT writer, fence FROM ledger WHERE id = 1";
        using var row = command.ExecuteReader();
        return row.Read() ? (row.GetString(0), row.GetInt64(1)) : ("", 0);
    }

    public void Dispose() => _connection.Dispose();

    private int Execute(string sql, params ReadOnlySpan<(string Name, object Value)> arguments)
    {
        using var command = _connection.CreateCommand();
#pragma warning disable CA2100 // Only the constants above.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in arguments)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command.ExecuteNonQuery();
    }
}
