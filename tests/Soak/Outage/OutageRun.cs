using System.Globalization;
using Larder.Soak.Caches;
using Larder.Soak.Faults;
using Larder.Soak.Processes;

namespace Larder.Soak.Outage;

/// <summary>Redis goes away under load and comes back: killed, or paused with its connections open.</summary>
internal sealed class OutageRun(OutageOptions options, bool isPause, IReadOnlyList<string> settings)
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public static async Task<bool> RunAsync(Arguments arguments, TextWriter output)
    {
        var options = OutageOptions.From(arguments);
        var settings = arguments.All("set");
        var faults = arguments.Text("fault", "kill,pause").Split(',');
        arguments.RefuseOthers();

        var passed = true;
        foreach (var fault in faults)
        {
            var result = await new OutageRun(options, fault == "pause", settings).RunAsync();
            await output.WriteLineAsync(result.ToString());
            passed &= result.Passed;
        }

        return passed;
    }

    public async Task<RunResult> RunAsync()
    {
        await using var site = await Site.StartAsync(Topology.Standalone, proxies: 0);
        var workers = new List<WorkerProcess>();
        try
        {
            workers.AddRange(await Task.WhenAll(Enumerable.Range(0, options.Processes).Select(_ => WorkerProcess.StartAsync("outage", Words(site)))));
            await Task.WhenAll(workers.Select(worker => worker.AskAsync("start")));

            // The compiler's work is no part of the figures.
            await PhaseAsync(workers, OutagePhase.After, Second + Second);
            await PhaseAsync(workers, OutagePhase.Before, options.Around);
            await LeaveAsync(site);
            await PhaseAsync(workers, OutagePhase.FirstSecond, Second);
            await PhaseAsync(workers, OutagePhase.During, options.Away - Second);
            await ReturnAsync(site);
            var returned = Clock.Now;
            await PhaseAsync(workers, OutagePhase.Return, Second);
            await PhaseAsync(workers, OutagePhase.After, options.Around);
            return Judge(await Task.WhenAll(workers.Select(worker => worker.AskAsync<OutageFigures>("figures"))), returned);
        }
        finally
        {
            foreach (var worker in workers)
            {
                await worker.DisposeAsync();
            }
        }
    }

    private IEnumerable<string> Words(Site site) =>
    [
        .. new CacheSettings(site.ConnectionOf(0), settings).Words(), "--processes", Text(options.Processes), "--keys", Text(options.Keys),
        "--reads", Text(options.Reads), "--readers", Text(options.Readers),
    ];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static async Task PhaseAsync(IEnumerable<WorkerProcess> workers, OutagePhase phase, TimeSpan length)
    {
        await Task.WhenAll(workers.Select(worker => worker.AskAsync("phase", phase.ToString())));
        await Clock.DelayAsync(length);
    }

    private async Task LeaveAsync(Site site)
    {
        if (isPause)
        {
            site.Server.Pause();
        }
        else
        {
            await site.Server.KillAsync();
        }
    }

    private async Task ReturnAsync(Site site)
    {
        if (isPause)
        {
            site.Server.Resume();
        }
        else
        {
            await site.Server.RestartAsync();
        }
    }

    private RunResult Judge(OutageFigures[] processes, long returned)
    {
        var phases = Enum.GetValues<OutagePhase>().Select(phase => Sum(processes.Select(process => process.Reads[(int)phase]))).ToList();
        var loads = string.Join('/', Enum.GetValues<OutagePhase>().Select(phase => processes.Sum(process => process.Loads[(int)phase])));
        var (before, first, during, back, after) = (phases[0], phases[1], phases[2], phases[3], phases[4]);
        var added = Math.Max(0, during.Percentile(0.99) - before.Percentile(0.99));
        var errors = processes.Sum(process => process.Errors);
        var recovery = processes.Max(process => process.FirstAnswer == 0 ? double.PositiveInfinity : Clock.Milliseconds(Math.Max(process.FirstAnswer, process.LastFailure) - returned));
        var longest = processes.SelectMany(process => process.Stalls).Select(stall => Clock.Milliseconds(stall.To - stall.From)).DefaultIfEmpty().Max();

        var failures = new List<string>();
        Check(failures, errors > 0, $"{errors} reads threw: {processes.SelectMany(process => process.Messages).FirstOrDefault()}");
        Check(failures, first.MaxMilliseconds > (options.SlowLimit + options.Slack).TotalMilliseconds, "a read in the first second took too long");
        Check(failures, added > options.AddedLimit.TotalMilliseconds, FormattableString.Invariant($"{added:0.0} ms are added while Redis is away"));
        Check(failures, recovery > (options.RecoveryLimit + options.Slack).TotalMilliseconds, "Redis was not used again in time");
        return new RunResult(
            FormattableString.Invariant($"outage {(isPause ? "pause" : "kill"),-5} {options.Away.TotalSeconds:0} s: {phases.Sum(phase => phase.Count)} reads ({processes.Sum(process => process.InStalls)} less a stall), {errors} errors, loads before/first/during/return/after {loads}; ") +
            FormattableString.Invariant($"p50/p99/max ms before {Percentiles(before)}, first second {Percentiles(first)}, during {Percentiles(during)} (added p99 {added:0.00}), return {Percentiles(back)}, after {Percentiles(after)}; ") +
            FormattableString.Invariant($"{processes.Sum(process => process.SlowReads)} reads over 100 ms while away, back after {recovery:0} ms; longest stall {longest:0} ms"),
            failures);
    }

    private static LatencyHistogram Sum(IEnumerable<LatencyHistogram> parts)
    {
        var sum = new LatencyHistogram();
        foreach (var part in parts)
        {
            sum.Add(part);
        }

        return sum;
    }

    private static string Percentiles(LatencyHistogram times) =>
        FormattableString.Invariant($"{times.Percentile(0.5):0.000}/{times.Percentile(0.99):0.0}/{times.MaxMilliseconds:0}");

    private static void Check(List<string> failures, bool isWrong, string what)
    {
        if (isWrong)
        {
            failures.Add(what);
        }
    }
}
