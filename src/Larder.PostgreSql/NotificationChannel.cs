using System.Text.Json;
using Npgsql;

namespace Larder.PostgreSql;

/// <summary>LISTEN and NOTIFY: triggers tell of each row after its transaction was committed, over a connection of our own, which no pool gives to anybody else.</summary>
internal sealed class NotificationChannel(string connectionString, PostgresChangeOptions options, ChangeTarget target) : IChangeChannel
{
    /// <summary>Tells of a row by the columns of its key, which the trigger names. What would be too long for a notification tells of the whole table.</summary>
    private const string Function = """
        CREATE OR REPLACE FUNCTION {0}_tell() RETURNS trigger LANGUAGE plpgsql AS $body$
        DECLARE
          told text := '';
          payload text;
          changed jsonb;
        BEGIN
          IF TG_OP <> 'TRUNCATE' THEN
            FOREACH changed IN ARRAY CASE TG_OP WHEN 'INSERT' THEN ARRAY[to_jsonb(NEW)] WHEN 'DELETE' THEN ARRAY[to_jsonb(OLD)] ELSE ARRAY[to_jsonb(OLD), to_jsonb(NEW)] END LOOP
              SELECT jsonb_build_object('t', TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME, 'k', jsonb_agg(changed ->> name ORDER BY place))::text
                INTO payload FROM unnest(TG_ARGV) WITH ORDINALITY AS key (name, place);
              IF octet_length(payload) >= 8000 THEN
                payload := jsonb_build_object('t', TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME)::text;
              END IF;
              IF payload <> told THEN
                PERFORM pg_notify('{0}', payload);
                told := payload;
              END IF;
            END LOOP;
          ELSE
            PERFORM pg_notify('{0}', jsonb_build_object('t', TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME)::text);
          END IF;
          RETURN NULL;
        END
        $body$
        """;

    public string Description => $"channel {options.Channel}";

    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(connectionString);
        await using var disposal = connection.ConfigureAwait(false);
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        await ExecuteAsync(connection, Function.Replace("{0}", options.Channel, StringComparison.Ordinal), cancellationToken).ConfigureAwait(false);
        foreach (var table in target.Tables)
        {
            var columns = await PrimaryKey.ColumnsAsync(connection, table, cancellationToken).ConfigureAwait(false);
            var name = PostgresName.QuoteTable(table);
            await ExecuteAsync(
                connection,
                $"""
                CREATE OR REPLACE TRIGGER {options.Channel}_tell_rows AFTER INSERT OR UPDATE OR DELETE ON {name} FOR EACH ROW EXECUTE FUNCTION {options.Channel}_tell({string.Join(", ", columns.Select(PostgresName.Literal))});
                CREATE OR REPLACE TRIGGER {options.Channel}_tell_truncate AFTER TRUNCATE ON {name} FOR EACH STATEMENT EXECUTE FUNCTION {options.Channel}_tell();
                """,
                cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task ListenAsync(Action onListening, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, KeepAlive = 0 };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await using var disposal = connection.ConfigureAwait(false);
        await connection.OpenAsync(cancellationToken).ConfigureAwait(false);

        // Raised while this connection waits or runs a command, on the thread that does so.
        connection.Notification += (_, notification) => Understand(notification.Payload);
        await ExecuteAsync(connection, $"LISTEN {options.Channel}", cancellationToken).ConfigureAwait(false);

        // After the command: what is committed from here on is told, and what was before may have been missed.
        await target.FlushAsync(cancellationToken).ConfigureAwait(false);
        onListening();
        while (!cancellationToken.IsCancellationRequested)
        {
            if (!await connection.WaitAsync(options.KeepAlive, cancellationToken).ConfigureAwait(false))
            {
                await ExecuteAsync(connection, "SELECT 1", cancellationToken).ConfigureAwait(false);
            }

            await target.DropAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // Names are checked or quoted.
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = (int)Math.Ceiling(options.KeepAlive.TotalSeconds) };
#pragma warning restore CA2100
        await using var disposal = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private void Understand(string payload)
    {
        try
        {
            using var json = JsonDocument.Parse(payload);
            var table = json.RootElement.GetProperty("t").GetString()!;
            if (json.RootElement.TryGetProperty("k", out var id))
            {
                target.Add(table, [.. id.EnumerateArray().Select(part => part.GetString())]);
            }
            else
            {
                target.AddTable(table);
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            // Somebody else uses the channel.
            target.Fail(Description, exception);
        }
    }
}
