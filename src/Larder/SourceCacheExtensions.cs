using Larder.Views;

namespace Larder;

/// <summary>Puts caches over sources.</summary>
public static class SourceCacheExtensions
{
    /// <summary>
    /// Makes a typed cache over a source. The cache may be a view: <c>cache.WithPrefix("users").For(source)</c>. Dispose it when its writes are to end; with
    /// write-through there is nothing to dispose.
    /// </summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="T">The type of the values.</typeparam>
    /// <param name="cache">The cache, or a view of one.</param>
    /// <param name="source">The source.</param>
    /// <param name="options">How it works. Default: write-through, values stored as the cache says.</param>
    /// <param name="keyText">How a key becomes text, different for different keys. Default: strings as they are, integers, characters, enumerations and <see cref="Guid"/> in the invariant culture; other types need it.</param>
    /// <returns>The typed cache.</returns>
    /// <exception cref="ArgumentException">A setting is out of its range, or the type of the keys needs <paramref name="keyText"/>, or the cache is not Larder's own.</exception>
    public static SourceCache<TKey, T> For<TKey, T>(this ICache cache, ICacheSource<TKey, T> source, SourceCacheOptions? options = null, Func<TKey, string>? keyText = null)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentNullException.ThrowIfNull(source);
        return cache is CacheView view
            ? new SourceCache<TKey, T>(view, source, options ?? new SourceCacheOptions(), keyText)
            : throw new ArgumentException($"A {cache.GetType().Name} cannot have a source: give it to the cache that it wraps.", nameof(cache));
    }
}
