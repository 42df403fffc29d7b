using Larder;
using Larder.AspNetCore.OutputCaching;
using Larder.Hosting;
using Larder.Views;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts the responses of output caching into a cache.</summary>
public static class LarderOutputCacheExtensions
{
    /// <summary>
    /// Makes a cache the store of output caching, before or after <c>AddOutputCache()</c>, in the place of any other store. Tags are those of the
    /// cache: <see cref="ICache.RemoveByTagAsync"/> removes responses and entries of the application together.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="cacheName">The name of the cache. Default: the unnamed one.</param>
    /// <param name="prefix">The prefix of the keys of responses.</param>
    /// <returns>The builder.</returns>
    public static LarderBuilder AsOutputCacheStore(this LarderBuilder builder, string? cacheName = null, string prefix = "output")
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(prefix);
        builder.Services.AddHttpContextAccessor();
        builder.Services.RemoveAll<IOutputCacheStore>();
        builder.Services.AddSingleton<IOutputCacheStore>(services =>
        {
            var cache = services.GetRequiredKeyedService<ICache>(cacheName ?? CacheFactory.DefaultName);
            var view = CacheView.Of(cache.WithPrefix(prefix), nameof(cache));
            RequireRoom(view, prefix);
            return new CacheOutputStore(view, services.GetRequiredService<IHttpContextAccessor>());
        });
        return builder;
    }

    private static void RequireRoom(CacheView view, string prefix)
    {
        var (options, keyLength) = (view.Core.Options, OutputCacheNames.MaxLength + prefix.Length + 1);
        if (options.MaxKeyLength < keyLength || options.MaxTagLength < OutputCacheNames.MaxLength)
        {
            throw new InvalidOperationException(
                $"Larder cache '{view.Name}': MaxKeyLength is {options.MaxKeyLength} and MaxTagLength {options.MaxTagLength}; output caching needs at least {keyLength} and {OutputCacheNames.MaxLength}.");
        }
    }
}
