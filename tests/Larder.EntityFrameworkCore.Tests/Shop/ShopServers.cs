using Larder.EntityFrameworkCore.Tests.Shop;
using Larder.Redis.Tests.Servers;
using Larder.Store.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Npgsql;

[assembly: AssemblyFixture(typeof(ShopServers))]

namespace Larder.EntityFrameworkCore.Tests.Shop;

/// <summary>The database of the shop, made once, and caches over the servers of all tests. Each test has rows of its own.</summary>
public sealed class ShopServers : IAsyncDisposable
{
    private static int s_ids;

    private readonly StoreServers _servers = new();
    private readonly SharedServer<NpgsqlDataSource> _database;

    public ShopServers() => _database = new SharedServer<NpgsqlDataSource>(CreateAsync);

    public static int NewId() => Interlocked.Increment(ref s_ids);

    public Task<NpgsqlDataSource> DatabaseAsync() => _database.GetAsync();

    public Task<PostgresServer> PostgresAsync() => _servers.PostgresAsync();

    public Task<ICache> CacheAsync(Backend backend, string? prefix = null, string name = "one") => _servers.CacheAsync(backend, prefix, name);

    /// <summary>Makes what makes contexts over a cache.</summary>
    public async Task<ShopContexts> ShopAsync(ICache? cache, Action<EntityCacheOptions>? configure = null, Action<DbContextOptionsBuilder>? more = null) =>
        new(await DatabaseAsync(), cache, configure, more);

    public async ValueTask DisposeAsync()
    {
        await _database.DisposeAsync();
        await _servers.DisposeAsync();
    }

    private async Task<NpgsqlDataSource> CreateAsync()
    {
        var database = NpgsqlDataSource.Create((await _servers.PostgresAsync()).ConnectionString);
        await using var context = new ShopContexts(database, cache: null, configure: null, more: null).New();
        await context.Database.EnsureCreatedAsync();
        await context.Database.ExecuteSqlRawAsync("""
            CREATE VIEW product_summaries AS SELECT "Id", "Name" || ' v' || "Version" AS "Text" FROM products;
            CREATE PROCEDURE bump(product int) LANGUAGE sql AS $$ UPDATE products SET "Version" = "Version" + 1 WHERE "Id" = product $$;
            """);
        return database;
    }
}
