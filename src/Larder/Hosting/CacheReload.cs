using Larder.Diagnostics;
using Larder.Views;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Larder.Hosting;

/// <summary>
/// Has a cache take over, when its configuration changes, how entries are stored from then on and how long loads may take. What a cache is made of (its store, prefix, limits and serializers) needs a
/// restart. Settings that are out of their ranges change nothing.
/// </summary>
internal static class CacheReload
{
    /// <summary>Follows the configuration of a cache until the cache is disposed.</summary>
    public static void Follow(CacheView cache, IServiceProvider services, IConfiguration? configuration)
    {
        if (configuration is not null)
        {
            cache.Core.FollowedBy = ChangeToken.OnChange(configuration.GetReloadToken, () => Reload(cache.Core, services));
        }
    }

    private static void Reload(CacheCore core, IServiceProvider services)
    {
        var diagnostics = core.Diagnostics;
        try
        {
            if (core.TryReload(services.GetRequiredService<IOptionsFactory<CacheOptions>>().Create(diagnostics.Name)))
            {
                Log.Reloaded(diagnostics.Logger, diagnostics.Name);
            }
        }
        catch (Exception exception) when (exception is OptionsValidationException or ArgumentException)
        {
            Log.ReloadFailed(diagnostics.Logger, diagnostics.Name, exception);
        }
        catch (ObjectDisposedException)
        {
            // The container has gone meanwhile.
        }
    }
}
