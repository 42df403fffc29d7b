using Larder.Diagnostics;
using Larder.Writing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Larder.Hosting;

/// <summary>Warms a cache up when the host starts.</summary>
internal sealed class WarmUpHost<TKey, T> : IHostedService, IDisposable
    where TKey : notnull
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<IServiceProvider, CancellationToken, IAsyncEnumerable<TKey>> _keys;
    private readonly IServiceProvider _services;
    private readonly WarmUpOptions _options;
    private Task _run = Task.CompletedTask;

    public WarmUpHost(IServiceProvider services, Func<IServiceProvider, CancellationToken, IAsyncEnumerable<TKey>> keys, WarmUpOptions options)
    {
        SourceCacheOptionsValidator.ThrowIfInvalid(options);
        (_services, _keys, _options) = (services, keys, options);
        services.GetRequiredService<CacheReadiness>().Add(_ended.Task);
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _run = RunAsync(_services.GetRequiredService<SourceCache<TKey, T>>());
        if (_options.BlocksStart)
        {
            await _run.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _run.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _stop.Dispose();

    private async Task RunAsync(SourceCache<TKey, T> cache)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            var scope = _services.CreateAsyncScope();
            await using (scope.ConfigureAwait(false))
            {
                await cache.WarmUpAsync(_keys(scope.ServiceProvider, _stop.Token), _options, _stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The host stops.
        }
        catch (Exception exception)
        {
            // The application works without it, only slower at first.
            Log.WarmUpBroken(cache.Diagnostics.Logger, cache.Diagnostics.Name, exception);
        }
        finally
        {
            _ended.SetResult();
        }
    }
}
