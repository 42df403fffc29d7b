using Larder.Redis.Tests.Servers;
using Larder.Store.Tests.Rows;
using Larder.Store.Tests.Servers;

namespace Larder.Store.Tests.Faults;

/// <summary>Faults 22 to 31 of docs/reference/guides.md: the cached store.</summary>
public sealed class GuideFaultTests(StoreServers servers) : IAsyncLifetime
{
    private readonly long _id = AccountTable.NewId();
    private ICache _cache = null!;
    private AccountTable _table = null!;
    private ICachedStore<Account, long> _store = null!;

    public async ValueTask InitializeAsync()
    {
        _cache = await servers.CacheAsync(Backend.Layered);
        _table = await new AccountTable(await servers.DatabaseAsync()).CreateAsync();
        _store = _cache.Store(_table.Name, _table, account => account.Id);
        await _store.InsertAsync(new Account(_id, 1));
        await _store.FindAsync(_id);
    }

    public ValueTask DisposeAsync() => _cache.DisposeAsync();

    [Fact]
    [Ledger(155, 156)]
    [LedgerFault(22)]
    public async Task Fault_22_deletes_and_updates_of_many_and_soft_deletes_drop_the_row()
    {
        await _store.UpdateManyAsync([new Account(_id, 2)]);
        Assert.Equal(2, (await _store.FindAsync(_id))!.Version);

        await _store.ExecuteAsync(async token => await _table.ExecuteAsync($"UPDATE {_table.Name} SET version = -1 WHERE id = {_id}", token), [_id]);
        Assert.Equal(-1, (await _store.FindAsync(_id))!.Version);

        await _store.DeleteManyAsync([_id]);
        Assert.Null(await _store.FindAsync(_id));
    }

    [Fact]
    [LedgerFault(23)]
    public async Task Fault_23_reads_and_invalidations_have_one_key_function()
    {
        var version = 1;
        var store = _cache.Store("texts", CacheSource.Create<string, Account>((_, _) => new(new Account(0, version)), delete: (_, _, _) =>
        {
            version++;
            return default;
        }), _ => "");
        await store.FindAsync("a \"b\"");
        Assert.True((await store.Cache.GetAsync("a \"b\"")).HasValue);

        await store.DeleteAsync("a \"b\"");

        Assert.False((await store.Cache.GetAsync("a \"b\"")).HasValue);
        Assert.Equal(2, (await store.FindAsync("a \"b\""))!.Version);
    }

    [Fact]
    [Ledger(166)]
    [LedgerFault(24)]
    public async Task Fault_24_a_cache_that_fails_fails_no_read_and_no_write()
    {
        var server = await RedisServer.StartAsync();
        await using var cache = await Cache.ConnectAsync($"redis://{server.EndPoint}", options => options.UseRedis(redis => redis.CommandTimeout = TimeSpan.FromMilliseconds(200)));
        var store = cache.Store(_table.Name, _table, account => account.Id);
        await store.FindAsync(_id);

        await server.DisposeAsync();

        await store.UpdateAsync(new Account(_id, 2));
        Assert.Equal(2, (await store.FindAsync(_id))!.Version);
        Assert.Equal(2, (await store.FindManyAsync([_id]))[_id].Version);
        await store.DeleteAsync(_id);
        Assert.Null(await store.FindAsync(_id));
    }

