using Larder.Redis.RateLimiting;
using Larder.Tiers;

namespace Larder.Redis;

/// <summary>Permits of rate limiters.</summary>
internal sealed partial class RedisTier
{
    private RedisRates? _rates;

    public override RateStore Rates => _rates ??= new RedisRates(_client, _settings.Prefix, _settings.Locks.NowMs);
}
