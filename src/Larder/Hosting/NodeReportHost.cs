using System.Reflection;
using Larder.Inspection;
using Larder.Views;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Larder.Hosting;

/// <summary>Has all caches of an application report while its host runs.</summary>
internal sealed class NodeReportHost(IServiceProvider services) : IHostedService, IAsyncDisposable
{
    private readonly List<NodeReporter> _reporters = [];
    private readonly Lock _gate = new();

    /// <summary>Gets the name of the application.</summary>
    public static string ApplicationOf(IServiceProvider services) =>
        services.GetService<IHostEnvironment>()?.ApplicationName ?? Assembly.GetEntryAssembly()?.GetName().Name ?? "";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Start();
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken) => await DisposeAsync().ConfigureAwait(false);

    /// <summary>Starts the reports, unless they have been started.</summary>
    public void Start()
    {
        lock (_gate)
        {
            if (_reporters.Count > 0)
            {
                return;
            }

            _reporters.AddRange(services.GetRequiredService<CacheRegistrations>().Shown.Select(name => services.GetRequiredKeyedService<ICache>(name)).OfType<CacheView>().Select(cache =>
                new NodeReporter(cache.Core, ApplicationOf(services), services.GetService<IHostEnvironment>()?.EnvironmentName ?? "")));
            _reporters.ForEach(reporter => reporter.Start());
        }
    }

    public async ValueTask DisposeAsync()
    {
        NodeReporter[] reporters;
        lock (_gate)
        {
            reporters = [.. _reporters];
            _reporters.Clear();
        }

        foreach (var reporter in reporters)
        {
            await reporter.DisposeAsync().ConfigureAwait(false);
        }
    }
}
