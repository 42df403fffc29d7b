using Larder.Hosting;
using Larder.Views;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Larder.Redis.Hosting;

/// <summary>Lets the host start only once the caches that want it have reached Redis.</summary>
internal sealed class RedisStart(IServiceProvider services, CacheRegistrations registrations, IOptionsMonitor<CacheOptions> options) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var name in registrations.Named.Keys.Append(CacheFactory.DefaultName))
        {
            if (options.Get(name).SharedTier is RedisTierFactory { Options.ConnectOnStart: true } && services.GetRequiredKeyedService<ICache>(name) is CacheView cache)
            {
                try
                {
                    await cache.StartAsync(cancellationToken).ConfigureAwait(false);
                }
                catch (CacheException exception)
                {
                    throw new CacheConnectionException($"Larder cache '{name}' is to connect at the start (Redis.ConnectOnStart), and cannot: {exception.Message}", exception);
                }
            }
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
