using Larder.Redis.Tests.Servers;
using Larder.Store.Tests.Rows;
using Larder.Store.Tests.Servers;
using Larder.Testing.Faults;
using Microsoft.Data.Sqlite;

namespace Larder.Store.Tests.Writes;

/// <summary>The outbox: what a transaction invalidates is committed with it, and done by whoever looks.</summary>
public sealed class OutboxTests(StoreServers servers)
{
    private static readonly StoreOptions s_options = new() { Consistency = StoreConsistency.Outbox };

    [Fact]
    public async Task A_writer_that_dies_after_its_commit_is_finished_by_another_process()
    {
        var redis = await servers.RedisAsync();
        await using var proxy = new FaultProxy("127.0.0.1", redis.Port);
        var prefix = $"outbox-{Guid.NewGuid():N}";
        var database = await servers.DatabaseAsync();
        var table = await new AccountTable(database).CreateAsync();
        await using var cache = await servers.CacheAsync(Backend.Layered, prefix, "two");
        var store = cache.Store(table.Name, table, account => account.Id, s_options);
        await using var outbox = cache.UseOutbox(database.CreateConnection, new OutboxOptions { TableName = table.Name + "_outbox", PollInterval = TimeSpan.FromMilliseconds(20) });
        await outbox.CreateTableAsync();
        var id = AccountTable.NewId();
        await table.SaveAsync(id, new Account(id, 1), null, default);
        await store.FindAsync(id);

        // A process that is cut off from Redis just before its commit, and ends after it.
        var dying = await Cache.ConnectAsync($"redis://{proxy.EndPoint}", options =>
        {
            options.Prefix = prefix;
            options.UseRedis(settings => settings.CommandTimeout = TimeSpan.FromMilliseconds(200));
        });
        var itsStore = dying.Store(table.Name, table, account => account.Id, s_options);
        dying.UseOutbox(database.CreateConnection, new OutboxOptions { TableName = table.Name + "_outbox" });
        await using (var write = await dying.BeginWriteAsync(database.CreateConnection()))
        {
            await itsStore.UpdateAsync(new Account(id, 2));
            proxy.Stop();
            await write.CommitAsync();
        }

        await dying.DisposeAsync();
        Assert.Equal(1, (await store.FindAsync(id))!.Version);

        outbox.Start();

        await Deadline.TrueAsync(async () => (await store.FindAsync(id))!.Version == 2);
        await Deadline.TrueAsync(async () => await CountAsync(table) == 0);
        await Deadline.TrueAsync(() => outbox.Dispatched > 0);
        Assert.Equal(1, outbox.Dispatched);
    }

    [Fact]
    public async Task A_row_that_cannot_be_read_does_not_hold_up_the_others_and_is_left_to_who_can()
    {
        await using var cache = Cache.InMemory();
        var database = await servers.DatabaseAsync();
        var table = await new AccountTable(database).CreateAsync();
        var store = cache.Store(table.Name, table, account => account.Id, s_options);
        await using var outbox = cache.UseOutbox(database.CreateConnection, new OutboxOptions { TableName = table.Name + "_outbox" });
        await outbox.CreateTableAsync();
        var id = AccountTable.NewId();
        await table.SaveAsync(id, new Account(id, 1), null, default);
        await using (var write = await cache.BeginWriteAsync(database.CreateConnection()))
        {
            await store.UpdateAsync(new Account(id, 2));
            await write.CommitAsync();
        }

        await using (var connection = database.CreateConnection())
        {
            await connection.OpenAsync();
            foreach (var (first, payload) in new[] { ("0", "not JSON"), ("1", "[]"), ("2", "[{\"id\":\"\"}]") })
            {
                await using var command = connection.CreateCommand();
                command.CommandText = $"INSERT INTO {table.Name}_outbox (id, cache, payload) SELECT '{first}', cache, '{payload}' FROM {table.Name}_outbox WHERE length(id) = 36";
                await command.ExecuteNonQueryAsync();
            }
        }

        Assert.Equal(1, await outbox.DispatchAsync());

        Assert.Equal(3, await CountAsync(table));
        Assert.Equal(3, cache.Statistics.Snapshot().TierErrors);
    }

    [Fact]
    public async Task What_is_rolled_back_leaves_no_row_and_what_is_done_twice_does_no_harm()
    {
        await using var cache = Cache.InMemory();
        var database = await servers.DatabaseAsync();
        var table = await new AccountTable(database).CreateAsync();
        var store = cache.Store(table.Name, table, account => account.Id, s_options);
        await using var outbox = cache.UseOutbox(database.CreateConnection, new OutboxOptions { TableName = table.Name + "_outbox", BatchSize = 2 });
        await outbox.CreateTableAsync();
        await outbox.CreateTableAsync();
        var id = AccountTable.NewId();
        await using (await cache.BeginWriteAsync(database.CreateConnection()))
        {
            await store.InsertAsync(new Account(id, 1));
        }

        Assert.Equal(0, await CountAsync(table));
        for (var version = 1; version <= 5; version++)
        {
            await using var write = await cache.BeginWriteAsync(database.CreateConnection());
            await store.UpdateAsync(new Account(id, version));
            await write.CommitAsync();
        }

        Assert.Equal(5, (await store.FindAsync(id))!.Version);
        Assert.Equal(5, await outbox.DispatchAsync());
        Assert.Equal(0, await outbox.DispatchAsync());
        Assert.Equal(5, (await store.FindAsync(id))!.Version);
    }

    [Fact]
    public async Task A_write_without_a_transaction_or_without_an_outbox_is_refused()
    {
        await using var cache = Cache.InMemory();
        var database = await servers.DatabaseAsync();
        var table = await new AccountTable(database).CreateAsync();
        var store = cache.Store(table.Name, table, account => account.Id, s_options);
        var id = AccountTable.NewId();

        Assert.Contains("BeginWriteAsync", (await Assert.ThrowsAsync<InvalidOperationException>(() => store.InsertAsync(new Account(id, 1)).AsTask())).Message, StringComparison.Ordinal);
        await using var write = await cache.BeginWriteAsync(database.CreateConnection());
        await store.InsertAsync(new Account(id, 1));
        Assert.Contains("AddOutbox", (await Assert.ThrowsAsync<InvalidOperationException>(() => write.CommitAsync())).Message, StringComparison.Ordinal);
        Assert.Equal(0, await table.VersionAsync(id));
    }

    [Fact]
    public async Task It_works_on_SQLite_too()
    {
        SQLitePCL.Batteries_V2.Init();
        var connectionString = $"Data Source=file:{Guid.NewGuid():N}?mode=memory&cache=shared";
        await using var keeper = new SqliteConnection(connectionString);
        await keeper.OpenAsync();
        await using var cache = Cache.InMemory();
        var source = CacheSource.Create<long, Account>((id, _) => new(new Account(id, 1)), save: (_, _, _, _) => default);
        var store = cache.Store("accounts", source, account => account.Id, s_options);
        await using var outbox = cache.UseOutbox(() => new SqliteConnection(connectionString));
        await outbox.CreateTableAsync();
        await store.FindAsync(1);
        await using (var write = await cache.BeginWriteAsync(keeper))
        {
            await store.UpdateAsync(new Account(1, 2));
            await write.CommitAsync();
        }

        Assert.Equal(1, await outbox.DispatchAsync());
    }

    private async Task<long> CountAsync(AccountTable table)
    {
        await using var command = (await servers.DatabaseAsync()).CreateCommand($"SELECT count(*) FROM {table.Name}_outbox");
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