    [Fact]
    [Ledger(158)]
    [LedgerFault(25)]
    public async Task Fault_25_queries_are_dropped_by_one_step_and_not_by_listing_keys()
    {
        // One that nobody else lists keys of.
        await using var server = await RedisServer.StartAsync();
        await using var cache = await Cache.ConnectAsync($"redis://{server.EndPoint}?commandTimeout=20s");
        var store = cache.Store(_table.Name, _table, account => account.Id);
        await store.FindAsync(_id);
        for (var i = 0; i < 50; i++)
        {
            await store.QueryValueAsync(StoreQuery.Of("q", i), _ => new ValueTask<long>(1L));
        }

        await server.CommandAsync("CONFIG", "RESETSTAT");
        await store.InvalidateQueriesAsync();

        Assert.Equal(2, await store.QueryValueAsync(StoreQuery.Of("q", 7), _ => new ValueTask<long>(2L)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => server.InfoAsync("cmdstat_keys"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => server.InfoAsync("cmdstat_scan"));
        Assert.True((await store.Cache.GetAsync(_id)).HasValue);
    }

    [Fact]
    [Ledger(98, 99)]
    [LedgerFault(26)]
    public async Task Fault_26_there_is_one_layout_of_keys()
    {
        var server = await servers.RedisAsync();
        await using var cache = await servers.CacheAsync(Backend.Redis, "myapp");
        var store = cache.Store("users", _table, account => account.Id);
        await store.FindAsync(_id);
        var query = StoreQuery.Of("all");
        await store.QueryValueAsync(query, _ => new ValueTask<long>(1L));

        Assert.Equal(1L, await server.CommandAsync("EXISTS", $"myapp:users:{_id}"));
        Assert.Equal(1L, await server.CommandAsync("EXISTS", $"myapp:users:query:{query.Hash}"));
    }

    [Fact]
    [Ledger(181)]
    [LedgerFault(27)]
    public async Task Fault_27_statistics_are_counted_and_the_time_to_live_is_used()
    {
        var store = _cache.Store("counted", _table, account => account.Id, new StoreOptions { TimeToLive = TimeSpan.FromHours(2) });
        await store.InvalidateAllAsync();
        await store.FindAsync(_id);
        await store.FindAsync(_id);
        await store.UpdateAsync(new Account(_id, 2));
        await store.FindAsync(_id);

        Assert.Equal((3L, 2L, 1L, 1L, 1L), (store.Statistics.Reads, store.Statistics.Loads, store.Statistics.Writes, store.Statistics.RowInvalidations, store.Statistics.TableInvalidations));
        Assert.InRange((await store.Cache.GetTimeToLiveAsync(_id)).Remaining!.Value, TimeSpan.FromHours(1.9), TimeSpan.FromHours(2));
    }

    [Fact]
    [Ledger(163)]
    [LedgerFault(28)]
    public async Task Fault_28_dropping_queries_and_dropping_all_are_two_things()
    {
        var query = StoreQuery.Of("all");
        await _store.QueryValueAsync(query, _ => new ValueTask<long>(1L));

        await _store.InvalidateQueriesAsync();
        Assert.True((await _store.Cache.GetAsync(_id)).HasValue);
        Assert.Equal(2, await _store.QueryValueAsync(query, _ => new ValueTask<long>(2L)));

        await _store.InvalidateAllAsync();
        Assert.False((await _store.Cache.GetAsync(_id)).HasValue);
        Assert.Equal(3, await _store.QueryValueAsync(query, _ => new ValueTask<long>(3L)));
    }

    [Fact]
    [Ledger(160)]
    [LedgerFault(29)]
    public async Task Fault_29_an_update_in_a_transaction_is_invalidated_and_told_after_its_commit_by_itself()
    {
        using var changes = _store.Changes.Listen(_store.Name);
        await using (var write = await _cache.BeginWriteAsync((await servers.DatabaseAsync()).CreateConnection()))
        {
            await _store.WithLabels("import").UpdateAsync(new Account(_id, 2));
            Assert.Equal(1, (await _store.Cache.GetAsync(_id)).Value!.Version);
            await write.CommitAsync();
        }

        Assert.False((await _store.Cache.GetAsync(_id)).HasValue);
        await foreach (var change in changes.ReadAllAsync())
        {
            Assert.Equal((EntityChangeKind.Update, _table.Name, $"{_id}", "import"), (change.Kind, change.Store, change.Id, Assert.Single(change.Tags)));
            break;
        }
    }

    [Fact]
    [Ledger(155)]
    [LedgerFault(30)]
    public async Task Fault_30_absent_rows_are_remembered_where_that_is_asked_for_until_they_are_inserted()
    {
        var store = _cache.Store(_table.Name, _table, account => account.Id, new StoreOptions { NegativeTimeToLive = TimeSpan.FromMinutes(1) });
        var absent = AccountTable.NewId();
        await store.FindAsync(absent);
        var loads = _table.Loads;
        Assert.Null(await store.FindAsync(absent));
        Assert.Empty(await store.FindManyAsync([absent]));
        Assert.Equal(loads, _table.Loads);

        await store.InsertAsync(new Account(absent, 1));
        Assert.Equal(1, (await store.FindAsync(absent))!.Version);

        // Otherwise they are not.
        var other = AccountTable.NewId();
        await _store.FindAsync(other);
        loads = _table.Loads;
        await _store.FindAsync(other);
        Assert.Equal(loads + 1, _table.Loads);
    }

    [Fact]
    [LedgerFault(31)]
    public async Task Fault_31_a_fill_that_races_with_an_update_is_not_stored()
    {
        await _store.InvalidateAsync(_id);
        var (hasRead, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        _table.AfterLoad = () =>
        {
            hasRead.TrySetResult();
            return goOn.Task;
        };
        var slow = _store.FindAsync(_id).AsTask();
        await hasRead.Task;
        _table.AfterLoad = () => Task.CompletedTask;

        await _store.UpdateAsync(new Account(_id, 2));
        goOn.SetResult();
        await slow;

        Assert.Equal(2, (await _store.FindAsync(_id))!.Version);
    }
}
