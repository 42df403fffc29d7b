using System.Diagnostics;
using System.Globalization;
using Larder.Redis;
using Larder.Throughput.Redis;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Larder.Throughput.Store;

/// <summary>
/// Finds by key through the cache beside those of EF Core, and saves with the interceptors beside saves without. One caller, a context of its own for each operation; the candidates take turns, in another
/// order each round, and what counts is the ratio within a round.
/// </summary>
internal static class StoreThroughput
{
    private const int Rows = 1000;

    public static async Task RunAsync(string connectionString, bool isQuick)
    {
        var (rounds, finds, saves) = isQuick ? (27, 100, 33) : (75, 333, 100);
        using var server = new RedisProcess();
        await using var database = NpgsqlDataSource.Create(connectionString);
        await using var memory = Cache.InMemory();
        await using var shared = await Cache.ConnectAsync($"redis://127.0.0.1:{server.Port}?commandTimeout=20s&heartbeatInterval=10s&localCopies=none", options => options.Prefix = "bench");
        var plain = Options(1, database);
        var idle = Options(2, database, options => options.AddInterceptors(new IdleInterceptor()));
        var inMemory = Options(3, database, options => options.UseLarder(memory));
        var inRedis = Options(4, database, options => options.UseLarder(shared));
        await FillAsync(plain);
        foreach (var cached in new[] { inMemory, inRedis })
        {
            await using var context = new ItemContext(cached);
            await context.Items.FindManyCachedAsync(Enumerable.Range(0, Rows));
        }

        try
        {
            Console.WriteLine("| operation | candidate | µs, median | ratio, median of the rounds |");
            Console.WriteLine("|---|---|--:|--:|");
            await CompareAsync("find by key", rounds, finds,
            [
                ("EF Core, `AsNoTracking`", id => FindAsync(plain, id, isCached: false)),
                ("`FindCachedAsync`, memory", id => FindAsync(inMemory, id, isCached: true)),
                ("`FindCachedAsync`, Redis without copies", id => FindAsync(inRedis, id, isCached: true)),
            ]);
            var times = await CompareAsync("SaveChanges of one row", rounds, saves,
            [
                ("EF Core", id => SaveAsync(plain, id)),
                ("EF Core, with interceptors that do nothing", id => SaveAsync(idle, id)),
                ("with the interceptors, memory", id => SaveAsync(inMemory, id)),
                ("with the interceptors, Redis", id => SaveAsync(inRedis, id)),
                ("EF Core, and one round trip to Redis", async id =>
                {
                    await SaveAsync(plain, id);
                    await shared.RemoveAsync($"none:{id}");
                }),
            ]);
            var added = Median(times[0].Select((plainly, round) => (times[3][round] - times[4][round]) / plainly));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| SaveChanges of one row | what the interceptors add with Redis, beside the round trip | | {added:0.00} |"));
        }
        finally
        {
            await using var context = new ItemContext(plain);
            await context.Database.ExecuteSqlRawAsync("DROP TABLE larder_bench_items");
        }
    }

    private static async Task<List<double>[]> CompareAsync(string operation, int rounds, int count, (string Name, Func<int, Task> Run)[] candidates)
    {
        var times = candidates.Select(_ => new List<double>()).ToArray();
        var random = new Random(1);
        var order = Enumerable.Range(0, candidates.Length).ToArray();
        for (var round = -2; round < rounds; round++)
        {
            random.Shuffle(order);
            foreach (var candidate in order)
            {
                var start = Stopwatch.GetTimestamp();
                for (var i = 0; i < count; i++)
                {
                    await candidates[candidate].Run(random.Next(Rows));
                }

                if (round >= 0)
                {
                    times[candidate].Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds / count);
                }
            }
        }

        for (var i = 0; i < candidates.Length; i++)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {operation} | {candidates[i].Name} | {Median(times[i]):0} | {Ratio(times[i], times[0]):0.00} |"));
        }

        return times;
    }

    private static double Ratio(List<double> times, List<double> others) => Median(times.Zip(others, (own, other) => own / other));

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);

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
