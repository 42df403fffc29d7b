using Larder.PostgreSql;
using Larder.Store.Tests.Rows;
using Larder.Store.Tests.Servers;
using Npgsql;

namespace Larder.Store.Tests.PostgreSql;

/// <summary>A replica that applies what is written 150 ms late: what it does not have yet is never cached.</summary>
[Trait("Category", "Slow")]
public sealed class ReplicaTests
{
    private const int Writes = 40;
    private static readonly string[] s_late = ["recovery_min_apply_delay=150ms"];

    /// <summary>What keeps reads away from the replica.</summary>
    public enum Fence
    {
        None,
        Time,
        Position,
    }

    [Theory]
    [InlineData(Fence.None)]
    [InlineData(Fence.Time)]
    [InlineData(Fence.Position)]
    public async Task What_the_replica_does_not_have_yet_is_not_cached(Fence fence)
    {
        await using var primary = await PostgresServer.StartAsync();
        await using var written = NpgsqlDataSource.Create(primary.ConnectionString);
        var table = await new AccountTable(written).CreateAsync();
        long[] ids = [.. Enumerable.Range(0, Writes).Select(_ => AccountTable.NewId())];
        foreach (var id in ids)
        {
            await table.SaveAsync(id, new Account(id, 1), null, default);
        }

        await using var replica = await primary.StartReplicaAsync(s_late);
        await using var replayed = NpgsqlDataSource.Create(replica.ConnectionString);
        var late = new AccountTable(replayed, table.Name);
        await using var cache = Cache.InMemory();
        ICacheSource<long, Account> source = fence switch
        {
            Fence.None => CacheSource.Create<long, Account>(late.LoadAsync, save: table.SaveAsync),
            Fence.Time => new ReplicatedSource<long, Account>(table, late, TimeSpan.FromMinutes(10)),
            _ => new ReplicatedSource<long, Account>(table, late, TimeSpan.FromMinutes(1), PostgresPosition.Written(written), PostgresPosition.Replayed(replayed)),
        };
        var store = cache.Store("accounts", source, account => account.Id);

        var stale = 0;
        foreach (var id in ids)
        {
            await store.UpdateAsync(new Account(id, 2));
            stale += (await store.FindAsync(id))!.Version == 2 ? 0 : 1;
        }

        // By now the replica has them all; what was cached too early is still there.
        await Redis.Tests.Servers.Deadline.TrueAsync(async () => (await late.LoadAsync(ids[^1], default))!.Version == 2);
        foreach (var id in ids)
        {
            stale += (await store.FindAsync(id))!.Version == 2 ? 0 : 1;
        }

        var loads = late.Loads;
        await store.InvalidateQueriesAsync();
        await store.Cache.RemoveAsync(ids[0]);
        Assert.Equal(2, (await store.FindAsync(ids[0]))!.Version);
        Assert.Equal(fence == Fence.None, stale > 0);

        // With positions it is read again as soon as it has caught up; with a time not before that is over.
        Assert.Equal(fence == Fence.Time ? 0 : 1, late.Loads - loads);
    }

    [Fact]
    public async Task A_position_needs_the_other_and_a_source_has_one_store()
    {
        var source = CacheSource.Create<long, Account>((_, _) => new((Account?)null));
        Assert.Throws<ArgumentException>(() => new ReplicatedSource<long, Account>(source, source, TimeSpan.FromSeconds(1), position: _ => new(1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReplicatedSource<long, Account>(source, source, TimeSpan.Zero));
        await using var cache = Cache.InMemory();
        var replicated = new ReplicatedSource<long, Account>(source, source, TimeSpan.FromSeconds(1));
        cache.Store("one", replicated, account => account.Id);
        Assert.Throws<ArgumentException>(() => cache.Store("two", replicated, account => account.Id));
    }
}
