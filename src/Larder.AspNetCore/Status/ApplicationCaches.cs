using Larder.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.AspNetCore.Status;

/// <summary>The caches of an application.</summary>
internal static class ApplicationCaches
{
    /// <summary>Gets caches by their names, or all that <c>AddLarder</c> has registered.</summary>
    public static IEnumerable<ICache> Of(IServiceProvider services, string[]? names = null) =>
        (names ?? services.GetRequiredService<CacheRegistrations>().Shown).Select(name => services.GetRequiredKeyedService<ICache>(name));
}
