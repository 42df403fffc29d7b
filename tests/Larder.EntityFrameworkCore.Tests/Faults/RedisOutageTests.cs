using System.Data.Common;
using Larder.EntityFrameworkCore.Tests.Shop;
using Larder.Redis.Tier;
using Larder.Redis;
using Larder.Redis.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace Larder.EntityFrameworkCore.Tests.Faults;

/// <summary>Redis is killed while EF Core writes: the database does not notice, and what comes back is not stale.</summary>
public sealed class RedisOutageTests(ShopServers servers)
{
    public static MatrixTheoryData<string, bool> Moments => new(["before the save", "between save and commit", "during the commit", "a bulk command"], [true, false]);

    [Theory]
    [Ledger(166)]
    [MemberData(nameof(Moments))]
    public async Task Redis_killed_at_any_moment_fails_nothing_and_leaves_nothing_stale(string moment, bool isAsync)
    {
        await using var server = await RedisServer.StartAsync(new() { IsDurable = true });
        await using var cache = await ConnectAsync(server, "one");
        await using var other = await ConnectAsync(server, "two");
        var killer = new Killer();
        var (shop, elsewhere) = (await servers.ShopAsync(cache, more: options => options.AddInterceptors(killer)), await servers.ShopAsync(other));
        var id = ShopServers.NewId();
        await shop.WithAsync(context =>
        {
            context.Add(new Product { Id = id, Version = 1 });
            return context.SaveChangesAsync();
        });
        Assert.Equal((1, 1, 1, 1), await ReadAsync());

        if (moment == "during the commit")
        {
            killer.AtCommit = server.KillAsync;
        }

        if (moment == "before the save")
        {
            await server.KillAsync();
        }

        await using (var context = shop.New())
        {
            if (moment == "a bulk command")
            {
                await server.KillAsync();
                var query = context.Products.Where(row => row.Id == id);
                _ = isAsync ? await query.ExecuteUpdateAsync(set => set.SetProperty(row => row.Version, 2)) : query.ExecuteUpdate(set => set.SetProperty(row => row.Version, 2));
            }
            else
            {
                await using var transaction = await context.Database.BeginTransactionAsync();
                context.Update(new Product { Id = id, Version = 2 });
                _ = isAsync ? await context.SaveChangesAsync() : context.SaveChanges();
                if (moment == "between save and commit")
                {
                    await server.KillAsync();
                }

                if (isAsync)
                {
                    await transaction.CommitAsync();
                }
                else
                {
                    transaction.Commit();
                }
            }
        }

        Assert.Equal(2, await shop.VersionAsync(id));

        // It comes back with all that it had.
        await server.RestartAsync();
        await Deadline.TrueAsync(async () => cache.Statistics.Snapshot().PendingInvalidations == 0 && await server.CommandAsync("PING") is not null);
        Assert.Equal((2, 2, 2, 2), await ReadAsync());

        async Task<(long Row, long Query, long OtherRow, long OtherQuery)> ReadAsync() => (await shop.VersionAsync(id), await QueryAsync(shop), await elsewhere.VersionAsync(id), await QueryAsync(elsewhere));

        Task<long> QueryAsync(ShopContexts contexts) => contexts.WithAsync(context => context.Products.Where(row => row.Id == id).Select(row => row.Version).Cached().FirstOrDefaultAsync().AsTask());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_strict_write_that_cannot_be_announced_does_not_reach_the_database(bool isAsync)
    {
        await using var server = await RedisServer.StartAsync();
        await using var cache = await ConnectAsync(server, "one", timeoutSeconds: 20);
        var shop = await servers.ShopAsync(cache, larder => larder.Consistency = StoreConsistency.Strict);
        var id = ShopServers.NewId();
        await shop.WithAsync(context =>
        {
            context.Add(new Product { Id = id, Version = 1 });
            return context.SaveChangesAsync();
        });
        await server.KillAsync();

        await using var context = shop.New();
        context.Update(new Product { Id = id, Version = 2 });
        await Assert.ThrowsAnyAsync<CacheException>(async () => _ = isAsync ? await context.SaveChangesAsync() : context.SaveChanges());
        await Assert.ThrowsAnyAsync<CacheException>(async () => await context.Products.Where(row => row.Id == id).ExecuteDeleteAsync());
        Assert.Equal(1, await shop.VersionAsync(id));
    }

    private static ValueTask<ICache> ConnectAsync(RedisServer server, string name, double timeoutSeconds = 0.5) => Cache.ConnectAsync($"redis://{server.EndPoint}", options =>
    {
        options.Prefix = "outage";
        options.UseRedis(redis => (redis.ClientName, redis.CommandTimeout) = (name, TimeSpan.FromSeconds(timeoutSeconds)));
    });

    /// <summary>Does something when the database has committed, before the cache hears of it.</summary>
    private sealed class Killer : DbTransactionInterceptor
    {
        public Func<Task>? AtCommit { get; set; }

        public override async ValueTask<InterceptionResult> TransactionCommittingAsync(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
        {
            await KillAsync();
            return result;
        }

        public override InterceptionResult TransactionCommitting(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result)
        {
            KillAsync().GetAwaiter().GetResult();
            return result;
        }

        private async Task KillAsync()
        {
            if (AtCommit is { } kill)
            {
                AtCommit = null;
                await kill();
            }
        }
    }
}
