using System.Reflection;
using Larder.Store.Tests.Rows;
using Larder.Store.Tests.Servers;
using Npgsql;

namespace Larder.Store.Tests.Writes;

/// <summary>Every write path of a store, in and out of a transaction: none leaves a row, an absent row or a query as it was before.</summary>
[Trait("Category", "Slow")]
public sealed class WritePathTests(StoreServers servers)
{
    private static readonly StoreQuery s_query = StoreQuery.Of("all versions");

    /// <summary>Calls each member that writes or invalidates. What a path does to row 1, which has version 1, and to row 2, which is absent, is told by the versions that are there afterwards.</summary>
    private static readonly Dictionary<string, (Func<Scene, Task> Write, long First, long Second)> s_paths = new()
    {
        ["InsertAsync(TEntity)"] = (scene => scene.Store.InsertAsync(new Account(scene.Second, 5)).AsTask(), 1, 5),
        ["InsertAsync(Func`2)"] = (scene => scene.Store.InsertAsync(async token =>
        {
            await scene.Table.ExecuteAsync($"INSERT INTO {scene.Table.Name} VALUES ({scene.Second}, 5)", token);
            return new Account(scene.Second, 5);
        }).AsTask(), 1, 5),
        ["UpdateAsync(TEntity)"] = (scene => scene.Store.UpdateAsync(new Account(scene.First, 5)).AsTask(), 5, 0),
        ["UpdateManyAsync(IEnumerable`1)"] = (scene => scene.Store.UpdateManyAsync([new Account(scene.First, 5), new Account(scene.Second, 6)]).AsTask(), 5, 6),
        ["DeleteAsync(TKey)"] = (scene => scene.Store.DeleteAsync(scene.First).AsTask(), 0, 0),
        ["DeleteManyAsync(IEnumerable`1)"] = (scene => scene.Store.DeleteManyAsync([scene.First, scene.Second]).AsTask(), 0, 0),
        ["ExecuteAsync(Func`2, IEnumerable`1) by id"] = (scene => scene.Store.ExecuteAsync(token => scene.UpdateAllAsync(token), [scene.First]).AsTask(), 5, 0),
        ["ExecuteAsync(Func`2, IEnumerable`1)"] = (scene => scene.Store.ExecuteAsync(token => scene.UpdateAllAsync(token)).AsTask(), 5, 0),
        ["InvalidateAsync(IEnumerable`1)"] = (async scene =>
        {
            await scene.UpdateAllAsync(default);
            await scene.Store.InvalidateAsync(scene.First);
        }, 5, 0),
        ["InvalidateAllAsync()"] = (async scene =>
        {
            await scene.UpdateAllAsync(default);
            await scene.Store.InvalidateAllAsync();
        }, 5, 0),
        ["TouchAsync"] = (async scene =>
        {
            await using var write = await scene.Cache.BeginWriteAsync(scene.NewConnection());
            await write.TouchAsync(scene.Store, scene.First);
            await scene.UpdateAllAsync(default);
            await write.CommitAsync();
        }, 5, 0),
        ["TouchAllAsync"] = (async scene =>
        {
            await using var write = await scene.Cache.BeginWriteAsync(scene.NewConnection());
            await write.TouchAllAsync(scene.Store);
            await scene.UpdateAllAsync(default);
            await write.CommitAsync();
        }, 5, 0),
    };

    /// <summary>With an outbox a write needs a transaction.</summary>
    public static MatrixTheoryData<string, Backend, StoreConsistency> Paths => new(s_paths.Keys, [Backend.Memory, Backend.Redis, Backend.Layered, Backend.Cluster], [StoreConsistency.AfterCommit, StoreConsistency.Strict]);

    /// <summary>Those that join a transaction around them.</summary>
    public static MatrixTheoryData<string, Backend, StoreConsistency> PathsWithin => new(
        s_paths.Keys.Where(path => !path.StartsWith("Touch", StringComparison.Ordinal) && !path.StartsWith("Invalidate", StringComparison.Ordinal)), [Backend.Memory, Backend.Layered], Enum.GetValues<StoreConsistency>());

    [Theory]
    [Ledger(154, 156)]
    [LedgerFault(22)]
    [MemberData(nameof(Paths))]
    public async Task A_read_after_the_write_sees_it(string path, Backend backend, StoreConsistency consistency)
    {
        await using var scene = await Scene.CreateAsync(servers, backend, consistency);

        await s_paths[path].Write(scene);

        await scene.AssertAsync(s_paths[path].First, s_paths[path].Second);
    }

