using System.Diagnostics;
using System.Globalization;
using Larder.Redis;
using Larder.Throughput.Redis;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Larder.Throughput.Store;

/// <summary>
/// Finds by key through the cache beside those of EF Core, and saves with the interceptors beside saves without. One caller, a context of its own for each operation; the candidates take turns, in
/// another order each round, so that a disturbance meets all alike: 50 finds, or one save. Each has options of its own: what EF Core compiles for them would be warmer in the caches of the processor if two had them.
/// </summary>
internal static class StoreThroughput
{
    private const int Rows = 1000;
    private const int WarmUp = 500;

    public static async Task RunAsync(string connectionString, bool isQuick)
    {
        var (finds, saves) = isQuick ? (2_000, 1_000) : (20_000, 10_000);
        using var server = new RedisProcess();
        await using var database = NpgsqlDataSource.Create(connectionString);
        await using var memory = Cache.InMemory();
        await using var shared = await Cache.ConnectAsync($"redis://127.0.0.1:{server.Port}?commandTimeout=20s&heartbeatInterval=10s&localCopies=none", options => options.Prefix = "bench");
        var plain = Options(1, database);
        var idle = Options(2, database, options => options.AddInterceptors(new IdleInterceptor()));
        var inMemory = Options(3, database, options => options.UseLarder(memory));
        var inRedis = Options(4, database, options => options.UseLarder(shared));
        var beside = Options(5, database);
        await FillAsync(plain);
        foreach (var cached in new[] { inMemory, inRedis })
        {
            await using var context = new ItemContext(cached);
            await context.Items.FindManyCachedAsync(Enumerable.Range(0, Rows));
        }

        try
        {
            Console.WriteLine("| operation | candidate | µs | ratio |");
            Console.WriteLine("|---|---|--:|--:|");
            await CompareAsync("find by key", finds / 50, 50,
            [
                ("EF Core, `AsNoTracking`", id => FindAsync(plain, id, isCached: false)),
                ("`FindCachedAsync`, memory", id => FindAsync(inMemory, id, isCached: true)),
                ("`FindCachedAsync`, Redis without copies", id => FindAsync(inRedis, id, isCached: true)),
            ]);
            var times = await CompareAsync("SaveChanges of one row", saves, 1,
            [
                ("EF Core", id => SaveAsync(plain, id)),
                ("EF Core, with interceptors that do nothing", id => SaveAsync(idle, id)),
                ("with the interceptors, memory", id => SaveAsync(inMemory, id)),
                ("with the interceptors, Redis", id => SaveAsync(inRedis, id)),
                ("EF Core, and one round trip to Redis", async id =>
                {
                    await SaveAsync(beside, id);
                    await shared.RemoveAsync($"none:{id}");
                }),
            ]);
            var added = (times[3] - times[4]) / times[0];
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| SaveChanges of one row | what the interceptors add with Redis, beside the round trip | | {added:0.00} |"));
        }
        finally
        {
            await using var context = new ItemContext(plain);
            await context.Database.ExecuteSqlRawAsync("DROP TABLE larder_bench_items");
        }
    }

    private static async Task<double[]> CompareAsync(string operation, int rounds, int turn, (string Name, Func<int, Task> Run)[] candidates)
    {
        var times = candidates.Select(_ => new List<double>(rounds * turn)).ToArray();
        var random = new Random(1);
        var order = Enumerable.Range(0, candidates.Length).ToArray();
        for (var round = -WarmUp / turn; round < rounds; round++)
        {
            random.Shuffle(order);
            foreach (var candidate in order)
            {
                for (var i = 0; i < turn; i++)
                {
                    var id = random.Next(Rows);
                    var start = Stopwatch.GetTimestamp();
                    await candidates[candidate].Run(id);
                    if (round >= 0)
                    {
                        times[candidate].Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
                    }
                }
            }
        }

        double[] middles = [.. times.Select(Middle)];
        for (var i = 0; i < candidates.Length; i++)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {operation} | {candidates[i].Name} | {middles[i]:0} | {middles[i] / middles[0]:0.00} |"));
        }

        return middles;
    }

    /// <summary>The mean of the middle half: what a flush of the database or another process takes now and then is in neither end.</summary>
    private static double Middle(List<double> values) => values.Order().Skip(values.Count / 4).Take(values.Count / 2).Average();

    /// <summary>
    /// Makes the options of a candidate. Of options that EF Core takes for equal it compares all but the first, with each context, extension by extension, which costs several kilobytes; an application has one for
    /// each type of context. So they differ here in a warning that nobody gives.
    /// </summary>
    private static DbContextOptions Options(int candidate, NpgsqlDataSource database, Action<DbContextOptionsBuilder>? configure = null)
    {
        var options = new DbContextOptionsBuilder<ItemContext>().UseNpgsql(database).ConfigureWarnings(warnings => warnings.Ignore(new EventId(-candidate)));
        configure?.Invoke(options);
        return options.Options;
    }

    private static async Task FillAsync(DbContextOptions options)
    {
        await using var context = new ItemContext(options);
        await context.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS larder_bench_items");
        await context.Database.ExecuteSqlRawAsync(context.Database.GenerateCreateScript());
        context.AddRange(Enumerable.Range(0, Rows).Select(id => new Item { Id = id, Name = $"item {id}", Description = new string('x', 200), Price = 9.99m, ChangedAt = DateTime.UnixEpoch }));
        await context.SaveChangesAsync();
    }

    private static async Task FindAsync(DbContextOptions options, int id, bool isCached)
    {
        await using var context = new ItemContext(options);
        if ((isCached ? await context.Items.FindCachedAsync(id) : await context.Items.AsNoTracking().FirstOrDefaultAsync(row => row.Id == id)) is not { } found || found.Id != id)
        {
            throw new InvalidOperationException($"Row {id} was not found.");
        }
    }

    private static async Task SaveAsync(DbContextOptions options, int id)
    {
        await using var context = new ItemContext(options);
        var item = new Item { Id = id };
        context.Attach(item);
        item.Stock = Random.Shared.Next(1, int.MaxValue);
        await context.SaveChangesAsync();
    }
}
