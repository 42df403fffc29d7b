using Larder.PostgreSql;
using Larder.Store.Tests.Rows;
using Larder.Store.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Larder.Store.Tests.Reads;

/// <summary>Stores, outboxes and listeners of a container, and the settings that are refused.</summary>
public sealed class RegistrationTests(StoreServers servers)
{
    [Fact]
    public async Task An_application_has_its_stores_its_outbox_and_its_listener()
    {
        var database = await servers.DatabaseAsync();
        var table = await new AccountTable(database).CreateAsync();
        await using (var preparing = Cache.InMemory())
        {
            await using var changes = preparing.ListenToNotifications((await servers.PostgresAsync()).ConnectionString, options => (options.Tables[table.Name], options.Channel) = ("accounts", "registration"));
            await changes.PrepareDatabaseAsync();
            await using var outbox = preparing.UseOutbox(database.CreateConnection, new OutboxOptions { TableName = table.Name + "_outbox" });
            await outbox.CreateTableAsync();
        }

        var builder = Host.CreateApplicationBuilder();
        var connectionString = (await servers.PostgresAsync()).ConnectionString;
        builder.Services.AddLarder(larder => larder
            .AddStore<Account, long>("accounts", _ => table, account => account.Id, options => options.Consistency = StoreConsistency.Outbox)
            .AddOutbox(_ => database.CreateConnection(), options => (options.TableName, options.PollInterval) = (table.Name + "_outbox", TimeSpan.FromMilliseconds(20)))
            .AddPostgresNotifications(connectionString, options => (options.Tables[table.Name], options.Channel) = ("accounts", "registration")));
        using var host = builder.Build();
        await host.StartAsync();
        var store = host.Services.GetRequiredService<ICachedStore<Account, long>>();
        var cache = host.Services.GetRequiredService<ICache>();
        var id = AccountTable.NewId();
        await using (var write = await cache.BeginWriteAsync(database.CreateConnection()))
        {
            await store.InsertAsync(new Account(id, 1));
            await write.CommitAsync();
        }

        Assert.Equal(1, (await store.FindAsync(id))!.Version);
        await table.ExecuteAsync($"UPDATE {table.Name} SET version = 2 WHERE id = {id}");
        await Redis.Tests.Servers.Deadline.TrueAsync(async () => (await store.FindAsync(id))!.Version == 2);
        await Redis.Tests.Servers.Deadline.TrueAsync(async () =>
        {
            await using var command = database.CreateCommand($"SELECT count(*) FROM {table.Name}_outbox");
            return (long)(await command.ExecuteScalarAsync())! == 0;
        });
        await host.StopAsync();
    }

    [Fact]
    public async Task Settings_out_of_their_range_are_refused_by_name()
    {
        await using var cache = Cache.InMemory();
        var source = CacheSource.Create<long, Account>((_, _) => new((Account?)null));
        void Store(StoreOptions options) => cache.Store("things", source, account => account.Id, options);

        Assert.Contains("TimeToLive", Assert.Throws<ArgumentOutOfRangeException>(() => Store(new() { TimeToLive = TimeSpan.Zero })).Message, StringComparison.Ordinal);
        Assert.Contains("NegativeTimeToLive", Assert.Throws<ArgumentOutOfRangeException>(() => Store(new() { NegativeTimeToLive = TimeSpan.Zero })).Message, StringComparison.Ordinal);
        Assert.Contains("IntentLife", Assert.Throws<ArgumentOutOfRangeException>(() => Store(new() { IntentLife = TimeSpan.Zero })).Message, StringComparison.Ordinal);
        Assert.Contains("Consistency", Assert.Throws<ArgumentOutOfRangeException>(() => Store(new() { Consistency = (StoreConsistency)9 })).Message, StringComparison.Ordinal);
        Assert.Contains("TableName", Assert.Throws<ArgumentException>(() => cache.UseOutbox(() => null!, new() { TableName = "a; DROP" })).Message, StringComparison.Ordinal);
        Assert.Contains("PollInterval", Assert.Throws<ArgumentOutOfRangeException>(() => cache.UseOutbox(() => null!, new() { PollInterval = TimeSpan.Zero })).Message, StringComparison.Ordinal);
        Assert.Contains("BatchSize", Assert.Throws<ArgumentOutOfRangeException>(() => cache.UseOutbox(() => null!, new() { BatchSize = 0 })).Message, StringComparison.Ordinal);
        Assert.Contains("Tables", Assert.Throws<ArgumentException>(() => cache.ListenToReplication("Host=x", _ => { })).Message, StringComparison.Ordinal);
        Assert.Contains("Channel", Assert.Throws<ArgumentException>(() => cache.ListenToReplication("Host=x", options => (options.Tables["t"], options.Channel) = ("t", "No"))).Message, StringComparison.Ordinal);
        Assert.Contains("Slot", Assert.Throws<ArgumentException>(() => cache.ListenToReplication("Host=x", options => (options.Tables["t"], options.Slot) = ("t", "a-b"))).Message, StringComparison.Ordinal);
        Assert.Contains("KeepAlive", Assert.Throws<ArgumentOutOfRangeException>(() => cache.ListenToReplication("Host=x", options => (options.Tables["t"], options.KeepAlive) = ("t", TimeSpan.Zero))).Message, StringComparison.Ordinal);
        Assert.Contains("ReconnectDelay", Assert.Throws<ArgumentOutOfRangeException>(() => cache.ListenToReplication("Host=x", options => (options.Tables["t"], options.ReconnectDelay) = ("t", TimeSpan.Zero))).Message, StringComparison.Ordinal);
    }

