using System.Transactions;
using Larder.Store.Tests.Rows;
using Larder.Store.Tests.Servers;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Larder.Store.Tests.Writes;

/// <summary>Transactions: their connection, their end, what they refuse, scopes of System.Transactions, and SQLite.</summary>
public sealed class TransactionTests(StoreServers servers)
{
    [Fact]
    public async Task A_closed_connection_is_opened_and_closed_again_and_an_open_one_stays_open()
    {
        await using var cache = Cache.InMemory();
        await using var closed = (await servers.DatabaseAsync()).CreateConnection();
        await using (var write = await cache.BeginWriteAsync(closed))
        {
            Assert.Equal(System.Data.ConnectionState.Open, closed.State);
            Assert.Same(write, StoreTransaction.Current);
        }

        Assert.Equal(System.Data.ConnectionState.Closed, closed.State);
        Assert.Null(StoreTransaction.Current);
        await closed.OpenAsync();
        await using (var write = await cache.BeginWriteAsync(closed, System.Data.IsolationLevel.Serializable))
        {
            Assert.Equal(System.Data.IsolationLevel.Serializable, write.Transaction.IsolationLevel);
        }

        Assert.Equal(System.Data.ConnectionState.Open, closed.State);
    }

    [Fact]
    public async Task After_its_end_a_transaction_refuses_what_comes()
    {
        await using var cache = Cache.InMemory();
        var store = cache.Store("things", CacheSource.Create<int, string>((_, _) => new((string?)null)), int.Parse);
        await using var write = await cache.BeginWriteAsync((await servers.DatabaseAsync()).CreateConnection());
        await write.CommitAsync();

        Assert.Null(StoreTransaction.Current);
        await Assert.ThrowsAsync<InvalidOperationException>(() => write.CommitAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(() => write.RollbackAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await write.TouchAsync(store, 1));
        await Assert.ThrowsAsync<ArgumentException>(async () => await write.TouchAsync(store, 1, EntityChangeKind.Table));
    }

    [Fact]
    public async Task A_transaction_whose_flow_has_ended_is_not_committed()
    {
        await using var cache = Cache.InMemory();
        var database = await servers.DatabaseAsync();
        async Task<StoreTransaction> BeginInHelperAsync() => await cache.BeginWriteAsync(database.CreateConnection());
        Task<StoreTransaction> BeginAsTaskAsync() => cache.BeginWriteAsync(database.CreateConnection());

        await using (var lost = await BeginInHelperAsync())
        {
            Assert.Contains("flow", (await Assert.ThrowsAsync<InvalidOperationException>(() => lost.CommitAsync())).Message, StringComparison.Ordinal);
        }

        await using var kept = await BeginAsTaskAsync();
        await kept.CommitAsync();
    }

    [Fact]
    public async Task A_write_that_the_database_refuses_leaves_no_intent_behind()
    {
        await using var cache = Cache.InMemory();
        var database = await servers.DatabaseAsync();
        var table = await new AccountTable(database).CreateAsync();
        var store = cache.Store(table.Name, table, account => account.Id, new StoreOptions { Consistency = StoreConsistency.Strict });
        var id = AccountTable.NewId();
        await store.InsertAsync(new Account(id, 1));

        await Assert.ThrowsAsync<PostgresException>(() => store.ExecuteAsync(async token => await table.ExecuteAsync("SELECT 1 / 0", token), [id]).AsTask());

        await store.FindAsync(id);
        Assert.True((await store.Cache.GetAsync(id)).HasValue);
    }

    [Fact]
    public async Task Transactions_that_are_disposed_without_a_commit_leave_nothing_in_memory()
    {
        await using var cache = Cache.InMemory();
        var database = await servers.DatabaseAsync();
        var store = cache.Store("things", CacheSource.Create<int, string>((_, _) => new((string?)null), save: (_, _, _, _) => default), int.Parse, new StoreOptions { Consistency = StoreConsistency.Strict });
        async Task<WeakReference> UseAsync()
        {
            await using var write = await cache.BeginWriteAsync(database.CreateConnection());
            await store.UpdateAsync("1");
            return new WeakReference(write);
        }

        var used = new List<WeakReference>();
        for (var i = 0; i < 20; i++)
        {
            used.Add(await Task.Run(UseAsync));
        }

        await Redis.Tests.Servers.Deadline.TrueAsync(() =>
        {
            GC.Collect();
            return used.Count(reference => reference.IsAlive) <= 1;
        });

        // And no intent, or this would not be kept.
        var kept = cache.Store("things", CacheSource.Create<int, string>((_, _) => new("1")), int.Parse, new StoreOptions { Consistency = StoreConsistency.Strict });
        await kept.FindAsync(1);
        Assert.True((await kept.Cache.GetAsync(1)).HasValue);
    }

    [Fact]
    public async Task A_commit_whose_outcome_is_not_known_invalidates()
    {
        await using var cache = Cache.InMemory();
        var database = await servers.DatabaseAsync();
        var table = await new AccountTable(database).CreateAsync();
        var store = cache.Store(table.Name, table, account => account.Id);
        var id = AccountTable.NewId();
        await store.InsertAsync(new Account(id, 1));
        await store.FindAsync(id);
        await using var connection = new SteppedConnection(database.CreateConnection()) { AfterCommit = () => throw new TimeoutException("The answer got lost.") };
        await using (var write = await cache.BeginWriteAsync(connection))
        {
            await store.UpdateAsync(new Account(id, 2));

            await Assert.ThrowsAsync<TimeoutException>(() => write.CommitAsync());
        }

        Assert.Equal(2, (await store.FindAsync(id))!.Version);
    }

    [Fact]
    public async Task A_write_that_throws_may_have_been_made_and_invalidates()
    {
        await using var cache = Cache.InMemory();
        var row = "1";
        var store = cache.Store("things", CacheSource.Create<int, string>((_, _) => new(row), save: (_, value, _, _) =>
        {
            row = value;
            throw new TimeoutException("The answer got lost.");
        }), _ => 1);
        await store.FindAsync(1);

        await Assert.ThrowsAsync<TimeoutException>(() => store.UpdateAsync("2").AsTask());

        Assert.Equal("2", await store.FindAsync(1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_scope_of_System_Transactions_is_a_transaction_too(bool completes)
    {
        await using var cache = Cache.InMemory();
        var database = await servers.DatabaseAsync();
        var table = await new AccountTable(database).CreateAsync();
        await using var connection = new NpgsqlConnection((await servers.PostgresAsync()).ConnectionString);
        var source = CacheSource.Create<long, Account>(table.LoadAsync, save: async (id, account, _, token) =>
        {
            await using var command = new NpgsqlCommand($"UPDATE {table.Name} SET version = {account.Version} WHERE id = {id}", connection);
            await command.ExecuteNonQueryAsync(token);
        });
        var store = cache.Store(table.Name, source, account => account.Id);
        var id = AccountTable.NewId();
        await table.SaveAsync(id, new Account(id, 1), null, default);
        await store.FindAsync(id);
        using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled))
        {
            await connection.OpenAsync();
            await store.UpdateAsync(new Account(id, 2));
            Assert.Equal(1, (await store.Cache.GetAsync(id)).Value!.Version);
            if (completes)
            {
                scope.Complete();
            }
        }

        Assert.Equal(completes ? 2 : 1, (await store.FindAsync(id))!.Version);
    }

    [Fact]
    [Ledger(165)]
    public async Task The_plain_store_runs_on_SQLite()
    {
        SQLitePCL.Batteries_V2.Init();
        await using var connection = new SqliteConnection("Data Source=:memory:");
        await connection.OpenAsync();
        async Task<object?> RunAsync(string sql)
        {
            await using var command = connection.CreateCommand();
            command.CommandText = sql;
            command.Transaction = StoreTransaction.Current?.Transaction as SqliteTransaction;
            return await command.ExecuteScalarAsync();
        }

        await RunAsync("CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT)");
        await using var cache = Cache.InMemory();
        var store = cache.Store(
            "things",
            CacheSource.Create<long, string>(
                async (id, _) => (string?)await RunAsync($"SELECT name FROM things WHERE id = {id}"),
                save: async (id, name, _, _) => await RunAsync($"INSERT INTO things VALUES ({id}, '{name}') ON CONFLICT (id) DO UPDATE SET name = excluded.name"),
                delete: async (id, _, _) => await RunAsync($"DELETE FROM things WHERE id = {id}")),
            name => name.Length);

        await store.InsertAsync("one");
        Assert.Equal("one", await store.FindAsync(3));
        await using (var write = await cache.BeginWriteAsync(connection))
        {
            await store.UpdateAsync("two");
            Assert.Equal("two", await store.FindAsync(3));
            await write.RollbackAsync();
        }

        Assert.Equal("one", await store.FindAsync(3));
        await using (var write = await cache.BeginWriteAsync(connection))
        {
            await store.UpdateAsync("two");
            await write.CommitAsync();
        }

        Assert.Equal("two", await store.FindAsync(3));
        await store.DeleteAsync(3);
        Assert.Null(await store.FindAsync(3));
    }
}
