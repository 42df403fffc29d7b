using Larder.Store.Tests.Rows;
using Larder.Store.Tests.Servers;

namespace Larder.Store.Tests.Protocol;

/// <summary>The races in which caches of rows are caught, each stopped at the step that matters.</summary>
public sealed class RaceTests(StoreServers servers)
{
    public static TheoryData<Backend> Backends => [Backend.Memory, Backend.Redis, Backend.Layered, Backend.Cluster];

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task Race_A_what_is_read_again_before_the_commit_is_not_kept_after_it(Backend backend)
    {
        await using var race = await Race.BeginAsync(servers, backend);
        var connection = (await servers.DatabaseAsync()).CreateConnection();
        await using (var write = await race.Cache.BeginWriteAsync(connection))
        {
            await race.Store.UpdateAsync(new Account(race.Id, 2));

            // In another flow, which has no transaction.
            var read = await race.ElsewhereAsync();
            Assert.Equal(1, read!.Version);

            await write.CommitAsync();
        }

        Assert.Equal(2, (await race.Store.FindAsync(race.Id))!.Version);
    }

    [Theory]
    [Ledger(141)]
    [LedgerFault(31)]
    [MemberData(nameof(Backends))]
    public async Task Race_B_a_slow_fill_is_not_stored_after_the_write_that_it_missed(Backend backend)
    {
        await using var race = await Race.BeginAsync(servers, backend);
        var (hasRead, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        race.Table.AfterLoad = () =>
        {
            hasRead.TrySetResult();
            return goOn.Task;
        };
        var slow = race.Store.FindAsync(race.Id).AsTask();
        await hasRead.Task;
        race.Table.AfterLoad = () => Task.CompletedTask;

        await race.Store.UpdateAsync(new Account(race.Id, 2));
        var after = await race.Store.FindAsync(race.Id);
        goOn.SetResult();

        Assert.Equal(1, (await slow)!.Version);
        Assert.Equal(2, after!.Version);
        Assert.Equal(2, (await race.Store.FindAsync(race.Id))!.Version);
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task Race_C_a_command_whose_rows_nobody_can_name_drops_them_all_and_voids_their_loads(Backend backend)
    {
        await using var race = await Race.BeginAsync(servers, backend);
        var (hasRead, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var other = AccountTable.NewId();
        await race.Store.InsertAsync(new Account(other, 1));
        await race.Store.FindAsync(other);
        race.Table.AfterLoad = () =>
        {
            hasRead.TrySetResult();
            return goOn.Task;
        };
        var slow = race.Store.FindAsync(race.Id).AsTask();
        await hasRead.Task;
        race.Table.AfterLoad = () => Task.CompletedTask;

        await race.Store.ExecuteAsync(async token => await race.Table.ExecuteAsync($"UPDATE {race.Table.Name} SET version = 2", token));
        goOn.SetResult();
        await slow;

        Assert.Equal(2, (await race.Store.FindAsync(other))!.Version);
        Assert.Equal(2, (await race.Store.FindAsync(race.Id))!.Version);
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task A_slow_query_is_not_stored_after_the_write_that_it_missed(Backend backend)
    {
        await using var race = await Race.BeginAsync(servers, backend);
        var (hasRead, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var query = StoreQuery.Of("sum of versions");
        var slow = race.Store.QueryValueAsync(query, async _ =>
        {
            var version = await race.Table.VersionAsync(race.Id);
            hasRead.SetResult();
            await goOn.Task;
            return version;
        }).AsTask();
        await hasRead.Task;

        await race.Store.UpdateAsync(new Account(race.Id, 2));
        goOn.SetResult();
        await slow;

        Assert.Equal(2, await race.Store.QueryValueAsync(query, async _ => await race.Table.VersionAsync(race.Id)));
    }

    [Theory]
    [MemberData(nameof(Backends))]
    public async Task A_transaction_reads_what_it_wrote_and_nobody_else_does(Backend backend)
    {
        await using var race = await Race.BeginAsync(servers, backend);
        await race.Store.FindAsync(race.Id);
        await using (await race.Cache.BeginWriteAsync((await servers.DatabaseAsync()).CreateConnection()))
        {
            await race.Store.UpdateAsync(new Account(race.Id, 2));

            Assert.Equal(2, (await race.Store.FindAsync(race.Id))!.Version);
            Assert.Equal(2, (await race.Store.FindManyAsync([race.Id]))[race.Id].Version);
            Assert.Equal(1, (await race.ElsewhereAsync())!.Version);
        }

        // Disposed without a commit: rolled back, and the row of before is what everybody reads.
        Assert.Equal(1, (await race.Store.FindAsync(race.Id))!.Version);
    }

    private sealed class Race : IAsyncDisposable
    {
        private readonly TaskCompletionSource _ask = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private Task<Account?>? _elsewhere;

        public required ICache Cache { get; init; }

        public required AccountTable Table { get; init; }

        public required ICachedStore<Account, long> Store { get; init; }

        public long Id { get; } = AccountTable.NewId();

        public static async Task<Race> BeginAsync(StoreServers servers, Backend backend)
        {
            var cache = await servers.CacheAsync(backend);
            var table = await new AccountTable(await servers.DatabaseAsync()).CreateAsync();
            var race = new Race { Cache = cache, Table = table, Store = cache.Store(table.Name, table, account => account.Id) };
            await race.Store.InsertAsync(new Account(race.Id, 1));

            // A flow that began before any transaction.
            race._elsewhere = Task.Run(async () =>
            {
                await race._ask.Task;
                return await race.Store.FindAsync(race.Id);
            });
            return race;
        }

        public Task<Account?> ElsewhereAsync()
        {
            _ask.SetResult();
            return _elsewhere!;
        }

        public async ValueTask DisposeAsync()
        {
            _ask.TrySetResult();
            await Cache.DisposeAsync();
        }
    }
}
