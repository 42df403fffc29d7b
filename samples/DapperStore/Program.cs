using Microsoft.Data.Sqlite;

namespace Larder.Samples.DapperStore;

/// <summary>A cached store over a table that Dapper reads and writes: what is read from where, and what a transaction does to the cache.</summary>
public static class Program
{
    public static Task Main() => RunAsync(Console.Out);

    public static async Task RunAsync(TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(output);
        SQLitePCL.Batteries_V2.Init();
        var connectionString = $"Data Source=file:{Guid.NewGuid():N}?mode=memory&cache=shared";
        await using var keeper = new SqliteConnection(connectionString); // A database in memory lives as long as a connection to it.
        await keeper.OpenAsync();
        var table = new ProductTable(connectionString, output);
        await table.CreateAsync();

        await using var cache = Cache.InMemory();
        var products = cache.Store("products", table, product => product.Id, new StoreOptions { TimeToLive = TimeSpan.FromMinutes(30) });
        using var changes = products.Changes.Listen();

        await output.WriteLineAsync("Read row 1 twice:");
        await products.FindAsync(1);
        await output.WriteLineAsync($"  {await products.FindAsync(1)}");

        await output.WriteLineAsync("Read rows 1 to 3:");
        await products.FindManyAsync([1, 2, 3]);

        await output.WriteLineAsync("Ask twice what is in stock:");
        var inStock = StoreQuery.Of("in stock", 1);
        await products.QueryAsync(inStock, _ => table.InStockAsync(1));
        var found = await products.QueryAsync(inStock, _ => table.InStockAsync(1));
        await output.WriteLineAsync($"  {string.Join(", ", found.Select(product => product.Name))}");

        await output.WriteLineAsync("Take 3 of row 1 in a transaction, and roll back:");
        await TakeAsync(cache, products, table, 3, commits: false, output);

        await output.WriteLineAsync("Take 4, and commit:");
        await TakeAsync(cache, products, table, 4, commits: true, output);

        await output.WriteLineAsync("Ask again what is in stock:");
        await products.QueryAsync(inStock, _ => table.InStockAsync(1));

        changes.Dispose();
        await foreach (var change in changes.ReadAllAsync())
        {
            await output.WriteLineAsync($"Told: {change.Kind} of {change.Store} {change.Id}");
        }

        var statistics = products.Statistics;
        await output.WriteLineAsync($"{statistics.Reads} rows and {statistics.Queries} queries asked, {statistics.Loads} reads of the database");
    }

    private static async Task TakeAsync(ICache cache, ICachedStore<Product, long> products, ProductTable table, long count, bool commits, TextWriter output)
    {
        await using (var connection = table.NewConnection())
        await using (var write = await cache.BeginWriteAsync(connection))
        {
            // A command of our own: the transaction is told which row it writes.
            await write.TouchAsync(products, 1);
            await table.TakeAsync(1, count);
            await output.WriteLineAsync($"  within: {(await products.FindAsync(1))!.Stock} left");
            if (commits)
            {
                await write.CommitAsync();
            }
        }

        await output.WriteLineAsync($"  after: {(await products.FindAsync(1))!.Stock} left");
    }
}
