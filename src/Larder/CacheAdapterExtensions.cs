using Larder.Adapters;
using Larder.Views;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Hybrid;

namespace Larder;

/// <summary>Offers a cache under the interfaces that .NET has for caches, without a container.</summary>
public static class CacheAdapterExtensions
{
    /// <summary>
    /// Gets a cache as a <see cref="HybridCache"/>. Readers get copies of values that can be changed only if <see cref="CacheOptions.Copy"/> of the cache is <see cref="CopyMode.WhenMutable"/>.
    /// </summary>
    /// <param name="cache">The cache, or a view of it.</param>
    /// <param name="options">The settings.</param>
    /// <returns>The same entries under the other interface. It need not be disposed.</returns>
    /// <exception cref="ArgumentException">The cache is not one of Larder's own.</exception>
    public static HybridCache AsHybridCache(this ICache cache, LarderHybridCacheOptions? options = null) => new LarderHybridCache(ViewOf(cache), options ?? new LarderHybridCacheOptions());

    /// <summary>Gets a cache as an <see cref="IDistributedCache"/>, with the keys as they are; use a view with a prefix to keep them apart from others.</summary>
    /// <param name="cache">The cache, or a view of it.</param>
    /// <returns>The same entries under the other interface. It need not be disposed.</returns>
    /// <exception cref="ArgumentException">The cache is not one of Larder's own.</exception>
    public static IBufferDistributedCache AsDistributedCache(this ICache cache) => new LarderDistributedCache(ViewOf(cache));

    private static CacheView ViewOf(ICache cache)
    {
        ArgumentNullException.ThrowIfNull(cache);
        return cache as CacheView ?? throw new ArgumentException($"A {cache.GetType().Name} is not one of Larder's own caches, and cannot be used under another interface.", nameof(cache));
    }
}
