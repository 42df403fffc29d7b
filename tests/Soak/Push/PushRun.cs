using System.Globalization;
using Larder.Soak.Caches;
using Larder.Soak.Faults;
using Larder.Soak.Processes;
using Larder.Soak.Source;

namespace Larder.Soak.Push;

/// <summary>How soon a process sees what a plain Redis client, or another process, has written.</summary>
internal sealed class PushRun(int writes, TimeSpan limit, IReadOnlyList<string> settings)
{
    private const string Key = "watched";

    public static async Task<bool> RunAsync(Arguments arguments, TextWriter output)
    {
        var run = new PushRun(Math.Max(1, arguments.Number("writes", 1_000)), arguments.Seconds("limit", 0.25), arguments.All("set"));
        arguments.RefuseOthers();
        var passed = true;
        foreach (var byRedisClient in new[] { true, false })
        {
            var result = await run.RunAsync(byRedisClient);
            await output.WriteLineAsync(result.ToString());
            passed &= result.Passed;
        }

        return passed;
    }

    public async Task<RunResult> RunAsync(bool byRedisClient)
    {
        await using var site = await Site.StartAsync(Topology.Standalone, proxies: 0);
        var source = SourceOfRecord.Create(keys: 1);
        string[] words = [.. new CacheSettings(site.ConnectionOf(0), settings).Words(), "--source", source.Path];
        await using var watcher = await WorkerProcess.StartAsync("push", words);
        await using var writer = await WorkerProcess.StartAsync("push", words);
        try
        {
            await writer.AskAsync<long>("set", Key, "1");
            var stored = (await site.Server.ListAsync("KEYS", $"*{Key}*")).Cast<string>().Single();
            using var connection = await site.Server.ConnectAsync();
            var times = new LatencyHistogram();
            var missed = 0;
            for (var value = 1; value <= writes; value++)
            {
                await watcher.SendAsync("watch", Key, Text(value));
                while (Volatile.Read(ref source.Counter(PushWorker.HeldCounter)) < value)
                {
                    await Task.Yield();
                }

                var begin = Clock.Now;
                if (byRedisClient)
                {
                    await connection.CommandAsync("SET", stored, Text(value + 1));
                }
                else
                {
                    begin = await writer.AskAsync<long>("set", Key, Text(value + 1));
                }

                var seen = await watcher.AnswerAsync<long>();
                missed += seen == 0 ? 1 : 0;
                times.Add(Math.Max(0, seen - begin));
            }

            var late = missed > 0 || times.MaxMilliseconds > limit.TotalMilliseconds;
            return new RunResult(
                FormattableString.Invariant($"push, written by {(byRedisClient ? "a plain client" : "another process")}: {times.Count} writes, seen after p50 {times.Percentile(0.5):0.00} p99 {times.Percentile(0.99):0.00} max {times.MaxMilliseconds:0.0} ms, {missed} never"),
                late ? [FormattableString.Invariant($"a write was not seen within {limit.TotalMilliseconds:0} ms")] : [])
            {
                IsLateOnly = late && missed == 0,
            };
        }
        finally
        {
            source.Delete();
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