    [Fact]
    [Ledger(32, 159)]
    public async Task A_store_that_is_not_cached_reads_each_time_and_still_tells_of_changes()
    {
        await using var cache = Cache.InMemory();
        var table = await new AccountTable(await servers.DatabaseAsync()).CreateAsync();
        var store = cache.Store(table.Name, table, account => account.Id, new StoreOptions { Enabled = false });
        using var changes = store.Changes.Listen();
        var id = AccountTable.NewId();
        await store.InsertAsync(new Account(id, 1));

        await store.FindAsync(id);
        await store.FindManyAsync([id]);
        Assert.Equal(7, await store.QueryValueAsync(StoreQuery.Of("seven"), _ => new ValueTask<int>(7)));

        Assert.Equal(2, table.Loads);
        Assert.Equal(0, await cache.CountAsync());
        changes.Dispose();
        await foreach (var change in changes.ReadAllAsync())
        {
            Assert.Equal(EntityChangeKind.Create, change.Kind);
        }
    }

    [Fact]
    [Ledger(122)]
    public async Task Rows_are_warmed_up()
    {
        await using var cache = Cache.InMemory();
        var table = await new AccountTable(await servers.DatabaseAsync()).CreateAsync();
        var store = cache.Store(table.Name, table, account => account.Id);
        long[] ids = [.. Enumerable.Range(0, 5).Select(_ => AccountTable.NewId())];
        await table.SaveManyAsync([.. ids[..4].Select(id => new SourceWrite<long, Account>(id, new Account(id, 1), null))], default);

        var result = await store.WarmUpAsync(ids.ToAsyncEnumerable(), new WarmUpOptions { BatchSize = 2 });

        Assert.Equal((4, 1, 0), (result.Loaded, result.Absent, result.Failed));
        await store.FindManyAsync(ids[..4]);
        Assert.Equal(3, table.Loads);
    }

    [Fact]
    [Ledger(101, 157)]
    public void A_query_has_the_same_hash_everywhere_and_another_one_for_other_parameters()
    {
        object?[][] parameters =
        [
            [], [null], [""], ["1"], [1], [1L], [1.0], [1m], [true], ['1'], [Guid.Empty], [new DateOnly(2026, 1, 1)], [new DateTime(2026, 1, 1)], [TimeSpan.Zero], [new byte[] { 1 }], [new[] { 1 }], [new[] { 1, 2 }],
            [new[] { 1 }, 2], [1, 2], ["1", "2"], ["12"], [StoreConsistency.Strict], ["\uD800"], ["\uDC00"],
        ];

        Assert.Distinct(parameters.Select(list => StoreQuery.Of("q", list).Hash));
        Assert.Equal(StoreQuery.Of("q", 1, "a").Hash, StoreQuery.Of("q", 1, "a").DependsOn("others").Hash);
        Assert.Throws<ArgumentException>(() => StoreQuery.Of("q", new object()));
        Assert.Equal("3bfd9e8fe9a0ac5d47ddf12423049453", StoreQuery.Of("select * from users where active = @active", true, 42).Hash);
    }
}
