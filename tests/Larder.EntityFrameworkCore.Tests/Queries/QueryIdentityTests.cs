using System.Linq.Expressions;
using Larder.EntityFrameworkCore.Tests.Shop;
using Larder.Store.Tests.Servers;
using Microsoft.EntityFrameworkCore;

namespace Larder.EntityFrameworkCore.Tests.Queries;

/// <summary>What tells one query from another, part by part: two that were taken for one would get each other's rows.</summary>
public sealed class QueryIdentityTests(ShopServers servers)
{
    private static int s_wanted;

    [Fact]
    public async Task The_members_that_a_projection_fills()
    {
        await using var cache = await servers.CacheAsync(Backend.Memory);
        await using var context = (await servers.ShopAsync(cache)).New();
        var id = await AddProductAsync(context, "p");

        var first = await context.Products.Where(row => row.Id == id).Select(row => new Label { First = row.Name }).Cached().ToListAsync();
        var second = await context.Products.Where(row => row.Id == id).Select(row => new Label { Second = row.Name }).Cached().ToListAsync();

        Assert.Equal(("p", null), (first[0].First, first[0].Second));
        Assert.Equal((null, "p"), (second[0].First, second[0].Second));
    }

    [Fact]
    public async Task The_types_that_are_asked_for()
    {
        await using var cache = await servers.CacheAsync(Backend.Memory);
        await using var context = (await servers.ShopAsync(cache)).New();
        int[] ids = [ShopServers.NewId(), ShopServers.NewId()];
        context.AddRange(new Cat { Id = ids[0], Name = "Tom" }, new Dog { Id = ids[1], Name = "Rex" });
        await context.SaveChangesAsync();

        Assert.Equal(["Tom"], await context.Animals.Where(row => ids.Contains(row.Id) && row is Cat).Select(row => row.Name).Cached().ToListAsync());
        Assert.Equal(["Rex"], await context.Animals.Where(row => ids.Contains(row.Id) && row is Dog).Select(row => row.Name).Cached().ToListAsync());
    }

    [Fact]
    public async Task The_conversions()
    {
        await using var cache = await servers.CacheAsync(Backend.Memory);
        await using var context = (await servers.ShopAsync(cache)).New();
        var id = await AddProductAsync(context, "p");

        Assert.Equal([1m], await context.Products.Where(row => row.Id == id).Select(row => (decimal)row.Version).Cached().ToListAsync());
        Assert.Equal([1d], await context.Products.Where(row => row.Id == id).Select(row => (double)row.Version).Cached().ToListAsync());
        Assert.Equal([2m], await context.Products.Where(row => row.Id == id).Select(row => row.Version + 1m).Cached().ToListAsync());
    }

    [Fact]
    public async Task The_values_of_static_members_and_of_properties()
    {
        await using var cache = await servers.CacheAsync(Backend.Memory);
        await using var context = (await servers.ShopAsync(cache)).New();
        var (one, two) = (await AddProductAsync(context, "one"), await AddProductAsync(context, "two"));

        foreach (var (id, name) in new[] { (one, "one"), (two, "two") })
        {
            s_wanted = id;
            var product = new Product { Id = id };
            Assert.Equal([name], await context.Products.Where(row => row.Id == s_wanted).Select(row => row.Name).Cached().ToListAsync());
            Assert.Equal([name], await context.Products.Where(row => row.Id == product.Id).Select(row => row.Name).Cached().ToListAsync());
        }
    }

    [Fact]
    public async Task The_conditions_that_stand_in_a_variable()
    {
        await using var cache = await servers.CacheAsync(Backend.Memory);
        await using var context = (await servers.ShopAsync(cache)).New();
        var (id, name) = (ShopServers.NewId(), $"tag{ShopServers.NewId()}");
        context.Add(new Tag { Id = id, Name = name, Products = [new Product { Id = ShopServers.NewId(), Version = 1 }] });
        await context.SaveChangesAsync();

        Expression<Func<Product, bool>> condition = row => row.Version == 1;
        Assert.Equal([name], await context.Tags.Where(tag => tag.Id == id && tag.Products.AsQueryable().Any(condition)).Select(tag => tag.Name).Cached().ToListAsync());
        condition = row => row.Version == 2;
        Assert.Empty(await context.Tags.Where(tag => tag.Id == id && tag.Products.AsQueryable().Any(condition)).Select(tag => tag.Name).Cached().ToListAsync());
    }

    [Fact]
    public async Task The_queries_that_stand_in_a_variable_and_their_tables()
    {
        await using var cache = await servers.CacheAsync(Backend.Redis);
        var shop = await servers.ShopAsync(cache);
        await using var context = shop.New();
        var product = await AddProductAsync(context, "p");
        var (name, other) = ($"tag{product}", $"other{product}");

        Assert.Equal((0, 0, 0), await CountsAsync());
        await shop.WithAsync(writer =>
        {
            writer.Add(new Tag { Id = ShopServers.NewId(), Name = name });
            return writer.SaveChangesAsync();
        });
        Assert.Equal((1, 1, 1), await CountsAsync());

        async Task<(long Variable, long Property, long Set)> CountsAsync()
        {
            var tags = context.Tags.Where(tag => tag.Name == name);
            var none = context.Tags.Where(tag => tag.Name == other);
            Assert.Equal(0, await context.Products.Where(row => row.Id == product && none.Any()).Cached().LongCountAsync());
            return (
                await context.Products.Where(row => row.Id == product && tags.Any()).Cached().LongCountAsync(),
                await context.Products.Where(row => row.Id == product && context.Tags.Any(tag => tag.Name == name)).Cached().LongCountAsync(),
                await context.Products.Where(row => row.Id == product && context.Set<Tag>().Any(tag => tag.Name == name)).Cached().LongCountAsync());
        }
    }

    [Fact]
    public async Task A_function_of_the_database_is_refused_because_it_may_read_any_table()
    {
        await using var cache = await servers.CacheAsync(Backend.Memory);
        await using var context = new FunctionContext(new DbContextOptionsBuilder().UseNpgsql(await servers.DatabaseAsync()).UseLarder(cache).Options);

        var refusal = Assert.Throws<InvalidOperationException>(() => context.Products.Where(row => FunctionContext.Total(row.Id) > 1).Cached());

        Assert.Contains("database function Total", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<int> AddProductAsync(ShopContext context, string name)
    {
        var id = ShopServers.NewId();
        context.Add(new Product { Id = id, Name = name, Version = 1 });
        await context.SaveChangesAsync();
        return id;
    }

    private sealed class Label
    {
        public string? First { get; set; }

        public string? Second { get; set; }
    }

    private sealed class FunctionContext(DbContextOptions options) : DbContext(options)
    {
        public DbSet<Product> Products => Set<Product>();

        public static int Total(int id) => throw new NotSupportedException($"The database does it, for {id} too.");

        protected override void OnModelCreating(ModelBuilder model)
        {
            model.Entity<Product>().Ignore(row => row.Tags).ToTable("products");
            model.HasDbFunction(() => Total(0));
        }
    }
}
