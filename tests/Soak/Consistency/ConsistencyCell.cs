using System.Globalization;
using Larder.Soak.Caches;
using Larder.Soak.Faults;
using Larder.Soak.Processes;
using Larder.Soak.Source;

namespace Larder.Soak.Consistency;

/// <summary>One cell of the consistency run: processes read and write while one fault happens.</summary>
internal sealed class ConsistencyCell(ConsistencyOptions options, FaultPlan plan, Topology topology)
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(3);

    public async Task<RunResult> RunAsync()
    {
        using var turn = await Turn.TakeAsync();
        using var heartbeat = new Heartbeat();
        await using var site = await Site.StartAsync(topology, plan.NeedsProxies ? options.Processes : 0);
        var source = SourceOfRecord.Create(options.Keys);
        var workers = new List<WorkerProcess>();
        try
        {
            workers.AddRange(await Task.WhenAll(Enumerable.Range(0, options.Processes).Select(process => StartAsync(site, source, process))));
            await AllAsync(workers, "warm");
            await AllAsync(workers, "start");
            await Task.WhenAll(Clock.DelayAsync(options.Length), DisturbAsync(new Stage(site, workers, PlanLength)));
            await AllAsync(workers, "stop");
            turn.Dispose();
            await Clock.DelayAsync(Rest);
            var figures = await Task.WhenAll(workers.Select(worker => worker.AskAsync<ConsistencyFigures>("figures")));

            // One that begins now sees what Redis holds, which copies of the others could hide.
            workers.Add(await StartAsync(site, source, options.Processes));
            var stale = await Task.WhenAll(workers.Select(worker => worker.AskAsync<Violation[]>("rest")));
            return new ConsistencyVerdict(options, plan, topology).Of(figures, [.. stale.SelectMany(one => one)], heartbeat.Take());
        }
        finally
        {
            foreach (var worker in workers)
            {
                await worker.DisposeAsync();
            }

            source.Delete();
        }
    }

    private TimeSpan PlanLength => plan.Length < options.Length * 0.5 ? plan.Length : options.Length * 0.5;

    private Task<WorkerProcess> StartAsync(Site site, SourceOfRecord source, int process) => WorkerProcess.StartAsync(
        "consistency",
        [
            .. options.Words(), .. new CacheSettings(site.ConnectionOf(process), SettingsOf(process), options.Control).Words(), "--source", source.Path,
            "--process", process.ToString(CultureInfo.InvariantCulture),
        ]);

    private IReadOnlyList<string> SettingsOf(int process) =>
        process == options.Processes - 1 ? [.. options.Settings, .. options.RemoteSettings] : options.Settings;

    private async Task DisturbAsync(Stage stage)
    {
        await Clock.DelayAsync(options.Length * 0.2);
        await plan.RunAsync(stage);
    }

    private static Task AllAsync(IEnumerable<WorkerProcess> workers, string question) => Task.WhenAll(workers.Select(worker => worker.AskAsync(question)));
}
