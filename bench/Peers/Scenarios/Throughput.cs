using System.Diagnostics;
using System.Text.Json;
using Larder.Redis;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Caching.StackExchangeRedis;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using ZiggyCreatures.Caching.Fusion;
using ZiggyCreatures.Caching.Fusion.Serialization.SystemTextJson;

namespace Larder.Peers.Scenarios;

/// <summary>
/// Reads and writes of an object of 1 KB of JSON in Redis by 64 callers, past every memory tier. The candidates take turns; each row is the best of its turns,
/// because on a shared machine a turn can only be disturbed, never helped.
/// </summary>
internal static class Throughput
{
    private const int Callers = 64;
    private const int Keys = 1_000;

    public static async Task RunAsync(bool isQuick)
    {
        var (turns, length) = isQuick ? (2, TimeSpan.FromMilliseconds(300)) : (8, TimeSpan.FromMilliseconds(700));
        using var server = new RedisServer();
        await using var connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{server.Port}");
        var database = connection.GetDatabase();
        Task<IConnectionMultiplexer> Connection() => Task.FromResult<IConnectionMultiplexer>(connection);
        using var distributed = new RedisCache(new RedisCacheOptions { ConnectionMultiplexerFactory = Connection });
        await using var services = new ServiceCollection().AddStackExchangeRedisCache(options => options.ConnectionMultiplexerFactory = Connection).AddHybridCache().Services.BuildServiceProvider();
        var hybrid = services.GetRequiredService<HybridCache>();
        using var fusion = new FusionCache(new FusionCacheOptions { DefaultEntryOptions = new FusionCacheEntryOptions(TimeSpan.FromMinutes(5)) { SkipMemoryCacheRead = true, SkipMemoryCacheWrite = true } });
        fusion.SetupSerializer(new FusionCacheSystemTextJsonSerializer()).SetupDistributedCache(distributed);
        await using var larder = await RedisCacheExtensions.ConnectAsync($"redis://127.0.0.1:{server.Port}?localCopies=none", options => options.Prefix = "peers");

        var product = new Product(1, Product.LongName);
        var expiry = TimeSpan.FromMinutes(5);
        var entry = new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = expiry };
        var past = new HybridCacheEntryOptions { Flags = HybridCacheEntryFlags.DisableLocalCache };
        (string Name, Func<string, ValueTask> Get, Func<string, ValueTask> Set)[] candidates =
        [
            ("StackExchange.Redis and System.Text.Json",
                async key => Check(JsonSerializer.Deserialize<Product>((byte[])(await database.StringGetAsync("raw" + key))!)),
                async key => await database.StringSetAsync("raw" + key, JsonSerializer.SerializeToUtf8Bytes(product), expiry)),
            ("`IDistributedCache` of Microsoft and System.Text.Json",
                async key => Check(JsonSerializer.Deserialize<Product>((await distributed.GetAsync("dist" + key))!)),
                async key => await distributed.SetAsync("dist" + key, JsonSerializer.SerializeToUtf8Bytes(product), entry)),
            ("HybridCache, second level only",
                async key => Check(await hybrid.GetOrCreateAsync(key, static _ => new ValueTask<Product>((Product)null!), past)),
                async key => await hybrid.SetAsync(key, product, past)),
            ("FusionCache, second level only",
                async key => Check(await fusion.GetOrDefaultAsync<Product>(key)),
                async key => await fusion.SetAsync(key, product)),
            ("Larder, `localCopies=none`",
                async key => Check((await larder.GetAsync<Product>(key)).GetValueOrDefault()),
                key => larder.SetAsync(key, product)),
        ];
        Table.Head("1 KB of JSON, 64 callers", "<operation", "kops/s", "of StackExchange.Redis", "CPU µs per call, client", "B per call");
        foreach (var isGet in new[] { true, false })
        {
            var best = new Turn[candidates.Length];
            for (var turn = -1; turn < turns; turn++)
            {
                for (var i = 0; i < candidates.Length; i++)
                {
                    if (turn < 0)
                    {
                        await FillAsync(candidates[i].Set);
                    }

                    var own = await MeasureAsync(isGet ? candidates[i].Get : candidates[i].Set, length);
                    best[i] = turn >= 0 && own.Rate > best[i].Rate ? own : best[i];
                }
            }

            for (var i = 0; i < candidates.Length; i++)
            {
                Table.Row(candidates[i].Name, isGet ? "get" : "set", Table.Number(best[i].Rate / 1000, 0), Table.Number(best[i].Rate / best[0].Rate, 2), Table.Number(best[i].Cpu, 1), Table.Number(best[i].Bytes, 0));
            }
        }
    }

    private static void Check(Product? found)
    {
        if (found?.Name.Length != Product.LongName.Length)
        {
            throw new InvalidOperationException("A value is gone.");
        }
    }

    private static async Task FillAsync(Func<string, ValueTask> set)
    {
        for (var i = 0; i < Keys; i++)
        {
            await set($"key:{i}");
        }
    }

    private static async Task<Turn> MeasureAsync(Func<string, ValueTask> operation, TimeSpan length)
    {
        string[] keys = [.. Enumerable.Range(0, Keys).Select(i => $"key:{i}")];
        using var end = new CancellationTokenSource();
        long operations = 0;
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        var all = Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
        {
            var own = 0L;
            for (var i = caller; !end.IsCancellationRequested; i += Callers)
            {
                await operation(keys[i % Keys]);
                own++;
            }

            Interlocked.Add(ref operations, own);
        })).ToArray();
        await Task.Delay(length);
        await end.CancelAsync();
        await Task.WhenAll(all);
        return new Turn(
            operations / Stopwatch.GetElapsedTime(start).TotalSeconds,
            (Environment.CpuUsage.TotalTime - cpu).TotalMicroseconds / operations,
            (GC.GetTotalAllocatedBytes(precise: true) - bytes) / (double)operations);
    }

    /// <param name="Rate">Operations per second.</param>
    /// <param name="Cpu">Microseconds of the processor for one, in this process.</param>
    /// <param name="Bytes">Allocated for one, by everything.</param>
    private readonly record struct Turn(double Rate, double Cpu, double Bytes);
}
