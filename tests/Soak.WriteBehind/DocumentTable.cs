using Npgsql;

namespace Larder.Soak.WriteBehind;

/// <summary>The source of record: one row a key, which takes a newer version only, and a row for each write that took effect.</summary>
internal sealed class DocumentTable(NpgsqlDataSource database) : ICacheSource<string, Document>
{
    private const string Schema = """
        CREATE TABLE documents (key text PRIMARY KEY, number bigint NOT NULL, text text NOT NULL, version bigint NOT NULL);
        CREATE TABLE effects (id bigserial PRIMARY KEY, key text NOT NULL, number bigint NOT NULL, version bigint NOT NULL);
        """;

    private const string Save = """
        WITH changed AS (
          INSERT INTO documents
          SELECT * FROM unnest(@keys, @numbers, @texts, @versions) AS new (key, number, text, version) ORDER BY key
          ON CONFLICT (key) DO UPDATE SET number = excluded.number, text = excluded.text, version = excluded.version
          WHERE documents.version < excluded.version
          RETURNING key, number, version)
        INSERT INTO effects (key, number, version) SELECT key, number, version FROM changed
        """;

    public async Task CreateAsync()
    {
        await using var command = database.CreateCommand(Schema);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask<Document?> LoadAsync(string key, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT number, text FROM documents WHERE key = @key");
        command.Parameters.AddWithValue("key", key);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? new Document(reader.GetInt64(0), reader.GetString(1)) : null;
    }

    public ValueTask SaveAsync(string key, Document value, long? version, CancellationToken cancellationToken) =>
        SaveManyAsync([new SourceWrite<string, Document>(key, value, version)], cancellationToken);

    public async ValueTask SaveManyAsync(IReadOnlyList<SourceWrite<string, Document>> writes, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(Save);
        command.Parameters.AddWithValue("keys", writes.Select(write => write.Key).ToArray());
        command.Parameters.AddWithValue("numbers", writes.Select(write => write.Value.Number).ToArray());
        command.Parameters.AddWithValue("texts", writes.Select(write => write.Value.Text).ToArray());
        command.Parameters.AddWithValue("versions", writes.Select(write => write.Version!.Value).ToArray());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<Dictionary<string, long>> NumbersAsync()
    {
        var numbers = new Dictionary<string, long>(StringComparer.Ordinal);
        await using var command = database.CreateCommand("SELECT key, number FROM documents");
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            numbers[reader.GetString(0)] = reader.GetInt64(1);
        }

        return numbers;
    }

    /// <summary>Counts the writes that took effect, and those of them that came after a newer one, or twice.</summary>
    public async Task<(long Effects, long Disordered, long Repeated)> EffectsAsync()
    {
        await using var command = database.CreateCommand("""
            WITH steps AS (SELECT number, version, lag(number) OVER w AS earlier, lag(version) OVER w AS earlier_version FROM effects WINDOW w AS (PARTITION BY key ORDER BY id))
            SELECT count(*), count(*) FILTER (WHERE number < earlier OR version < earlier_version), count(*) FILTER (WHERE number = earlier OR version = earlier_version) FROM steps
            """);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
    }
}
