using System.Diagnostics;
using Larder.Peers.Libraries;

namespace Larder.Peers.Scenarios;

/// <summary>Many callers want a key that is not there. Counted is how often it is loaded; timed, how long after the load the last of them has the value.</summary>
internal static class Stampede
{
    private const int Callers = 1_000;

    private static readonly TimeSpan s_load = TimeSpan.FromMilliseconds(100);

    public static async Task RunAsync(bool isQuick)
    {
        var rounds = isQuick ? 3 : 20;
        Table.Head("1,000 callers, cold key, load of 100 ms", "nodes", "loads, mean", "loads, most", "last caller after the load, ms (median)");
        foreach (var create in (Func<ILibrary>[])[() => new FrameworkLibrary(), HybridLibrary.InMemory, FusionLibrary.InMemory, LarderLibrary.InMemory])
        {
            await using var library = create();
            await MeasureAsync([library], rounds);
        }

        using var server = new RedisServer();
        Func<Task<ILibrary>>[] overRedis =
        [
            () => HybridLibrary.OverRedisAsync("HybridCache over Redis", server.Port),
            () => FusionLibrary.OverRedisAsync("FusionCache over Redis", server.Port),
            () => FusionLibrary.OverRedisAsync("FusionCache over Redis, distributed locker", server.Port, withLocker: true),
            () => LarderLibrary.OverRedisAsync("Larder over Redis", server.Port),
        ];
        foreach (var create in overRedis)
        {
            server.Run("flushall");
            ILibrary[] nodes = [await create(), await create(), await create(), await create()];
            await MeasureAsync(nodes, rounds);
            foreach (var node in nodes)
            {
                await node.DisposeAsync();
            }
        }
    }

    private static async Task MeasureAsync(ILibrary[] nodes, int rounds)
    {
        var loads = new List<int>();
        var waits = new List<double>();
        for (var round = -1; round < rounds; round++)
        {
            var count = 0;
            long loaded = 0;
            var key = $"cold:{Guid.NewGuid():N}";
            var callers = Enumerable.Range(0, Callers).Select(caller => Task.Run(async () =>
            {
                await nodes[caller % nodes.Length].GetOrCreateAsync(key, LoadAsync, []);
                return Stopwatch.GetTimestamp();
            })).ToArray();
            var ends = await Task.WhenAll(callers);
            if (round >= 0)
            {
                loads.Add(count);
                waits.Add(Stopwatch.GetElapsedTime(loaded, ends.Max()).TotalMilliseconds);
            }

            async Task<Product> LoadAsync(CancellationToken cancellation)
            {
                Interlocked.Increment(ref count);
                await Task.Delay(s_load, CancellationToken.None);
                Interlocked.CompareExchange(ref loaded, Stopwatch.GetTimestamp(), 0);
                return new Product(1, "name");
            }
        }

        Table.Row(nodes[0].Name, nodes.Length, Table.Number(loads.Average(), 1), loads.Max(), Table.Number(waits.Order().ToArray().Percentile(0.5), 1));
    }
}
