using System.Collections.Concurrent;
using System.Diagnostics;
using Larder.Redis.Tests.Servers;
using Larder.Store.Tests.Rows;
using Larder.Store.Tests.Servers;

namespace Larder.Store.Tests.Writes;

/// <summary>What a write costs beside the database: one command, whatever tags its row has.</summary>
public sealed class RoundTripTests(StoreServers servers)
{
    private static readonly StoreQuery s_query = StoreQuery.Of("all");

    [Theory]
    [InlineData("none")]
    [InlineData("auto")]
    public async Task A_write_drops_its_row_and_the_queries_by_one_command(string copies)
    {
        var redis = await servers.RedisAsync();
        await using var cache = await Cache.ConnectAsync($"redis://127.0.0.1:{redis.Port}?commandTimeout=20s&localCopies={copies}", options => options.Prefix = $"trips-{Guid.NewGuid():N}");
        var table = await new AccountTable(await servers.DatabaseAsync()).CreateAsync();
        var store = cache.Store(table.Name, table, account => account.Id);
        var id = AccountTable.NewId();
        await table.SaveAsync(id, new Account(id, 0), null, default);
        await store.UpdateAsync(new Account(id, 1)); // The server knows the script now.
        Assert.Equal(1, await ReadAsync());

        using var root = new Activity("write").Start();
        var commands = new ConcurrentQueue<string>();
        using (Listen(root.TraceId, commands))
        {
            await store.UpdateAsync(new Account(id, 2));
        }

        Assert.Equal(["EVALSHA"], commands);
        Assert.Equal(2, await ReadAsync());

        async Task<long> ReadAsync()
        {
            var all = await store.QueryAsync(s_query, _ => new ValueTask<IReadOnlyList<long>>([id]));
            Assert.Equal(all[0], await store.FindAsync(id));
            return all[0].Version;
        }
    }

    [Fact]
    public async Task A_row_that_is_cached_in_this_process_only_counts_as_removed()
    {
        var redis = await servers.RedisAsync();
        await using var cache = await Cache.ConnectAsync($"redis://127.0.0.1:{redis.Port}?commandTimeout=20s&localCopies=auto", options => options.Prefix = $"trips-{Guid.NewGuid():N}");
        var table = await new AccountTable(await servers.DatabaseAsync()).CreateAsync();
        var store = cache.Store(table.Name, table, account => account.Id);
        var id = AccountTable.NewId();
        await table.SaveAsync(id, new Account(id, 0), null, default);
        await cache.SetAsync($"{table.Name}:{id}", new Account(id, 0), new CachePolicy { Tiers = CacheTiers.Memory });
        Assert.Equal(0, (await store.FindAsync(id))!.Version);
        var before = cache.Statistics.Snapshot().Removes;

        await store.UpdateAsync(new Account(id, 1));

        Assert.Equal(before + 1, cache.Statistics.Snapshot().Removes);
        Assert.Equal(1, (await store.FindAsync(id))!.Version);
    }

    private static ActivityListener Listen(ActivityTraceId trace, ConcurrentQueue<string> commands)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == "Larder",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == trace && activity.OperationName == "larder.redis")
                {
                    commands.Enqueue((string)activity.GetTagItem("db.operation.name")!);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
