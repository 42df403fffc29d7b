using System.Runtime.CompilerServices;

namespace Larder.Loading;

/// <summary>The settings of entries by policy, of one state of the settings of a cache.</summary>
/// <param name="options">The settings of the cache.</param>
internal sealed class PolicySettings(CacheOptions options)
{
    private readonly ConditionalWeakTable<CachePolicy, EntrySettings> _known = [];

    public CacheOptions Options => options;

    public EntrySettings Defaults { get; } = EntrySettings.Create(options, policy: null);

    public EntrySettings Of(CachePolicy? policy) => policy is null ? Defaults : _known.GetValue(policy, policy => EntrySettings.Create(options, policy));

    /// <summary>Tells whether entries would be stored in the same way by other settings.</summary>
    public bool IsAsOf(CacheOptions other) => Facts(options).Equals(Facts(other));

    private static object Facts(CacheOptions options) => (
        (options.ExplicitTimeToLive, options.SlidingExpiration, options.MemoryTimeToLive, options.TimeToLiveJitter, options.NegativeTimeToLive, options.StoreNull),
        (options.MaxStale, options.StaleWhileRevalidate, options.EarlyRefresh, options.LoadTimeout, options.SoftTimeout, options.FailurePause));
}
