using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using Larder.Redis.Commands;
using Larder.Redis;
using Larder.Redis.Connections;
using Larder.Redis.Protocol;
using Microsoft.Extensions.Logging.Abstractions;

namespace Larder.Throughput.Redis;

/// <summary>
/// Reads and writes of 1 KB by many callers at once: the client alone, the cache over it, and redis-benchmark against the same server. All take turns, and
/// each row is the best of its turns, because on a shared machine a turn can only be disturbed, never helped.
/// </summary>
internal static class RedisThroughput
{
    private const int KeyCount = 1000;
    private static readonly int[] Callers = [1, 16, 64, 256];

    public static async Task RunAsync(bool isQuick)
    {
        var turns = isQuick ? 3 : 9;
        var length = TimeSpan.FromMilliseconds(isQuick ? 400 : 1000);
        using var server = new RedisProcess();
        await using ICache cache = await Cache.ConnectAsync($"redis://127.0.0.1:{server.Port}?localCopies=none", options => options.Prefix = "bench");
        using var node = new RedisNode(
            new ConnectionSettings { EndPoint = new IPEndPoint(IPAddress.Loopback, server.Port), Logger = NullLogger.Instance, CommandTimeout = TimeSpan.FromSeconds(10) }, 1 << 18);
        var value = new byte[1024];
        Random.Shared.NextBytes(value);
        string[] keys = [.. Enumerable.Range(0, KeyCount).Select(i => $"key:{i}")];
        foreach (var key in keys)
        {
            await cache.SetAsync(key, value);
            await SetAsync(node, key, value);
        }

        Console.WriteLine("| operation | callers | `redis-benchmark` | with `-P 16` | client, kops/s | of `redis-benchmark` | CPU µs/op | B/op beyond the value | `ICache`, kops/s | of client | CPU µs/op | B/op beyond the value |");
        Console.WriteLine("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var isRead in new[] { true, false })
        {
            foreach (var callers in Callers)
            {
                var rounds = new List<Round>();
                for (var turn = -1; turn < turns; turn++)
                {
                    var round = new Round(
                        await MeasureAsync(callers, length, isRead ? key => GetAsync(node, key) : key => SetAsync(node, key, value), keys),
                        await MeasureAsync(callers, length, isRead ? key => GetAsync(cache, key) : key => cache.SetAsync(key, value), keys),
                        server.Benchmark(isRead ? "get" : "set", callers, pipeline: 1, operations: 20_000),
                        server.Benchmark(isRead ? "get" : "set", callers, pipeline: 16, operations: 100_000));
                    if (turn >= 0)
                    {
                        rounds.Add(round);
                    }
                }

                double Median(Func<Round, double> figure) => rounds.Select(figure).Order().ElementAt(rounds.Count / 2);
                var ofValue = isRead ? value.Length + 24 : 0;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {(isRead ? "GET" : "SET")} | {callers} | {Median(round => round.Plain) / 1000:0} | {Median(round => round.Piped) / 1000:0} | {Median(round => round.Client.Rate) / 1000:0} | {Median(round => round.Client.Rate / round.Plain):0.00} | {Median(round => round.Client.Cpu):0.0} | {Math.Max(0, Median(round => round.Client.Bytes) - ofValue):0} | {Median(round => round.Cache.Rate) / 1000:0} | {Median(round => round.Cache.Rate / round.Client.Rate):0.00} | {Median(round => round.Cache.Cpu):0.0} | {Math.Max(0, Median(round => round.Cache.Bytes) - ofValue):0} |"));
            }
        }
    }

    private static async Task<Turn> MeasureAsync(int callers, TimeSpan length, Func<string, ValueTask> operation, string[] keys)
    {
        using var end = new CancellationTokenSource();
        long operations = 0;
        using var process = Process.GetCurrentProcess();
        var bytes = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = process.TotalProcessorTime;
        var start = Stopwatch.GetTimestamp();
        var all = Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            var own = 0L;
            for (var i = caller; !end.IsCancellationRequested; i += callers)
            {
                await operation(keys[i % keys.Length]);
                own++;
            }

            Interlocked.Add(ref operations, own);
        })).ToArray();
        await Task.Delay(length);
        await end.CancelAsync();
        await Task.WhenAll(all);
        var elapsed = Stopwatch.GetElapsedTime(start);
        process.Refresh();
        return new Turn(
            operations / elapsed.TotalSeconds,
            (process.TotalProcessorTime - cpu).TotalMicroseconds / operations,
            (GC.GetTotalAllocatedBytes(precise: true) - bytes) / (double)operations);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask GetAsync(ICache cache, string key)
    {
        if ((await cache.GetAsync<byte[]>(key)).GetValueOrDefault() is not { Length: 1024 })
        {
            throw new InvalidOperationException("An entry is gone.");
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask GetAsync(RedisNode node, string key)
    {
        using var command = RedisCommand.Rent("GET"u8, 1).AddKey("client:"u8, key);
        node.Send(command, CommandKind.Read);
        using var reply = await command.Reply;
        reply.ThrowIfError();

        // An array of its own, as the cache gives one.
        if (reply.Span.ToArray().Length != 1024)
        {
            throw new InvalidOperationException("A value is gone.");
        }
    }

    /// <summary>With an expiry, as the cache gives every entry one.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask SetAsync(RedisNode node, string key, byte[] value)
    {
        using var command = RedisCommand.Rent("SET"u8, 4).AddKey("client:"u8, key).Add(value).Add("PX"u8).Add(300_000);
        node.Send(command, CommandKind.IdempotentWrite);
        using var reply = await command.Reply;
        reply.ThrowIfError();
    }

    /// <param name="Rate">Operations per second.</param>
    /// <param name="Cpu">Microseconds of the processor for one, in this process.</param>
    /// <param name="Bytes">Allocated for one.</param>
    private readonly record struct Turn(double Rate, double Cpu, double Bytes);

    /// <summary>What all did one after the other, on a machine that was as fast for each.</summary>
    private readonly record struct Round(Turn Client, Turn Cache, double Plain, double Piped);
}
