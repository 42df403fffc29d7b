using System.Diagnostics;
using Larder.Peers.Libraries;

namespace Larder.Peers.Scenarios;

/// <summary>What it costs to remove a tag, by how many entries have it; and how many commands go to Redis for reads and removals of tagged entries.</summary>
internal static class Tags
{
    private static readonly string[] s_three = ["products", "shop:1", "department:7"];
    private static readonly Product s_product = new(1, "name");

    public static async Task RunAsync(bool isQuick)
    {
        await CostAsync(isQuick ? 10_000 : 100_000, isQuick ? 5 : 15);
        Console.WriteLine();
        await CommandsAsync();
    }

    private static async Task CostAsync(int entries, int rounds)
    {
        Table.Head("`RemoveByTagAsync` in memory, µs (median)", "tag of 1 entry", $"tag of {entries:N0} entries", "read of a removed entry afterwards, µs");
        foreach (var create in (Func<ILibrary>[])[HybridLibrary.InMemory, FusionLibrary.InMemory, () => LarderLibrary.InMemory(2 * entries)])
        {
            await using var library = create();
            var (one, many, reads) = (new List<double>(), new List<double>(), new List<double>());
            for (var round = -1; round < rounds; round++)
            {
                await library.SetAsync("single", s_product, ["one"]);
                for (var i = 0; i < entries; i++)
                {
                    await library.SetAsync($"entry:{i}", s_product, ["many"]);
                }

                // In turns: the first removal after so many writes finds the processor's caches cold.
                foreach (var isOne in round % 2 == 0 ? new[] { true, false } : [false, true])
                {
                    await AddAsync(isOne ? one : many, () => library.RemoveByTagAsync(isOne ? "one" : "many"), round);
                }

                for (var i = 0; i < 20; i++)
                {
                    await AddAsync(reads, async () => Check(await library.FindAsync($"entry:{i}") is null), round);
                }
            }

            Table.Row(library.Name, Median(one), Median(many), Median(reads));
        }
    }

    private static async Task CommandsAsync()
    {
        using var server = new RedisServer();
        (string Name, Func<Task<ILibrary>> Create)[] all =
        [
            ("HybridCache over Redis", () => HybridLibrary.OverRedisAsync("HybridCache over Redis", server.Port)),
            ("FusionCache over Redis", () => FusionLibrary.OverRedisAsync("FusionCache over Redis", server.Port)),
            ("Larder over Redis", () => LarderLibrary.OverRedisAsync("Larder over Redis", server.Port)),
        ];
        Table.Head("commands to Redis", "<step", "count", "<which");
        foreach (var (_, create) in all)
        {
            server.Run("flushall");
            await using var first = await create();
            await first.GetOrCreateAsync("warm-up", _ => Task.FromResult(s_product), ["other"]);
            await first.SetAsync("warm-up", s_product, ["other"]);
            await first.RemoveByTagAsync("none");
            await first.SetAsync("plain", s_product, []);
            await RowAsync("set, 3 tags", first, () => first.SetAsync("tagged", s_product, s_three).AsTask());
            await using var fresh = await create();
            await ReadAsync(fresh, "warm-up");
            await RowAsync("first read on another node, no tag", fresh, () => ReadAsync(fresh, "plain"));
            await RowAsync("first read on another node, 3 tags", fresh, () => ReadAsync(fresh, "tagged"));
            await RowAsync("second read there, 3 tags", fresh, () => ReadAsync(fresh, "tagged"));
            await RowAsync("tag removed, with both nodes", first, () => first.RemoveByTagAsync("products").AsTask());
            await RowAsync("miss on a fresh key, loaded", first, () => first.GetOrCreateAsync("fresh", _ => Task.FromResult(s_product), []).AsTask());

            async Task RowAsync(string step, ILibrary node, Func<Task> operation)
            {
                var (count, commands) = await server.CountAsync(operation);
                Table.Row(node.Name, step, count, commands.Length == 0 ? "" : $"`{commands}`");
            }
        }
    }

    private static async Task AddAsync(List<double> times, Func<ValueTask> operation, int round)
    {
        var start = Stopwatch.GetTimestamp();
        await operation();
        if (round >= 0)
        {
            times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }
    }

    private static async Task ReadAsync(ILibrary node, string key) =>
        Check((await node.GetOrCreateAsync(key, _ => Task.FromException<Product>(new InvalidOperationException($"'{key}' is in Redis.")), [])).Id == s_product.Id);

    private static string Median(List<double> times) => Table.Number(times.Order().ToArray().Percentile(0.5), 1);

    private static void Check(bool holds)
    {
        if (!holds)
        {
            throw new InvalidOperationException("A read did not find what it should have found.");
        }
    }
}
