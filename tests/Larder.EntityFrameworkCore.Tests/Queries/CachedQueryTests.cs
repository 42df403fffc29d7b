using Larder.EntityFrameworkCore.Tests.Shop;
using Larder.Store.Tests.Servers;
using Microsoft.EntityFrameworkCore;

namespace Larder.EntityFrameworkCore.Tests.Queries;

/// <summary>Queries: what tells them apart, which tables they depend on, and what they refuse.</summary>
public sealed class CachedQueryTests(ShopServers servers)
{
    [Theory]
    [Ledger(157)]
    [InlineData(Backend.Memory)]
    [InlineData(Backend.Redis)]
    [InlineData(Backend.Layered)]
    public async Task A_query_runs_once_and_keeps_its_order(Backend backend)
    {
        await using var cache = await servers.CacheAsync(backend);
        var shop = await servers.ShopAsync(cache);
        var ids = await AddProductsAsync(shop, 3);
        for (var i = 0; i < 2; i++)
        {
            await using var context = shop.New();
            var query = context.Products.Where(row => ids.Contains(row.Id)).OrderByDescending(row => row.Id);
            var rows = await query.Cached(TimeSpan.FromMinutes(1), "products:all").ToListAsync();
            Assert.Equal(ids.Reverse(), rows.Select(row => row.Id));
            Assert.Equal(ids[2], (await query.Cached().FirstOrDefaultAsync())!.Id);
            Assert.Equal(3, await query.Cached().LongCountAsync());
            Assert.True(await query.Cached().AnyAsync());
            Assert.Equal(["p0", "p1", "p2"], (await query.Select(row => new { row.Name, row.Version }).Cached().ToListAsync()).Select(row => row.Name).Order(StringComparer.Ordinal));
            Assert.Empty(context.ChangeTracker.Entries());
        }

        // Two lists, of keys and of values, the first, the count, whether there is any, and the rows.
        Assert.Equal(6, cache.Statistics.Snapshot().Loads);
    }

    [Fact]
    [Ledger(158)]
    public async Task A_change_of_a_row_reads_that_row_and_its_queries_again_and_no_other_row()
    {
        await using var cache = await servers.CacheAsync(Backend.Redis);
        var shop = await servers.ShopAsync(cache);
        var ids = await AddProductsAsync(shop, 3);
        Assert.Equal(3, (await RowsAsync()).Count);
        await shop.WithAsync(context =>
        {
            context.Update(new Product { Id = ids[1], Name = "new" });
            return context.SaveChangesAsync();
        });
        var before = cache.Statistics.Snapshot();
        Assert.Equal(["p0", "new", "p2"], (await RowsAsync()).Select(row => row.Name));
        Assert.Equal(2, cache.Statistics.Snapshot().Loads - before.Loads);

        Task<IReadOnlyList<Product>> RowsAsync() => shop.WithAsync(context => context.Products.Where(row => ids.Contains(row.Id)).OrderBy(row => row.Id).Cached().ToListAsync().AsTask());
    }

    [Fact]
    public async Task Queries_that_differ_in_anything_but_names_and_comments_are_others()
    {
        await using var cache = await servers.CacheAsync(Backend.Memory);
        var shop = await servers.ShopAsync(cache);
        var ids = await AddProductsAsync(shop, 2);
        await using var context = shop.New();
        var (one, two, text) = (ids[0], ids[1], "!");
        Assert.Equal(["p0"], await context.Products.Where(row => row.Id == one).Select(row => row.Name).Cached().ToListAsync());
        Assert.Equal(["p1"], await context.Products.Where(row => row.Id == two).Select(row => row.Name).Cached().ToListAsync());
        Assert.Equal(["P0"], await context.Products.Where(row => row.Id == one).Select(row => Upper(row.Name)).Cached().ToListAsync());
        Assert.Equal(["p0!"], await context.Products.Where(row => row.Id == one).Select(row => Joined(row.Name, text)).Cached().ToListAsync());
        text = "?";
        Assert.Equal(["p0?"], await context.Products.Where(row => row.Id == one).Select(row => Joined(row.Name, text)).Cached().ToListAsync());
        Assert.Equal([1L], await context.Products.Where(row => row.Id == one).Select(row => row.Version).Cached().ToListAsync());
        var loads = cache.Statistics.Snapshot().Loads;
        Assert.Equal(["p0"], await context.Products.TagWith("a comment").Where(other => other.Id == one).Select(other => other.Name).Cached().ToListAsync());
        Assert.Equal(loads, cache.Statistics.Snapshot().Loads);
    }

