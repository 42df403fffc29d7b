using Larder.Views;

namespace Larder;

/// <summary>Asks caches how they are.</summary>
public static class CacheHealthExtensions
{
    private static readonly CacheHealthOptions s_defaults = new();

    /// <summary>Looks at a cache, and asks its store for a sign of life. Call it now and then: what is counted is counted from the call that was a window ago.</summary>
    /// <param name="cache">The cache, or a view: the health is that of the whole cache.</param>
    /// <param name="options">When it counts as degraded. Default: see <see cref="CacheHealthOptions"/>.</param>
    /// <param name="cancellationToken">Ends the wait for the store.</param>
    /// <returns>How it is. That the store is away is a finding and no exception.</returns>
    /// <exception cref="ArgumentException">An option is out of its range, or the cache is not one of Larder's.</exception>
    public static ValueTask<CacheHealthReport> CheckHealthAsync(this ICache cache, CacheHealthOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(cache);
        options?.ThrowIfInvalid(nameof(options));
        var core = CacheView.Of(cache, nameof(cache)).Core;
        core.ThrowIfDisposed();
        return core.Health.CheckAsync(options ?? s_defaults, cancellationToken);
    }
}
