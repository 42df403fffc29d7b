using System.Runtime.CompilerServices;
using Larder.Loading;
using Larder.Views;
using Microsoft.Extensions.Caching.Hybrid;

namespace Larder.Adapters;

/// <summary>Merges the options of calls with the defaults; the result for an instance of the options is made once.</summary>
/// <remarks>
/// What a call says counts more than the default. Flags replace those of the default. A local expiration that is not given is the expiration of the same options; a value is never
/// kept in memory for longer than it lives.
/// </remarks>
internal sealed class HybridEntries
{
    private volatile Known _known;
    private readonly HybridCacheEntryOptions _none = new();
    private readonly CacheCore _core;
    private readonly LarderHybridCacheOptions _options;
    private readonly HybridCacheEntryOptions _defaults;

    public HybridEntries(CacheCore core, LarderHybridCacheOptions options)
    {
        (_core, _options, _defaults) = (core, options, options.DefaultEntryOptions ?? _none);
        _known = new Known(core.Policies);
        DefaultFlags = _defaults.Flags ?? HybridCacheEntryFlags.None;
        _ = Of(null);
    }

    public HybridCacheEntryFlags DefaultFlags { get; }

    public HybridEntry Of(HybridCacheEntryOptions? options) => Current.Whole.GetValue(options ?? _none, options => Create(options, isLocal: false));

    /// <summary>Gets the entry of a call that must not reach the shared store.</summary>
    public HybridEntry LocalOf(HybridCacheEntryOptions? options) => Current.Local.GetValue(options ?? _none, options => Create(options, isLocal: true));

    private Known Current => _known is { } known && known.Of == _core.Policies ? known : _known = new Known(_core.Policies);

    private HybridEntry Create(HybridCacheEntryOptions options, bool isLocal)
    {
        var ofCache = _core.Policies.Options;
        var places = _core.Tier.Places;
        var flags = options.Flags ?? DefaultFlags;
        flags |= isLocal || (places & CacheTiers.Shared) == 0 ? HybridCacheEntryFlags.DisableDistributedCache : 0;
        var reads = Allowed(flags, HybridCacheEntryFlags.DisableLocalCacheRead, HybridCacheEntryFlags.DisableDistributedCacheRead) & places;
        var writes = Allowed(flags, HybridCacheEntryFlags.DisableLocalCacheWrite, HybridCacheEntryFlags.DisableDistributedCacheWrite) & places;
        var expiration = options.Expiration ?? _defaults.Expiration;
        var local = options.LocalCacheExpiration ?? options.Expiration ?? _defaults.LocalCacheExpiration ?? _defaults.Expiration;
        RequirePositive(expiration, nameof(HybridCacheEntryOptions.Expiration));
        RequirePositive(local, nameof(HybridCacheEntryOptions.LocalCacheExpiration));
        var life = expiration ?? ofCache.TimeToLive;
        local = local < life ? local : null;
        var settings = EntrySettings.Create(ofCache, new CachePolicy
        {
            TimeToLive = (writes & CacheTiers.Shared) == 0 ? local ?? expiration : expiration,
            MemoryTimeToLive = local,
            Tiers = writes,
            MaxSharedBytes = _options.MaximumPayloadBytes,
            SkipsCompression = _options.DisableCompression || (flags & HybridCacheEntryFlags.DisableCompression) != 0,
        });
        var whole = (places & CacheTiers.Shared) != 0 && writes != CacheTiers.Memory ? CacheTiers.Shared : places;
        var telling = (places & CacheTiers.Shared) == 0 ? HybridCacheEntryFlags.DisableLocalCache : HybridCacheEntryFlags.DisableLocalCache | HybridCacheEntryFlags.DisableDistributedCache | HybridCacheEntryFlags.DisableCompression;
        return new HybridEntry(flags, reads, writes, settings) { IsForced = (reads & whole) == 0, Variant = (byte)(flags & telling) };
    }

    private static CacheTiers Allowed(HybridCacheEntryFlags flags, HybridCacheEntryFlags local, HybridCacheEntryFlags distributed) =>
        ((flags & local) == 0 ? CacheTiers.Memory : CacheTiers.None) | ((flags & distributed) == 0 ? CacheTiers.Shared : CacheTiers.None);

    private static void RequirePositive(TimeSpan? duration, string name)
    {
        if (duration is { } given)
        {
            Limits.RequirePositive(given, name, "options");
        }
    }

    /// <summary>What was made while the settings of the cache were the same.</summary>
    private sealed record Known(PolicySettings Of)
    {
        public ConditionalWeakTable<HybridCacheEntryOptions, HybridEntry> Whole { get; } = [];

        public ConditionalWeakTable<HybridCacheEntryOptions, HybridEntry> Local { get; } = [];
    }
}
