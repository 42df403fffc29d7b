using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Larder.Redis.Commands;
using Larder.Redis;
using Larder.Redis.Connections;
using Larder.Redis.Protocol;
using Microsoft.Extensions.Logging.Abstractions;

namespace Larder.Throughput.Redis;

/// <summary>The removal of many entries by a pattern, beside what one would write by hand: SCAN in steps of 1,000, and UNLINK of 500 keys each.</summary>
internal static class PatternRemoval
{
    private const int Entries = 200_000;
    private const int UnlinkBatch = 500;

    public static async Task RunAsync(bool isQuick)
    {
        var rounds = isQuick ? 3 : 7;
        using var server = new RedisProcess();
        await using ICache cache = await Cache.ConnectAsync($"redis://127.0.0.1:{server.Port}?commandTimeout=20s&heartbeatInterval=10s&localCopies=none", options => options.Prefix = "bench");
        using var node = new RedisNode(
            new ConnectionSettings { EndPoint = new IPEndPoint(IPAddress.Loopback, server.Port), Logger = NullLogger.Instance, CommandTimeout = TimeSpan.FromSeconds(20), HeartbeatInterval = TimeSpan.FromSeconds(10) }, 1 << 18);
        var (byHand, removal) = (new List<Cost>(), new List<Cost>());
        for (var round = -1; round < rounds; round++)
        {
            // In turns, each first as often as the other; the round before the first warms up.
            foreach (var isByHand in round % 2 == 0 ? new[] { true, false } : [false, true])
            {
                await FillAsync(cache);
                var (start, own, others) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime, server.ProcessorTime);
                var removed = isByHand ? await RemoveByHandAsync(node) : await cache.RemoveByPatternAsync("user:*");
                var cost = new Cost(Stopwatch.GetElapsedTime(start), Environment.CpuUsage.TotalTime - own, server.ProcessorTime - others);
                if (round >= 0)
                {
                    (isByHand ? byHand : removal).Add(cost);
                }

                if (removed != Entries)
                {
                    throw new InvalidOperationException($"{removed:N0} of {Entries:N0} entries were removed.");
                }
            }
        }

        Console.WriteLine("| 200,000 entries of 100 bytes | s, median | ratio, median of the rounds | CPU of the server, s | CPU of the process, s |");
        Console.WriteLine("|---|--:|--:|--:|--:|");
        Print("SCAN 1000 and UNLINK 500 by hand", byHand, byHand);
        Print("`RemoveByPatternAsync`", removal, byHand);
    }

    private static void Print(string name, List<Cost> own, List<Cost> other) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {name} | {Median(own.Select(cost => cost.Time.TotalSeconds)):0.00} | {Median(own.Zip(other, (one, two) => one.Time / two.Time)):0.00} | {Median(own.Select(cost => cost.Server.TotalSeconds)):0.00} | {Median(own.Select(cost => cost.Process.TotalSeconds)):0.00} |"));

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);

    private static async Task FillAsync(ICache cache)
    {
        var value = new byte[100];
        foreach (var keys in Enumerable.Range(0, Entries).Chunk(2000))
        {
            await cache.SetManyAsync(keys.Select(key => KeyValuePair.Create($"user:{key}", value)), TimeSpan.FromHours(1));
        }
    }

    private static async Task<long> RemoveByHandAsync(RedisNode node)
    {
        long removed = 0;
        var cursor = "0"u8.ToArray();
        do
        {
            var keys = new List<string>();
            using (var scan = RedisCommand.Rent("SCAN"u8, 5).Add(cursor).Add("MATCH"u8).Add("bench:user:*"u8).Add("COUNT"u8).Add(1000))
            {
                node.Send(scan, CommandKind.Read);
                using var page = await scan.Reply;
                cursor = Read(page, keys);
            }

            foreach (var batch in keys.Chunk(UnlinkBatch))
            {
                using var unlink = RedisCommand.Rent("UNLINK"u8, batch.Length);
                foreach (var key in batch)
                {
                    unlink.AddKey(default, key);
                }

                node.Send(unlink, CommandKind.IdempotentWrite);
                using var reply = await unlink.Reply;
                removed += reply.Integer;
            }
        }
        while (!cursor.AsSpan().SequenceEqual("0"u8));
        return removed;
    }

    private static byte[] Read(Reply page, List<string> keys)
    {
        page.ThrowIfError();
        var reader = page.Open();
        reader.Read();
        var cursor = reader.Text.ToArray();
        reader.Read();
        for (var left = reader.Count; left > 0 && reader.Read(); left--)
        {
            keys.Add(Encoding.UTF8.GetString(reader.Text));
        }

        return cursor;
    }

    private readonly record struct Cost(TimeSpan Time, TimeSpan Process, TimeSpan Server);
}
