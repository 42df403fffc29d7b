using System.Threading.RateLimiting;
using Larder.RateLimiting;
using Larder.Views;

namespace Larder;

/// <summary>Rate limiters whose permits are counted where the entries of a cache are: in the memory of the process, or in Redis for all processes together.</summary>
public static class CacheRateLimitingExtensions
{
    /// <summary>Makes a rate limiter. Limiters of the same name, kind and times count together, in every process that has the store; it is cheap, and disposing it changes nothing in the store.</summary>
    /// <param name="cache">The cache, or a view, whose prefix is that of the name.</param>
    /// <param name="name">What is limited, such as <c>login:42</c>. Rate limiters, locks and entries share no names.</param>
    /// <param name="limit">How many permits are given in which time.</param>
    /// <param name="whenUnavailable">What to do while the store cannot be asked. Default: allow.</param>
    /// <returns>The limiter. It refuses at once and has no queue; a refused lease tells <see cref="MetadataName.RetryAfter"/>.</returns>
    /// <exception cref="ArgumentException">The name is not possible, or the cache is not one of Larder's.</exception>
    public static RateLimiter CreateRateLimiter(this ICache cache, CacheKey name, RateLimit limit, UnavailableMode whenUnavailable = UnavailableMode.Allow)
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentNullException.ThrowIfNull(limit);
        if (whenUnavailable is not (UnavailableMode.Allow or UnavailableMode.Refuse))
        {
            throw new ArgumentOutOfRangeException(nameof(whenUnavailable), whenUnavailable, $"whenUnavailable is {whenUnavailable}, and must be Allow or Refuse.");
        }

        var view = CacheView.Of(cache, nameof(cache));
        return new CacheRateLimiter(view.Core, view.Resolve(name), limit, whenUnavailable);
    }

    /// <summary>Gets the partition of a rate limiter, for the policies of <c>AddRateLimiter</c> and for <see cref="PartitionedRateLimiter"/>.</summary>
    /// <param name="cache">The cache, or a view.</param>
    /// <param name="name">What is limited: one count for each name. Whose limit it is belongs into it, such as <c>api:42</c>.</param>
    /// <param name="limit">How many permits are given in which time; the same for all that have the name.</param>
    /// <param name="whenUnavailable">What to do while the store cannot be asked. Default: allow.</param>
    /// <returns>The partition.</returns>
    public static RateLimitPartition<string> GetRateLimitPartition(this ICache cache, string name, RateLimit limit, UnavailableMode whenUnavailable = UnavailableMode.Allow)
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentNullException.ThrowIfNull(limit);
        return RateLimitPartition.Get(name, partition => cache.CreateRateLimiter(partition, limit, whenUnavailable));
    }
}
