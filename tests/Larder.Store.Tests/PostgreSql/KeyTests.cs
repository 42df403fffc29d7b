using Larder.PostgreSql;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Tier;
using Larder.Store.Tests.Servers;
using Npgsql;

namespace Larder.Store.Tests.PostgreSql;

/// <summary>The keys that a PostgreSQL tells are those that a store makes, whatever they hold and in whatever order the columns are; and a cache that cannot be told is told later.</summary>
public sealed class KeyTests(StoreServers servers)
{
    private sealed record Row(long Version);

    [Theory]
    [InlineData(false, "DEFAULT")]
    [InlineData(true, "DEFAULT")]
    [InlineData(true, "FULL")]
    [InlineData(true, "NOTHING")]
    public async Task A_composite_key_of_any_characters_is_understood(bool byReplication, string identity)
    {
        var (database, connectionString) = (await servers.DatabaseAsync(), (await servers.PostgresAsync()).ConnectionString);
        var (table, name) = ($"keys_{Guid.NewGuid():N}", $"t{Guid.NewGuid():N}"[..20]);
        await ExecuteAsync(database, $"CREATE TABLE {table} (part int, day date, label text, owner uuid, version bigint, flag bool, PRIMARY KEY (owner, label, part, day, flag)); ALTER TABLE {table} REPLICA IDENTITY {identity}");
        await using var cache = Cache.InMemory();
        var loads = 0;
        var store = cache.Store(
            "rows",
            CacheSource.Create<(Guid Owner, string Label, int Part, DateOnly Day, bool Flag), Row>((_, _) => new(new Row(++loads))),
            _ => throw new InvalidOperationException("not written"));
        void Configure(PostgresChangeOptions options) => (options.Tables[table], options.Channel) = ("rows", name);
        await using var changes = byReplication ? cache.ListenToReplication(connectionString, Configure) : cache.ListenToNotifications(connectionString, Configure);
        await changes.PrepareDatabaseAsync();
        changes.Start();
        await changes.WhenListeningAsync().WaitAsync(Deadline.Limit);
        var (id, other) = ((Guid.NewGuid(), "a:b,c%ä🧀'\"", -7, new DateOnly(2026, 2, 3), true), (Guid.NewGuid(), "other", 1, new DateOnly(2026, 2, 4), false));
        await store.FindAsync(id);
        await store.FindAsync(other);

        // An insert, because a table without an identity takes no updates.
        await using (var command = database.CreateCommand($"INSERT INTO {table} VALUES (-7, '2026-02-03', $1, $2, 1, true)"))
        {
            command.Parameters.AddWithValue(id.Item2);
            command.Parameters.AddWithValue(id.Item1);
            await command.ExecuteNonQueryAsync();
        }

        await Deadline.TrueAsync(async () => !(await store.Cache.GetAsync(id)).HasValue);
        Assert.Equal(identity != "NOTHING", (await store.Cache.GetAsync(other)).HasValue);
        if (identity == "NOTHING")
        {
            return;
        }

        await store.FindAsync(id);
        await ExecuteAsync(database, $"UPDATE {table} SET version = 2");
        await Deadline.TrueAsync(async () => !(await store.Cache.GetAsync(id)).HasValue);
        await store.FindAsync(id);
        await ExecuteAsync(database, $"DELETE FROM {table}");
        await Deadline.TrueAsync(async () => !(await store.Cache.GetAsync(id)).HasValue);
        Assert.True((await store.Cache.GetAsync(other)).HasValue);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_heard_while_Redis_is_away_is_done_when_it_is_back(bool byReplication)
    {
        var (database, connectionString) = (await servers.DatabaseAsync(), (await servers.PostgresAsync()).ConnectionString);
        var (table, name) = ($"away_{Guid.NewGuid():N}", $"t{Guid.NewGuid():N}"[..20]);
        await ExecuteAsync(database, $"CREATE TABLE {table} (id int PRIMARY KEY, version bigint); INSERT INTO {table} VALUES (1, 1)");
        await using var server = await RedisServer.StartAsync(new() { IsDurable = true });
        await using var cache = await Cache.ConnectAsync($"redis://{server.EndPoint}", options => options.UseRedis(redis => redis.CommandTimeout = TimeSpan.FromMilliseconds(500)));
        var store = cache.Store("rows", CacheSource.Create<int, Row>(async (id, token) =>
        {
            await using var command = database.CreateCommand($"SELECT version FROM {table} WHERE id = {id}");
            return new Row((long)(await command.ExecuteScalarAsync(token))!);
        }), _ => 1);
        void Configure(PostgresChangeOptions options) => (options.Tables[table], options.Channel, options.ReconnectDelay) = ("rows", name, TimeSpan.FromMilliseconds(20));
        await using var changes = byReplication ? cache.ListenToReplication(connectionString, Configure) : cache.ListenToNotifications(connectionString, Configure);
        await changes.PrepareDatabaseAsync();
        changes.Start();
        await changes.WhenListeningAsync().WaitAsync(Deadline.Limit);
        Assert.Equal(1, (await store.FindAsync(1))!.Version);

        await server.KillAsync();
        await ExecuteAsync(database, $"UPDATE {table} SET version = 2");
        await Deadline.TrueAsync(() => changes.Statistics.Failures > 0);
        await server.RestartAsync();

        await Deadline.TrueAsync(async () => (await store.FindAsync(1))!.Version == 2);
        await Deadline.TrueAsync(() => changes.IsListening && cache.Statistics.Snapshot().PendingInvalidations == 0);
        Assert.Equal(2, (await store.FindAsync(1))!.Version);
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
