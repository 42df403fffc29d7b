using System.Diagnostics;
using Larder.Peers.Libraries;
using Larder.Testing.Faults;

namespace Larder.Peers.Scenarios;

/// <summary>How long another node serves what was changed: by a node, by another program, and while its connection was cut.</summary>
internal static class Coherence
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    public static async Task RunAsync(bool isQuick)
    {
        var rounds = isQuick ? 5 : 50;
        using var server = new RedisServer();
        await using var proxy = new FaultProxy("127.0.0.1", server.Port);
        proxy.Start();
        Func<int, Task<ILibrary>>[] all =
        [
            port => HybridLibrary.OverRedisAsync("HybridCache over Redis", port),
            port => FusionLibrary.OverRedisAsync("FusionCache over Redis, backplane", port),
            port => LarderLibrary.OverRedisAsync("Larder over Redis", port),
        ];
        Table.Head("the other node serves the old value", "after a set, ms (p50)", "ms (max)", "after `DEL` by `redis-cli`, ms (p50)", "10 s after a cut of 3 s in which it was set", "... removed by tag");
        foreach (var create in all)
        {
            server.Run("flushall");
            await using var writer = await create(server.Port);
            await using var reader = await create(proxy.Port);
            var sets = await TimesAsync(writer, reader, rounds, (key, value) => writer.SetAsync(key, value, []));
            var deletions = await TimesAsync(writer, reader, Math.Min(rounds, 10), (key, _) =>
            {
                server.Run($"eval \"for _, k in ipairs(redis.call('KEYS', '*{key}*')) do redis.call('DEL', k) end\" 0");
                return default;
            });
            var (set, removed) = await CutAsync(writer, reader, proxy);
            Table.Row(writer.Name, Text(sets, 0.5), Text(sets, 1), Text(deletions, 0.5), set ? "yes" : "no", removed ? "yes" : "no");
        }
    }

    private static string Text(double[] sorted, double share) =>
        sorted.Percentile(share) >= s_patience.TotalMilliseconds ? "until it expires" : Table.Number(sorted.Percentile(share), 1);

    private static async Task<double[]> TimesAsync(ILibrary writer, ILibrary reader, int rounds, Func<string, Product, ValueTask> change)
    {
        var times = new List<double>();
        for (var round = 0; round < rounds && times.Count(time => time >= s_patience.TotalMilliseconds) < 3; round++)
        {
            var key = $"seen:{Guid.NewGuid():N}";
            var old = new Product(1, "old");
            await writer.SetAsync(key, old, []);
            await KeepAsync(reader, key, old);
            await change(key, new Product(2, "new"));
            times.Add(await UntilAsync(async () => await reader.FindAsync(key) != old));
        }

        return [.. times.Order()];
    }

    /// <summary>Reads until the node has the value, and once more, so that it keeps a copy if it keeps any. Nothing is loaded: the value is in Redis.</summary>
    private static async Task KeepAsync(ILibrary reader, string key, Product value)
    {
        await UntilAsync(async () => await reader.GetOrCreateAsync(key, _ => Task.FromResult(value), []) == value);
        await Task.Delay(20);
        await reader.GetOrCreateAsync(key, _ => Task.FromResult(value), []);
    }

    private static async Task<double> UntilAsync(Func<Task<bool>> condition)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start) > s_patience)
            {
                return s_patience.TotalMilliseconds;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(0.1));
        }

        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static async Task<(bool Set, bool Removed)> CutAsync(ILibrary writer, ILibrary reader, FaultProxy proxy)
    {
        var (old, changed) = (new Product(1, "old"), new Product(2, "new"));
        await writer.SetAsync("cut:set", old, []);
        await writer.SetAsync("cut:tagged", old, ["cut"]);
        await KeepAsync(reader, "cut:set", old);
        await KeepAsync(reader, "cut:tagged", old);
        proxy.Stop();
        await Task.Delay(500);
        await writer.SetAsync("cut:set", changed, []);
        await writer.RemoveByTagAsync("cut");
        await Task.Delay(2_500);
        proxy.Start();
        await Task.Delay(10_000);
        return (await reader.FindAsync("cut:set") == old, await reader.FindAsync("cut:tagged") == old);
    }
}
