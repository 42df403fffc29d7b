using System.Diagnostics;
using Larder.Peers.Libraries;

namespace Larder.Peers.Scenarios;

/// <summary>
/// Redis is silent for ten seconds, with its connections open; or it is gone, and connections are refused. All the time 200 reads a second begin, each of a key that memory does not hold, with a loader that
/// answers at once. Timed is each read, from when it should have begun.
/// </summary>
internal static class Outage
{
    private const int PerSecond = 200;

    public static async Task RunAsync(bool isQuick)
    {
        var length = TimeSpan.FromSeconds(isQuick ? 4 : 10);
        Func<int, Task<ILibrary>>[] all =
        [
            port => HybridLibrary.OverRedisAsync("HybridCache over Redis", port),
            port => HybridLibrary.OverRedisAsync("HybridCache over Redis, `asyncTimeout=500`", port, ",asyncTimeout=500,syncTimeout=500"),
            port => FusionLibrary.OverRedisAsync("FusionCache over Redis", port),
            port => FusionLibrary.OverRedisAsync("FusionCache over Redis, with the time limits its documentation advises", port, configure: FusionLibrary.Harden),
            port => LarderLibrary.OverRedisAsync("Larder over Redis", port),
        ];
        foreach (var isSilent in new[] { true, false })
        {
            Table.Head(
                $"Redis {(isSilent ? "silent" : "gone")} for {length.TotalSeconds:0} s", "reads", "failed", "answered within 1 s", "p50, ms", "p99, ms", "max, ms", "p99 after the first 3 s, ms");
            foreach (var create in all)
            {
                await MeasureAsync(create, length, isSilent);
            }

            Console.WriteLine();
        }
    }

    private static async Task MeasureAsync(Func<int, Task<ILibrary>> create, TimeSpan length, bool isSilent)
    {
        using var server = new RedisServer();
        await using var library = await create(server.Port);
        for (var i = 0; i < 100; i++)
        {
            await library.GetOrCreateAsync($"before:{i}", _ => Task.FromResult(new Product(i, "name")), []);
        }

        if (isSilent)
        {
            server.Pause();
        }
        else
        {
            server.Kill();
        }

        var reads = await ReadAsync(library, length);
        if (isSilent)
        {
            server.Resume();
        }

        var calls = await Task.WhenAll(reads);
        double[] times = [.. calls.Select(call => call.Milliseconds).Order()];
        double[] later = [.. calls.Where(call => call.Begun > TimeSpan.FromSeconds(3)).Select(call => call.Milliseconds).Order()];
        Table.Row(
            library.Name,
            calls.Length,
            calls.Count(call => call.IsFailed),
            $"{100.0 * calls.Count(call => !call.IsFailed && call.Milliseconds < 1_000) / calls.Length:0} %",
            Table.Number(times.Percentile(0.5), 1),
            Table.Number(times.Percentile(0.99), 0),
            Table.Number(times[^1], 0),
            Table.Number(later.Percentile(0.99), 1));
    }

    private static async Task<List<Task<Call>>> ReadAsync(ILibrary library, TimeSpan length)
    {
        var reads = new List<Task<Call>>();
        var start = Stopwatch.GetTimestamp();
        for (var number = 0; number < PerSecond * length.TotalSeconds; number++)
        {
            var due = TimeSpan.FromSeconds((double)number / PerSecond);
            if (due - Stopwatch.GetElapsedTime(start) is { Ticks: > 0 } left)
            {
                await Task.Delay(left);
            }

            var id = number;
            reads.Add(Task.Run(() => ReadAsync(library, id, start, due)));
        }

        return reads;
    }

    private static async Task<Call> ReadAsync(ILibrary library, int id, long start, TimeSpan due)
    {
        var isFailed = false;
        try
        {
            isFailed = (await library.GetOrCreateAsync($"during:{id}", _ => Task.FromResult(new Product(id, "name")), [])).Id != id;
        }
        catch (Exception)
        {
            isFailed = true;
        }

        return new Call(due, (Stopwatch.GetElapsedTime(start) - due).TotalMilliseconds, isFailed);
    }

    private readonly record struct Call(TimeSpan Begun, double Milliseconds, bool IsFailed);
}
