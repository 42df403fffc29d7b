using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Larder.Hosting;

/// <summary>Makes a cache over its source when the host starts, so that write-behind delivers what is left from before, and drains it when the host stops.</summary>
internal sealed class SourceCacheHost<TKey, T>(IServiceProvider services) : IHostedService
    where TKey : notnull
{
    private SourceCache<TKey, T>? _cache;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _cache = services.GetRequiredService<SourceCache<TKey, T>>();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => _cache?.DisposeAsync().AsTask().WaitAsync(cancellationToken) ?? Task.CompletedTask;
}
