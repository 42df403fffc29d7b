using Larder.EntityFrameworkCore.Tests.Shop;
using Larder.Store.Tests.Servers;
using Microsoft.EntityFrameworkCore;

namespace Larder.EntityFrameworkCore.Tests.Writes;

/// <summary>What saves invalidate is committed with them.</summary>
public sealed class OutboxTests(ShopServers servers)
{
    [Fact]
    public async Task Each_save_leaves_what_it_invalidates_in_its_own_transaction()
    {
        await using var cache = await servers.CacheAsync(Backend.Redis);
        var database = await servers.DatabaseAsync();
        await using var outbox = cache.UseOutbox(database.CreateConnection, new OutboxOptions { TableName = $"outbox_{Guid.NewGuid():N}" });
        await outbox.CreateTableAsync();
        var shop = await servers.ShopAsync(cache, larder => larder.Consistency = StoreConsistency.Outbox);
        var id = ShopServers.NewId();
        await using var context = shop.New();
        context.Add(new Product { Id = id, Version = 1 });
        await context.SaveChangesAsync();
        Assert.Equal(1, await outbox.DispatchAsync());
        Assert.Equal(1, await shop.VersionAsync(id));
        Assert.Equal(AutoTransactionBehavior.WhenNeeded, context.Database.AutoTransactionBehavior);

        await using (var transaction = await context.Database.BeginTransactionAsync())
        {
            await context.Products.Where(row => row.Id == id).ExecuteUpdateAsync(set => set.SetProperty(row => row.Version, 2));
            await transaction.CommitAsync();
        }

        Assert.Equal(2, await shop.VersionAsync(id));
        Assert.Equal(1, await outbox.DispatchAsync());
        await using (await context.Database.BeginTransactionAsync())
        {
            await context.Products.Where(row => row.Id == id).ExecuteDeleteAsync();
        }

        Assert.Equal(0, await outbox.DispatchAsync());
        Assert.Contains("Outbox", (await Assert.ThrowsAsync<InvalidOperationException>(() => context.Products.Where(row => row.Id == id).ExecuteDeleteAsync())).Message, StringComparison.Ordinal);
        Assert.Equal(2, await shop.VersionAsync(id));
    }
}
