using System.Diagnostics.CodeAnalysis;
using Larder.AspNetCore.Status;
using Larder.Diagnostics;
using Larder.Hosting;
using Larder.Views;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Larder.Dashboard.Collecting;

/// <summary>Looks at the caches of an application, from its start to its end, whether or not somebody watches: a plot is to have a past.</summary>
internal sealed class DashboardCollector : IAsyncDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_watchedFor = TimeSpan.FromSeconds(15);

    /// <summary>Each so many looks the health is checked.</summary>
    private const int LooksPerCheck = 3;

    private readonly CancellationTokenSource _stop = new();
    private readonly TimeProvider _time;
    private readonly Task _run;
    private long _watchedAt;

    private DashboardCollector(IServiceProvider services, IEnumerable<CacheView> caches)
    {
        Services = services;
        _time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        Events = new EventLog(_time);
        Caches = [.. caches.Select(cache => new WatchedCache(cache, Events))];
        Log = services.GetService<ILoggerFactory>()?.CreateLogger("Larder.Dashboard") ?? NullLogger.Instance;
        _run = RunAsync();
    }

    public IServiceProvider Services { get; }

    public IReadOnlyList<WatchedCache> Caches { get; }

    public EventLog Events { get; }

    public ILogger Log { get; }

    public string Application => NodeReportHost.ApplicationOf(Services);

    public string Environment => Services.GetService<IHostEnvironment>()?.EnvironmentName ?? "";

    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>Starts to look at the caches of an application, and has it report to those that share their stores.</summary>
    public static DashboardCollector Start(IServiceProvider services)
    {
        if (services.GetService<CacheRegistrations>() is null)
        {
            throw new InvalidOperationException("There are no caches to show. Call services.AddLarder() before MapLarderDashboard().");
        }

        var collector = new DashboardCollector(services, ApplicationCaches.Of(services).OfType<CacheView>());
        var reports = services.GetRequiredService<NodeReportHost>();
        reports.Start();
        services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(() => _ = StopAsync(collector, reports));
        return collector;
    }

    public bool TryFind(string? name, [NotNullWhen(true)] out WatchedCache? cache)
    {
        cache = Caches.FirstOrDefault(cache => cache.Name == (name ?? CacheFactory.DefaultName));
        return cache is not null;
    }

    /// <summary>Takes note that somebody looks at the events.</summary>
    public void NoteWatched() => Volatile.Write(ref _watchedAt, _time.GetTimestamp());

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _run.ConfigureAwait(false);
        foreach (var cache in Caches)
        {
            cache.Dispose();
        }

        _stop.Dispose();
    }

    private static async Task StopAsync(DashboardCollector collector, NodeReportHost reports)
    {
        await collector.DisposeAsync().ConfigureAwait(false);
        await reports.DisposeAsync().ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using var timer = new PeriodicTimer(s_interval, _time);
        try
        {
            var looks = 0;
            do
            {
                var isWatched = Volatile.Read(ref _watchedAt) is var watchedAt and not 0 && _time.GetElapsedTime(watchedAt) < s_watchedFor;
                foreach (var cache in Caches)
                {
                    await LookAsync(cache, isWatched, checks: looks % LooksPerCheck == 0).ConfigureAwait(false);
                }

                OperationSampling.Follow(Caches.Sum(cache => cache.Series.LastRate));
                looks++;
            }
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false));
        }
        catch (Exception exception) when (exception is OperationCanceledException || _stop.IsCancellationRequested)
        {
            // The application ends.
        }
    }

    private async ValueTask LookAsync(WatchedCache cache, bool isWatched, bool checks)
    {
        try
        {
            cache.Look();
            cache.HearEvictions(isWatched);
            if (checks)
            {
                await cache.CheckAsync(_stop.Token).ConfigureAwait(false);
                cache.IsBroken = false;
            }
        }
        catch (Exception exception) when (!_stop.IsCancellationRequested)
        {
            // One that was disposed, or whose health cannot be told, is not to end the plots of the others.
            if (!cache.IsBroken)
            {
                DashboardLog.LookFailed(Log, cache.Name, exception);
            }

            cache.IsBroken = true;
        }
    }
}
