using Larder.Views;

namespace Larder;

/// <summary>Looks into caches.</summary>
public static class CacheInspectionExtensions
{
    /// <summary>Gets what shows the entries, tags and states of a cache: for tools, such as a dashboard, and for the debugger.</summary>
    /// <param name="cache">The cache, or a view: the whole cache is shown.</param>
    /// <returns>The inspector; it holds nothing and need not be kept.</returns>
    /// <exception cref="ArgumentException">The cache is not one of Larder's.</exception>
    public static CacheInspector Inspect(this ICache cache)
    {
        ArgumentNullException.ThrowIfNull(cache);
        return new CacheInspector(CacheView.Of(cache, nameof(cache)).Core);
    }
}
