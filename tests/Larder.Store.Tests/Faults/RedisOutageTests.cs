using Larder.Redis.Tests.Servers;
using Larder.Redis.Tier;
using Larder.Store.Tests.Rows;
using Larder.Store.Tests.Servers;

namespace Larder.Store.Tests.Faults;

/// <summary>Redis is killed while a transaction runs: the database does not notice, and what comes back is not stale.</summary>
public sealed class RedisOutageTests(StoreServers servers)
{
    [Theory]
    [Ledger(166)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Redis_killed_in_the_middle_of_a_transaction_fails_nothing_and_leaves_nothing_stale(bool duringCommit)
    {
        await using var server = await RedisServer.StartAsync(new() { IsDurable = true });
        await using var cache = await ConnectAsync(server, "one");
        await using var other = await ConnectAsync(server, "two");
        var database = await servers.DatabaseAsync();
        var table = await new AccountTable(database).CreateAsync();
        var (store, elsewhere) = (cache.Store(table.Name, table, account => account.Id), other.Store(table.Name, table, account => account.Id));
        var id = AccountTable.NewId();
        await store.InsertAsync(new Account(id, 1));
        await elsewhere.FindAsync(id);
        await elsewhere.QueryValueAsync(StoreQuery.Of("version"), async _ => await table.VersionAsync(id));

        var connection = new SteppedConnection(database.CreateConnection()) { AfterCommit = () => duringCommit ? server.KillAsync() : Task.CompletedTask };
        await using (var write = await cache.BeginWriteAsync(connection))
        {
            if (!duringCommit)
            {
                await server.KillAsync();
            }

            await store.UpdateAsync(new Account(id, 2));
            await write.CommitAsync();
        }

        Assert.Equal(2, await table.VersionAsync(id));
        Assert.Equal(2, (await store.FindAsync(id))!.Version);

        // It comes back with all that it had.
        await server.RestartAsync();
        await Deadline.TrueAsync(async () => cache.Statistics.Snapshot().PendingInvalidations == 0 && await server.CommandAsync("PING") is not null);
        Assert.Equal(2, (await store.FindAsync(id))!.Version);
        Assert.Equal(2, (await elsewhere.FindAsync(id))!.Version);
        Assert.Equal(2, await elsewhere.QueryValueAsync(StoreQuery.Of("version"), async _ => await table.VersionAsync(id)));
    }

    [Fact]
    [Ledger(166)]
    public async Task A_strict_write_that_cannot_be_announced_does_not_reach_the_database()
    {
        await using var server = await RedisServer.StartAsync();
        await using var cache = await ConnectAsync(server, "one", timeoutSeconds: 20);
        var table = await new AccountTable(await servers.DatabaseAsync()).CreateAsync();
        var store = cache.Store(table.Name, table, account => account.Id, new StoreOptions { Consistency = StoreConsistency.Strict });
        var id = AccountTable.NewId();
        await store.InsertAsync(new Account(id, 1));

        await server.KillAsync();

        await Assert.ThrowsAnyAsync<CacheException>(() => store.UpdateAsync(new Account(id, 2)).AsTask());
        Assert.Equal(1, await table.VersionAsync(id));
        Assert.Equal(1, (await store.FindAsync(id))!.Version);
    }

    private static ValueTask<ICache> ConnectAsync(RedisServer server, string name, double timeoutSeconds = 0.5) => Cache.ConnectAsync($"redis://{server.EndPoint}", options =>
    {
        options.Prefix = "outage";
        options.UseRedis(redis => (redis.ClientName, redis.CommandTimeout) = (name, TimeSpan.FromSeconds(timeoutSeconds)));
    });
}
