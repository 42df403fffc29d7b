using System.Globalization;
using Larder.Soak.Caches;
using Larder.Soak.Faults;
using Larder.Soak.Processes;
using Larder.Soak.Source;

namespace Larder.Soak.Stampede;

/// <summary>One stampede: all callers of all processes ask for one key at the same moment.</summary>
internal sealed class StampedeRound(StampedeOptions options, StampedeVariant variant, Topology topology, IReadOnlyList<string> settings)
{
    private const string Key = "crowd";
    private const int MaxAttempts = 20;
    private static readonly TimeSpan ExpiredAfter = TimeSpan.FromMilliseconds(400);

    private readonly StampedeVerdict _verdict = new(options, variant);

    /// <summary>Gets how long those who waited for the value took to wake up; known when the round has run.</summary>
    public LatencyHistogram WakeUps => _verdict.WakeUps;

    public async Task<RunResult> RunAsync()
    {
        await using var site = await Site.StartAsync(topology, proxies: 0);
        var source = SourceOfRecord.Create(keys: 1);
        var workers = new List<WorkerProcess>();
        try
        {
            workers.AddRange(await Task.WhenAll(Enumerable.Range(0, options.Processes).Select(process => StartAsync(site, source, process))));
            await WarmUpAsync(source, workers);
            await PrepareAsync(site, workers);
            source.Counter(StampedeWorker.CallsCounter) = 0;
            source.Counter(StampedeWorker.LoaderCounter) = 0;

            var moment = Clock.Now + Clock.Ticks(TimeSpan.FromMilliseconds(150));
            await Task.WhenAll(workers.Select(worker => worker.SendAsync(Round(Key, variant, options.Callers / options.Processes, moment))));
            var killed = variant == StampedeVariant.Killed ? await KillLoaderAsync(source, workers) : null;
            var figures = await Task.WhenAll(workers.Except([killed]).Select(worker => worker!.AnswerAsync<StampedeFigures>()));
            return _verdict.Of(figures, source.Counter(StampedeWorker.CallsCounter));
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

    private static string[] Round(string key, StampedeVariant variant, int callers, long moment) =>
        ["round", key, variant.ToString(), callers.ToString(CultureInfo.InvariantCulture), moment.ToString(CultureInfo.InvariantCulture)];

    private Task<WorkerProcess> StartAsync(Site site, SourceOfRecord source, int process) => WorkerProcess.StartAsync(
        "stampede",
        [
            .. new CacheSettings(site.ConnectionOf(process), settings).Words(), "--source", source.Path, "--process", process.ToString(CultureInfo.InvariantCulture),
            "--load", options.Load.TotalSeconds.ToString(CultureInfo.InvariantCulture),
        ]);

    /// <summary>The compiler's work at the first calls is no part of the figures: each process loads once, while the others wait for it.</summary>
    private async Task WarmUpAsync(SourceOfRecord source, List<WorkerProcess> workers)
    {
        for (var (loader, attempt) = (0, 0); loader < workers.Count; attempt++)
        {
            source.Counter(StampedeWorker.LoaderCounter) = 0;
            var moment = Clock.Now + Clock.Ticks(TimeSpan.FromMilliseconds(20));
            var later = moment + Clock.Ticks(options.Load / 2);
            await Task.WhenAll(workers.Select(worker => worker.AskAsync<StampedeFigures>(
                Round($"warm-up:{attempt}", StampedeVariant.Cold, options.Callers / options.Processes, worker == workers[loader] ? moment : later))));

            // The compiler may have held it up for so long that another was first.
            loader += source.Counter(StampedeWorker.LoaderCounter) == loader + 1 || attempt >= MaxAttempts ? 1 : 0;
        }
    }

    private async Task PrepareAsync(Site site, List<WorkerProcess> workers)
    {
        switch (variant)
        {
            case StampedeVariant.Expired:
                await workers[0].AskAsync("set", Key, ExpiredAfter.TotalMilliseconds.ToString(CultureInfo.InvariantCulture));
                await Task.WhenAll(workers.Select(worker => worker.AskAsync<bool>("get", Key)));
                await Clock.DelayAsync(ExpiredAfter);
                break;
            case StampedeVariant.Removed:
                await workers[0].AskAsync("set", Key, "60000");
                await Task.WhenAll(workers.Select(worker => worker.AskAsync<bool>("get", Key)));
                await workers[^1].AskAsync<bool>("remove", Key);
                break;
            case StampedeVariant.Down:
                await site.Server.KillAsync();
                break;
        }
    }

    private async Task<WorkerProcess> KillLoaderAsync(SourceOfRecord source, List<WorkerProcess> workers)
    {
        while (Volatile.Read(ref source.Counter(StampedeWorker.LoaderCounter)) == 0)
        {
            await Clock.DelayAsync(TimeSpan.FromMilliseconds(1));
        }

        await Clock.DelayAsync(options.Load / 2);
        var loader = workers[(int)source.Counter(StampedeWorker.LoaderCounter) - 1];
        loader.Kill();
        return loader;
    }
}
