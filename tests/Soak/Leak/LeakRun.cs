using System.Globalization;
using Larder.Soak.Caches;
using Larder.Soak.Faults;
using Larder.Soak.Processes;

namespace Larder.Soak.Leak;

/// <summary>What keys, tags and locks that are used once leave behind, here and in Redis.</summary>
internal sealed class LeakRun(TimeSpan length, TimeSpan rest, int bytesLimit, int redisBytesLimit, IReadOnlyList<string> settings)
{
    public static async Task<bool> RunAsync(Arguments arguments, TextWriter output)
    {
        var run = new LeakRun(
            arguments.Seconds("seconds", 600), arguments.Seconds("rest", 70), arguments.Number("bytes", 32), arguments.Number("redis-bytes", 32), arguments.All("set"));
        arguments.RefuseOthers();
        var result = await run.RunAsync();
        await output.WriteLineAsync(result.ToString());
        return result.Passed;
    }

    public async Task<RunResult> RunAsync()
    {
        await using var site = await Site.StartAsync(Topology.Standalone, proxies: 0);
        await using var worker = await WorkerProcess.StartAsync("leak", new CacheSettings(site.ConnectionOf(0), settings).Words());

        // Pools and compiled code are made by the first calls, and stay.
        await UseAsync(worker, TimeSpan.FromSeconds(2));
        await Clock.DelayAsync(rest);
        var (memoryBefore, redisBefore) = (await worker.AskAsync<long>("memory"), await UsedMemoryAsync(site));

        var keys = 0L;
        for (var end = Clock.Now + Clock.Ticks(length); Clock.Now < end;)
        {
            keys += await UseAsync(worker, TimeSpan.FromSeconds(Math.Clamp(Clock.Milliseconds(end - Clock.Now) / 1_000, 0.1, 10)));
        }

        var (memoryFull, redisFull) = (await worker.AskAsync<long>("memory"), await UsedMemoryAsync(site));
        await Clock.DelayAsync(rest);
        var (memory, redis) = (await worker.AskAsync<long>("memory"), await UsedMemoryAsync(site));
        var records = (long)(await site.Server.CommandAsync("DBSIZE"))!;

        var (here, there) = ((double)(memory - memoryBefore) / keys, (double)(redis - redisBefore) / keys);
        var failures = new List<string>();
        if (here > bytesLimit)
        {
            failures.Add(FormattableString.Invariant($"{here:0.0} bytes a dead key stay in the process, at most {bytesLimit} are right"));
        }

        if (there > redisBytesLimit)
        {
            failures.Add(FormattableString.Invariant($"{there:0.0} bytes a dead key stay in Redis, at most {redisBytesLimit} are right"));
        }

        return new RunResult(
            FormattableString.Invariant($"leak: {keys} keys with a tag each in {length.TotalSeconds:0} s; process {memoryBefore >> 10} KiB before, {memoryFull >> 10} at the end, {memory >> 10} after {rest.TotalSeconds:0} s: {here:0.0} bytes a dead key; ") +
            FormattableString.Invariant($"Redis {redisBefore >> 10} KiB before, {redisFull >> 10} at the end, {redis >> 10} after: {there:0.0} bytes a dead key, {records} records"),
            failures);
    }

    private static Task<long> UseAsync(WorkerProcess worker, TimeSpan length) => worker.AskAsync<long>("use", length.TotalSeconds.ToString(CultureInfo.InvariantCulture));

    private static async Task<long> UsedMemoryAsync(Site site) => long.Parse(await site.Server.InfoAsync("used_memory"), CultureInfo.InvariantCulture);
}