    [Theory]
    [MemberData(nameof(PathsWithin))]
    public async Task A_read_after_the_commit_of_the_transaction_around_the_write_sees_it(string path, Backend backend, StoreConsistency consistency)
    {
        await using var scene = await Scene.CreateAsync(servers, backend, consistency);
        await using (var write = await scene.Cache.BeginWriteAsync(scene.NewConnection()))
        {
            await s_paths[path].Write(scene);
            await write.CommitAsync();
        }

        await scene.AssertAsync(s_paths[path].First, s_paths[path].Second);
    }

    [Theory]
    [MemberData(nameof(PathsWithin))]
    public async Task A_transaction_that_is_not_committed_changes_nothing(string path, Backend backend, StoreConsistency consistency)
    {
        await using var scene = await Scene.CreateAsync(servers, backend, consistency);
        await using (await scene.Cache.BeginWriteAsync(scene.NewConnection()))
        {
            await s_paths[path].Write(scene);
        }

        await scene.AssertAsync(1, 0);
    }

    [Fact]
    [LedgerFault(22)]
    public void Every_member_that_writes_is_tried()
    {
        var writers = typeof(ICachedStore<,>).GetMethods()
            .Where(method => method.Name.StartsWith("Insert", StringComparison.Ordinal) || method.Name.StartsWith("Update", StringComparison.Ordinal) || method.Name.StartsWith("Delete", StringComparison.Ordinal)
                || method.Name.StartsWith("Execute", StringComparison.Ordinal) || method.Name.StartsWith("Invalidate", StringComparison.Ordinal))
            .Where(method => method.Name != nameof(ICachedStore<,>.InvalidateQueriesAsync))
            .Concat(typeof(StoreTransaction).GetMethods(BindingFlags.Public | BindingFlags.Instance).Where(method => method.Name.StartsWith("Touch", StringComparison.Ordinal)))
            .Select(NameOf).Order(StringComparer.Ordinal);

        Assert.Equal(writers, s_paths.Keys.Where(path => !path.EndsWith("by id", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
    }

    private static string NameOf(MethodInfo method) => method.DeclaringType == typeof(StoreTransaction)
        ? method.Name
        : $"{method.Name}({string.Join(", ", method.GetParameters().Select(parameter => parameter.ParameterType.Name).Where(name => name != nameof(CancellationToken)))})";

    private sealed class Scene : IAsyncDisposable
    {
        public required ICache Cache { get; init; }

        public required AccountTable Table { get; init; }

        public required ICachedStore<Account, long> Store { get; init; }

        public required Func<NpgsqlConnection> NewConnection { get; init; }

        public long First { get; } = AccountTable.NewId();

        public long Second { get; } = AccountTable.NewId();

        public static async Task<Scene> CreateAsync(StoreServers servers, Backend backend, StoreConsistency consistency)
        {
            var database = await servers.DatabaseAsync();
            var (cache, table) = (await servers.CacheAsync(backend), await new AccountTable(database).CreateAsync());
            var scene = new Scene
            {
                Cache = cache,
                Table = table,
                Store = cache.Store(table.Name, table, account => account.Id, new StoreOptions { Consistency = consistency, NegativeTimeToLive = TimeSpan.FromMinutes(1) }),
                NewConnection = database.CreateConnection,
            };
            if (consistency == StoreConsistency.Outbox)
            {
                await cache.UseOutbox(database.CreateConnection).CreateTableAsync();
            }

            await table.SaveAsync(scene.First, new Account(scene.First, 1), null, default);
            await scene.AssertAsync(1, 0);
            await scene.AssertAsync(1, 0);
            Assert.Equal(2, table.Loads);
            return scene;
        }

        public ValueTask<int> UpdateAllAsync(CancellationToken cancellationToken) => new(Table.ExecuteAsync($"UPDATE {Table.Name} SET version = 5", cancellationToken));

        public async Task AssertAsync(long first, long second)
        {
            Assert.Equal(first, (await Store.FindAsync(First))?.Version ?? 0);
            Assert.Equal(second, (await Store.FindAsync(Second))?.Version ?? 0);
            var both = await Store.FindManyAsync([First, Second]);
            Assert.Equal((first, second), (both.GetValueOrDefault(First)?.Version ?? 0, both.GetValueOrDefault(Second)?.Version ?? 0));
            Assert.Equal(first + second, await Store.QueryValueAsync(s_query, async _ => await Table.VersionAsync(First) + await Table.VersionAsync(Second)));
            var found = await Store.QueryAsync(StoreQuery.Of("all"), async _ =>
            {
                long[] ids = [First, Second];
                return await Task.WhenAll(ids.Select(async id => (Id: id, Version: await Table.VersionAsync(id)))) is var rows ? [.. rows.Where(row => row.Version > 0).Select(row => row.Id)] : [];
            });
            Assert.Equal(first + second, found.Sum(account => account.Version));
        }

        public ValueTask DisposeAsync() => Cache.DisposeAsync();
    }
}
