using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Larder.EntityFrameworkCore.Tests.Shop;

/// <summary>Makes contexts with the same options.</summary>
public sealed class ShopContexts(NpgsqlDataSource database, ICache? cache, Action<EntityCacheOptions>? configure, Action<DbContextOptionsBuilder>? more)
{
    public NpgsqlDataSource Database => database;

    public ICache Cache => cache!;

    /// <summary>Makes a context.</summary>
    /// <param name="retries">Whether commands are tried again when they fail.</param>
    public ShopContext New(bool retries = false)
    {
        var options = new DbContextOptionsBuilder<ShopContext>().UseNpgsql(database, npgsql =>
        {
            if (retries)
            {
                npgsql.EnableRetryOnFailure(3, TimeSpan.FromMilliseconds(10), null);
            }
        });
        return New(options);
    }

    /// <summary>Makes a context on a connection of the caller.</summary>
    public ShopContext NewOn(System.Data.Common.DbConnection connection) => New(new DbContextOptionsBuilder<ShopContext>().UseNpgsql(connection));

    /// <summary>Does something with a context of its own.</summary>
    public async Task<T> WithAsync<T>(Func<ShopContext, Task<T>> use)
    {
        await using var context = New();
        return await use(context);
    }

    public Task<Product?> FindAsync(int id) => WithAsync(context => context.Products.FindCachedAsync(id).AsTask());

    public async Task<long> VersionAsync(int id) => (await FindAsync(id))?.Version ?? 0;

    private ShopContext New(DbContextOptionsBuilder<ShopContext> options)
    {
        if (cache is not null)
        {
            options.UseLarder(cache, larder =>
            {
                larder.Entity<ProductSummary>(summary => summary.DependsOn<Product>());
                configure?.Invoke(larder);
            });
        }

        more?.Invoke(options);
        return new ShopContext(options.Options);
    }
}
