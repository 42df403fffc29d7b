using System.Data.Common;
using Larder.EntityFrameworkCore.Tests.Shop;
using Larder.Redis.Tests.Servers;
using Larder.Store.Tests.Servers;
using Larder.Testing.Faults;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;

namespace Larder.EntityFrameworkCore.Tests.Faults;

/// <summary>The database commits, and the connection is lost before it could say so: nobody knows the outcome, and a retrying strategy does it all again.</summary>
public sealed class LostCommitTests(ShopServers servers)
{
    [Theory]
    [InlineData(Backend.Memory)]
    [InlineData(Backend.Redis)]
    public async Task A_commit_whose_answer_is_lost_leaves_nothing_stale_before_it_is_tried_again(Backend backend)
    {
        var direct = await servers.DatabaseAsync();
        var address = new NpgsqlConnectionStringBuilder(direct.ConnectionString);
        await using var proxy = new FaultProxy(address.Host!, address.Port);
        await using var database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder((await servers.PostgresAsync()).ConnectionString) { Host = "127.0.0.1", Port = proxy.Port }.ConnectionString);
        await using var cache = await servers.CacheAsync(backend);
        var lost = new LostAnswer();
        var (shop, elsewhere) = (new ShopContexts(database, cache, configure: null, options => options.AddInterceptors(lost)), await servers.ShopAsync(cache));
        var id = ShopServers.NewId();
        await shop.WithAsync(context =>
        {
            context.Add(new Product { Id = id, Version = 1 });
            return context.SaveChangesAsync();
        });
        Assert.Equal(1, await elsewhere.VersionAsync(id));
        lost.AtCommit = () =>
        {
            proxy.BlackHole = FaultDirections.ToClient;
            _ = BreakAsync();
        };

        var found = new List<long>();
        await using var context = shop.New(retries: true);
        await context.Database.CreateExecutionStrategy().ExecuteAsync(async () =>
        {
            found.Add(await elsewhere.VersionAsync(id));
            context.ChangeTracker.Clear();
            await using var transaction = await context.Database.BeginTransactionAsync();
            context.Update(new Product { Id = id, Version = 2 });
            await context.SaveChangesAsync();
            await transaction.CommitAsync();
        });

        Assert.Equal([1, 2], found);
        Assert.Equal(2, await elsewhere.VersionAsync(id));

        async Task BreakAsync()
        {
            await Deadline.TrueAsync(async () => await CommittedAsync(direct, id) == 2, "the database has committed");
            proxy.Reset(); // First: what is held back would come through otherwise.
            proxy.BlackHole = FaultDirections.None;
        }
    }

    private static async Task<long> CommittedAsync(NpgsqlDataSource database, int id)
    {
        await using var command = database.CreateCommand($"""SELECT "Version" FROM products WHERE "Id" = {id}""");
        return Convert.ToInt64(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture);
    }

    private sealed class LostAnswer : DbTransactionInterceptor
    {
        public Action? AtCommit { get; set; }

        public override ValueTask<InterceptionResult> TransactionCommittingAsync(DbTransaction transaction, TransactionEventData eventData, InterceptionResult result, CancellationToken cancellationToken = default)
        {
            var lose = AtCommit;
            AtCommit = null;
            lose?.Invoke();
            return new(result);
        }
    }
}
