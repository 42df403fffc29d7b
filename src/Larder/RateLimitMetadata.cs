using System.Threading.RateLimiting;

namespace Larder;

/// <summary>What the leases of a cache's rate limiters tell, besides <see cref="MetadataName.RetryAfter"/> and <see cref="MetadataName.ReasonPhrase"/>.</summary>
public static class RateLimitMetadata
{
    /// <summary>Gets the name of the limit: how many permits there are.</summary>
    public static MetadataName<int> Limit { get; } = MetadataName.Create<int>("LIMIT");

    /// <summary>Gets the name of what is left after the request; not told when the store could not be asked.</summary>
    public static MetadataName<long> Remaining { get; } = MetadataName.Create<long>("REMAINING");
}