    [Fact]
    public async Task A_query_depends_on_each_table_of_which_it_speaks()
    {
        await using var cache = await servers.CacheAsync(Backend.Redis);
        var shop = await servers.ShopAsync(cache);
        var product = (await AddProductsAsync(shop, 1))[0];
        var (tag, name) = (ShopServers.NewId(), $"tag{product}");
        await shop.WithAsync(context =>
        {
            context.Add(new Tag { Id = tag, Name = name });
            return context.SaveChangesAsync();
        });
        Assert.Empty(await NamesAsync());

        // The join table is written, the two tables are not.
        await shop.WithAsync(async context =>
        {
            (await context.Products.Include(row => row.Tags).SingleAsync(row => row.Id == product)).Tags.Add(await context.Tags.SingleAsync(row => row.Id == tag));
            return await context.SaveChangesAsync();
        });
        Assert.Equal(["p0"], await NamesAsync());
        await shop.WithAsync(context => context.Tags.Where(row => row.Id == tag).ExecuteUpdateAsync(set => set.SetProperty(row => row.Name, "other")));
        Assert.Empty(await NamesAsync());

        Task<IReadOnlyList<string>> NamesAsync() => shop.WithAsync(context => context.Products.Where(row => row.Tags.Any(other => other.Name == name)).Select(row => row.Name).Cached().ToListAsync().AsTask());
    }

    [Fact]
    public async Task A_query_over_a_view_or_by_SQL_depends_on_the_tables_behind_it()
    {
        await using var cache = await servers.CacheAsync(Backend.Redis);
        var shop = await servers.ShopAsync(cache);
        var id = (await AddProductsAsync(shop, 1))[0];
        Assert.Equal("p0 v1", await TextAsync());
        Assert.Equal(["p0"], await BySqlAsync());
        await shop.WithAsync(context =>
        {
            context.Update(new Product { Id = id, Name = "new", Version = 2 });
            return context.SaveChangesAsync();
        });
        Assert.Equal("new v2", await TextAsync());
        Assert.Equal(["new"], await BySqlAsync());

        Task<string?> TextAsync() => shop.WithAsync(context => context.Summaries.Where(row => row.Id == id).Select(row => row.Text).Cached().FirstOrDefaultAsync().AsTask());
        Task<IReadOnlyList<string>> BySqlAsync() => shop.WithAsync(context => context.Products.FromSql($"""SELECT * FROM products WHERE "Id" = {id}""").Select(row => row.Name).Cached().ToListAsync().AsTask());
    }

    [Fact]
    public async Task What_cannot_be_cached_rightly_is_refused()
    {
        await using var cache = await servers.CacheAsync(Backend.Memory);
        await using var context = (await servers.ShopAsync(cache)).New();
        await using var undeclared = new UndeclaredContext(new DbContextOptionsBuilder().UseNpgsql(await servers.DatabaseAsync()).UseLarder(cache).Options);
        Refused(() => context.Products.Include(row => row.Tags).Cached(), "without them");
        Refused(() => context.Products.Select(row => new { row.Id, row.Tags }).Cached(), "holds entities");
        Refused(() => undeclared.Summaries.Cached(), "is no table");
        Refused(() => new[] { 1 }.AsQueryable().Cached(), "not a query of EF Core");
        Assert.Contains("captured", (await Assert.ThrowsAsync<InvalidOperationException>(() => context.Products.Where(row => row.Id == Next()).Cached().ToListAsync().AsTask())).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => context.Products.Cached(TimeSpan.Zero));

        void Refused(Action action, string part) => Assert.Contains(part, Assert.Throws<InvalidOperationException>(action).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tags_of_a_query_invalidate_it()
    {
        await using var cache = await servers.CacheAsync(Backend.Redis);
        var shop = await servers.ShopAsync(cache);
        var id = (await AddProductsAsync(shop, 1))[0];
        Assert.Equal(1, await CountAsync());
        await using (var unseen = (await servers.ShopAsync(cache: null)).New())
        {
            await unseen.Products.Where(row => row.Id == id).ExecuteDeleteAsync();
        }

        Assert.Equal(1, await CountAsync());
        await cache.RemoveByTagAsync("counts");
        Assert.Equal(0, await CountAsync());

        Task<long> CountAsync() => shop.WithAsync(context => context.Products.Where(row => row.Id == id).Cached(tags: "counts").LongCountAsync().AsTask());
    }

    private int Next() => GetHashCode();

    private static string Upper(string text) => text.ToUpperInvariant();

    private static string Joined(string text, string end) => text + end;

    private static async Task<int[]> AddProductsAsync(ShopContexts shop, int count)
    {
        var ids = Enumerable.Range(0, count).Select(_ => ShopServers.NewId()).Order().ToArray();
        await shop.WithAsync(context =>
        {
            context.AddRange(ids.Select((id, i) => new Product { Id = id, Name = $"p{i}", Version = 1 }));
            return context.SaveChangesAsync();
        });
        return ids;
    }

    private sealed class UndeclaredContext(DbContextOptions options) : DbContext(options)
    {
        public DbSet<ProductSummary> Summaries => Set<ProductSummary>();

        protected override void OnModelCreating(ModelBuilder model) => model.Entity<ProductSummary>().ToView("product_summaries");
    }
}
