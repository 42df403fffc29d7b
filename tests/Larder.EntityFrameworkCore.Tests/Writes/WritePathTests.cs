using Larder.EntityFrameworkCore.Tests.Shop;
using Larder.Redis.Tests.Servers;
using Larder.Store.Tests.Servers;
using Microsoft.EntityFrameworkCore;

namespace Larder.EntityFrameworkCore.Tests.Writes;

/// <summary>Every write path of EF Core, and then a read: none leaves a row, an absent row, a query or a row of a view as it was before.</summary>
[Trait("Category", "Slow")]
public sealed class WritePathTests(ShopServers servers)
{
    public static MatrixTheoryData<string, Backend, StoreConsistency> Paths => new(WritePaths.All.Keys, Enum.GetValues<Backend>(), [StoreConsistency.AfterCommit, StoreConsistency.Strict]);

    [Theory]
    [Ledger(154)]
    [LedgerFault(22)]
    [MemberData(nameof(Paths))]
    public async Task No_write_path_leaves_the_old_row(string name, Backend backend, StoreConsistency consistency)
    {
        var path = WritePaths.All[name];
        var prefix = $"paths-{Guid.NewGuid():N}";
        await using var cache = await servers.CacheAsync(backend, prefix);
        await using var elsewhere = backend == Backend.Memory ? null : await servers.CacheAsync(backend, prefix, "two");
        var shop = await servers.ShopAsync(cache, Configure);
        var other = elsewhere is null ? null : await servers.ShopAsync(elsewhere, Configure);
        var (first, second) = (ShopServers.NewId(), ShopServers.NewId());
        await shop.WithAsync(context =>
        {
            context.Add(new Product { Id = first, Name = "first", Version = 1 });
            return context.SaveChangesAsync();
        });
        await using var plain = (await servers.ShopAsync(cache: null)).New();
        var before = await AnswersAsync(plain);
        Assert.Equal(before, await CachedAnswersAsync(shop));
        Assert.Equal(before, await CachedAnswersAsync(shop));
        if (other is not null)
        {
            Assert.Equal(before, await CachedAnswersAsync(other));
        }

        await path.Run(shop, first, second);

        var after = await AnswersAsync(plain);
        Assert.NotEqual(before, after);
        if (path.IsSeenAtOnce)
        {
            Assert.Equal(after, await CachedAnswersAsync(shop));
        }
        else
        {
            await Deadline.TrueAsync(async () => Enumerable.SequenceEqual(after, await CachedAnswersAsync(shop)));
        }

        await Deadline.TrueAsync(async () => other is null || Enumerable.SequenceEqual(after, await CachedAnswersAsync(other)));

        void Configure(EntityCacheOptions larder)
        {
            larder.Consistency = consistency;
            larder.Entity<Product>(product => product.NegativeTimeToLive = TimeSpan.FromMinutes(5));
        }

        async Task<string[]> AnswersAsync(ShopContext context)
        {
            var rows = await context.Products.AsNoTracking().Where(row => row.Id == first || row.Id == second).OrderBy(row => row.Id).ToListAsync();
            var summary = await context.Summaries.AsNoTracking().SingleOrDefaultAsync(row => row.Id == first);
            var (one, two) = (rows.Find(row => row.Id == first), rows.Find(row => row.Id == second));
            return [.. Described(one, two, rows), .. Described(one, two, []), summary?.Text ?? "none", string.Join(' ', rows.Select(row => row.Version)), $"{rows.Count}"];
        }

        Task<string[]> CachedAnswersAsync(ShopContexts contexts) => contexts.WithAsync<string[]>(async context =>
        {
            var query = context.Products.Where(row => row.Id == first || row.Id == second).OrderBy(row => row.Id);
            var one = await context.Products.FindCachedAsync(first);
            var two = await context.Products.FindCachedAsync(second);
            var many = await context.Products.FindManyCachedAsync([first, second]);
            var rows = await query.Cached().ToListAsync();
            var summary = await context.Summaries.FindCachedAsync(first);
            var versions = await query.Select(row => row.Version).Cached().ToListAsync();
            return [.. Described(one, two, rows), .. Described(many.GetValueOrDefault(first), many.GetValueOrDefault(second), []), summary?.Text ?? "none", string.Join(' ', versions), $"{await query.Cached().LongCountAsync()}"];
        });
    }

    private static string[] Described(Product? one, Product? two, IEnumerable<Product> rows) => [$"{one?.Version}", $"{two?.Version}", string.Join(' ', rows.Select(row => row.Version))];
}
