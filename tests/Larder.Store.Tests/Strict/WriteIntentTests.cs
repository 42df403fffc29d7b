using Larder.Store.Tests.Rows;
using Larder.Store.Tests.Servers;

namespace Larder.Store.Tests.Strict;

/// <summary>Write intents: while one is there nothing is cached, whoever else comes and goes; one whose writer died leaves a miss.</summary>
public sealed class WriteIntentTests(StoreServers servers)
{
    private static readonly StoreOptions s_options = new() { Consistency = StoreConsistency.Strict, IntentLife = TimeSpan.FromSeconds(1) };
    private static readonly StoreQuery s_query = StoreQuery.Of("version");

    public static TheoryData<Backend> Backends => [Backend.Memory, Backend.Redis, Backend.Layered, Backend.Cluster];

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task While_a_writer_is_at_it_rows_and_queries_are_read_and_not_kept(Backend backend)
    {
        await using var cache = await servers.CacheAsync(backend);
        var table = await new AccountTable(await servers.DatabaseAsync()).CreateAsync();
        var store = cache.Store(table.Name, table, account => account.Id, new StoreOptions { Consistency = StoreConsistency.Strict });
        var (written, beside) = (AccountTable.NewId(), AccountTable.NewId());
        await store.InsertAsync(new Account(written, 1));
        await store.InsertAsync(new Account(beside, 1));
        await store.FindManyAsync([written, beside]);
        var ask = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asked = Task.Run(async () =>
        {
            await ask.Task;
            var rows = await store.FindManyAsync([written, beside]);
            Assert.Equal((1, 1), (rows[written].Version, rows[beside].Version));
            Assert.Equal(1, (await store.FindAsync(written))!.Version);
            Assert.Equal(1, await store.QueryValueAsync(s_query, async _ => await table.VersionAsync(written)));
            Assert.False((await store.Cache.GetAsync(written)).HasValue);
            Assert.True((await store.Cache.GetAsync(beside)).HasValue);
            Assert.Equal(2, await store.QueryValueAsync(s_query, _ => new ValueTask<long>(2L)));
        });

        await using (var write = await cache.BeginWriteAsync((await servers.DatabaseAsync()).CreateConnection()))
        {
            await store.UpdateAsync(new Account(written, 2));
            ask.SetResult();
            await asked;
            await write.CommitAsync();
        }

        Assert.Equal(2, (await store.FindAsync(written))!.Version);
        Assert.True((await store.Cache.GetAsync(written)).HasValue);
        Assert.True(store.Statistics.Bypassed > 0);
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task The_first_of_two_writers_to_end_takes_only_its_own_intent_away(Backend backend)
    {
        await using var cache = await servers.CacheAsync(backend);
        var database = await servers.DatabaseAsync();
        var table = await new AccountTable(database).CreateAsync();
        var store = cache.Store(table.Name, table, account => account.Id, new StoreOptions { Consistency = StoreConsistency.Strict });
        var id = AccountTable.NewId();
        await store.InsertAsync(new Account(id, 1));
        var (bothAreThere, firstHasEnded) = (new TaskCompletionSource(), new TaskCompletionSource());

        var second = Task.Run(async () =>
        {
            await using var write = await cache.BeginWriteAsync(database.CreateConnection());
            await write.TouchAsync(store, id);
            bothAreThere.SetResult();
            await firstHasEnded.Task;
            await table.IncrementAsync(id);
            await write.CommitAsync();
        });
        await Task.Run(async () =>
        {
            await using var write = await cache.BeginWriteAsync(database.CreateConnection());
            await write.TouchAsync(store, id);
            await bothAreThere.Task;
            await table.IncrementAsync(id);
            await write.CommitAsync();
        });
        Assert.Equal(2, (await store.FindAsync(id))!.Version);
        Assert.False((await store.Cache.GetAsync(id)).HasValue);

        firstHasEnded.SetResult();
        await second;

        Assert.Equal(3, (await store.FindAsync(id))!.Version);
        Assert.True((await store.Cache.GetAsync(id)).HasValue);
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task The_intent_of_a_writer_that_died_expires_and_leaves_a_miss(Backend backend)
    {
        await using var cache = await servers.CacheAsync(backend);
        var database = await servers.DatabaseAsync();
        var table = await new AccountTable(database).CreateAsync();
        var store = cache.Store(table.Name, table, account => account.Id, s_options);

        // The longest of the stores of the cache counts, and these have another one.
        var id = AccountTable.NewId();
        await table.SaveAsync(id, new Account(id, 1), null, default);
        await store.FindAsync(id);
        var (died, grave) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var connection = new SteppedConnection(database.CreateConnection())
        {
            AfterCommit = () =>
            {
                died.SetResult();
                return grave.Task;
            },
        };
        var dying = Task.Run(async () =>
        {
            await using var write = await cache.BeginWriteAsync(connection);
            await store.UpdateAsync(new Account(id, 2));
            await write.CommitAsync();
        });
        await died.Task;

        Assert.Equal(2, (await store.FindAsync(id))!.Version);
        Assert.False((await store.Cache.GetAsync(id)).HasValue);
        Assert.False(dying.IsCompleted);
    }

    [Fact]
    public async Task After_the_life_of_the_intent_the_row_is_cached_again()
    {
        var clock = new Larder.Testing.FakeTimeProvider();
        await using var cache = Cache.InMemory(options => options.TimeProvider = clock);
        var version = 1;
        var source = CacheSource.Create<long, Account>((id, _) => new(new Account(id, version)));
        var store = cache.Store("accounts", source, account => account.Id, s_options);
        var (died, grave) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var connection = new SteppedConnection((await servers.DatabaseAsync()).CreateConnection())
        {
            AfterCommit = () =>
            {
                died.SetResult();
                return grave.Task;
            },
        };
        _ = Task.Run(async () =>
        {
            await using var write = await cache.BeginWriteAsync(connection);
            await write.TouchAsync(store, 1);
            version = 2;
            await write.CommitAsync();
        });
        await died.Task;
        await store.FindAsync(1);
        Assert.False((await store.Cache.GetAsync(1)).HasValue);

        clock.Advance(TimeSpan.FromSeconds(31));

        Assert.Equal(2, (await store.FindAsync(1))!.Version);
        Assert.True((await store.Cache.GetAsync(1)).HasValue);
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task One_transaction_of_ten_thousand_rows_is_announced_and_ends(Backend backend)
    {
        await using var cache = await servers.CacheAsync(backend);
        var source = CacheSource.Create<long, Account>((id, _) => new(new Account(id, 1)), saveMany: (_, _) => default);
        var store = cache.Store("many", source, account => account.Id, new StoreOptions { Consistency = StoreConsistency.Strict });
        await store.FindManyAsync(Enumerable.Range(0, 100).Select(id => (long)id));

        await store.UpdateManyAsync(Enumerable.Range(0, 10_000).Select(id => new Account(id, 2)));

        Assert.False((await store.Cache.GetAsync(5)).HasValue);
        await store.FindAsync(5);
        Assert.True((await store.Cache.GetAsync(5)).HasValue);
        Assert.Equal(10_000, store.Statistics.RowInvalidations);
    }
}
