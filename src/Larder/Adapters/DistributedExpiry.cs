using Larder.Loading;
using Larder.Tiers;
using Microsoft.Extensions.Caching.Distributed;

namespace Larder.Adapters;

/// <summary>How long an entry of an <see cref="IDistributedCache"/> lives: without options for ever, a relative time counts more than an absolute one, and a sliding window ends there.</summary>
internal static class DistributedExpiry
{
    public static EntryWrite Of(DistributedCacheEntryOptions options, TimeProvider clock)
    {
        var life = LifeOf(options, clock) is { } given ? EntrySettings.Milliseconds(given, nameof(options.AbsoluteExpirationRelativeToNow)) : EntryWrite.Never;
        var sliding = options.SlidingExpiration is { } window ? EntrySettings.Milliseconds(window, nameof(options.SlidingExpiration)) : 0;

        // A window that never ends is none.
        return new EntryWrite { TimeToLiveMs = life, SlidingMs = sliding == EntryWrite.Never ? 0 : sliding };
    }

    /// <summary>Gets how long an entry lives from now on at most.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The absolute time has passed.</exception>
    public static TimeSpan? LifeOf(DistributedCacheEntryOptions options, TimeProvider clock)
    {
        if (options.AbsoluteExpirationRelativeToNow is { } relative)
        {
            return relative;
        }

        if (options.AbsoluteExpiration is not { } at)
        {
            return null;
        }

        var life = at - clock.GetUtcNow();
#pragma warning disable MA0015 // The name that Microsoft's RedisCache gives.
        return life > TimeSpan.Zero
            ? life
            : throw new ArgumentOutOfRangeException(nameof(DistributedCacheEntryOptions.AbsoluteExpiration), at, "The absolute expiration value must be in the future.");
#pragma warning restore MA0015
    }
}
