using Larder.Store.Tests.Rows;
using Larder.Store.Tests.Servers;

namespace Larder.Store.Tests.Reads;

/// <summary>Many rows at once: one query for all that are missing, and one pipeline to Redis.</summary>
public sealed class BatchTests(StoreServers servers)
{
    [Theory]
    [Ledger(152)]
    [InlineData(Backend.Memory)]
    [InlineData(Backend.Redis)]
    [InlineData(Backend.Layered)]
    [InlineData(Backend.Cluster)]
    public async Task Rows_that_are_cached_are_not_asked_for_and_the_others_are_asked_for_together(Backend backend)
    {
        await using var cache = await servers.CacheAsync(backend);
        var asked = new List<string>();
        var store = cache.Store("things", CacheSource.Create<int, string>((_, _) => throw new InvalidOperationException("one by one"), loadMany: (ids, _) =>
        {
            asked.Add(string.Join(',', ids.Order()));
            return new(ids.Where(id => id != 5).ToDictionary(id => id, id => $"{id}"));
        }), int.Parse);

        await store.FindManyAsync([1, 2]);
        var found = await store.FindManyAsync([1, 2, 3, 4, 5, 3]);
        Assert.Empty(await store.FindManyAsync([]));

        Assert.Equal(["1,2", "3,4,5"], asked);
        Assert.Equal(["1", "2", "3", "4"], found.Values.Order());
    }

    [Fact]
    [Ledger(158)]
    public async Task A_query_over_several_stores_is_dropped_by_a_write_to_any_of_them()
    {
        await using var cache = await servers.CacheAsync(Backend.Layered);
        var orders = cache.Store("orders", CacheSource.Create<int, string>((_, _) => new("1"), save: (_, _, _, _) => default), int.Parse);
        var lines = cache.Store("lines", CacheSource.Create<int, string>((_, _) => new("1"), save: (_, _, _, _) => default), int.Parse);
        var query = StoreQuery.Of("orders with lines", 1).DependsOn("lines");
        var runs = 0;
        ValueTask<int> AskAsync() => orders.QueryValueAsync(query, _ => new ValueTask<int>(++runs));

        await AskAsync();
        Assert.Equal(1, await AskAsync());
        await lines.UpdateAsync("7");
        Assert.Equal(2, await AskAsync());
        await orders.UpdateAsync("7");
        Assert.Equal(3, await AskAsync());
    }

    [Fact]
    public async Task Ids_that_are_tuples_come_back_from_Redis_as_they_were()
    {
        await using var cache = await servers.CacheAsync(Backend.Redis);
        var store = cache.Store("lines", CacheSource.Create<(int Order, string Line), Account>((id, _) => new(new Account(id.Order, 1))), account => ((int)account.Id, "a,b"));
        ValueTask<IReadOnlyList<Account>> AskAsync(Func<IReadOnlyList<(int, string)>> load) => store.QueryAsync(StoreQuery.Of("all"), _ => new(load()));

        await AskAsync(() => [(1, "a,b"), (2, "x")]);
        var again = await AskAsync(() => throw new InvalidOperationException("not cached"));

        Assert.Equal([1, 2], again.Select(account => account.Id));
    }
}
