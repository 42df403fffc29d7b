using System.Diagnostics.CodeAnalysis;
using System.Threading.RateLimiting;
using Larder.Tiers;

namespace Larder.RateLimiting;

/// <summary>A lease: permits are used up when they are given, so that disposing it does nothing.</summary>
internal sealed class CacheRateLease : RateLimitLease
{
    private static readonly string[] Granted = [RateLimitMetadata.Limit.Name, RateLimitMetadata.Remaining.Name];
    private static readonly string[] Refused = [RateLimitMetadata.Limit.Name, RateLimitMetadata.Remaining.Name, MetadataName.RetryAfter.Name, MetadataName.ReasonPhrase.Name];
    private static readonly string[] Unknown = [RateLimitMetadata.Limit.Name, MetadataName.ReasonPhrase.Name];

    private readonly RateLimit _limit;
    private readonly RateAnswer? _answer;
    private readonly string? _reason;

    /// <summary>Makes a lease of what the store said.</summary>
    public CacheRateLease(RateLimit limit, RateAnswer answer)
    {
        (_limit, _answer, IsAcquired) = (limit, answer, answer.IsGranted);
        _reason = answer.IsGranted ? null : "The limit has been reached.";
    }

    /// <summary>Makes a lease while the store has said nothing.</summary>
    public CacheRateLease(RateLimit limit, bool isAcquired, string reason) => (_limit, IsAcquired, _reason) = (limit, isAcquired, reason);

    public override bool IsAcquired { get; }

    public override IEnumerable<string> MetadataNames => _answer is not { } answer ? Unknown : answer.IsGranted ? Granted : Refused;

    public override bool TryGetMetadata(string metadataName, [NotNullWhen(true)] out object? metadata)
    {
        metadata = metadataName switch
        {
            _ when metadataName == RateLimitMetadata.Limit.Name => _limit.Permits,
            _ when metadataName == RateLimitMetadata.Remaining.Name => _answer?.Available,
            _ when metadataName == MetadataName.RetryAfter.Name => _answer is { IsGranted: false } refused ? TimeSpan.FromMilliseconds(refused.RetryAfterMs) : null,
            _ when metadataName == MetadataName.ReasonPhrase.Name => _reason,
            _ => null,
        };
        return metadata is not null;
    }
}
