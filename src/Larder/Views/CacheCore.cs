using Larder.Diagnostics;
using Larder.Invalidation;
using Larder.Keys;
using Larder.Loading;
using Larder.Locking;
using Larder.Memory;
using Larder.Store;
using Larder.Tiers;
using Larder.Writing;

namespace Larder.Views;

/// <summary>What all views of one cache share: the tier, the loads under way, the locks, the counters.</summary>
internal sealed class CacheCore : IAsyncDisposable
{
    private readonly CacheOptions _options;
    private readonly Lazy<StoreCore> _stores;
    private volatile PolicySettings _policies;
    private int _isDisposed;

    public CacheCore(CacheOptions options, CacheDiagnostics diagnostics, CacheTier tier, CacheClock clock)
    {
        _options = options;
        Diagnostics = diagnostics;
        Tier = tier;
        Memory = tier.Memory;
        Clock = clock;
        _policies = new PolicySettings(options);
        Keys = new KeySpace("", options.MaxKeyLength);
        Statistics = new CacheStatistics(diagnostics.Counters, tier, () => Memory?.LastSweep, clock.Provider);
        Loader = new Loader(tier, clock, diagnostics, options);
        Locks = new LockManager(tier.Locks, clock, diagnostics);
        Invalidator = new Invalidator(tier, clock, diagnostics, options.PersistDelayedInvalidations);
        Writes = new GuardedWrites(tier, clock, diagnostics);
        _stores = new Lazy<StoreCore>(() => new StoreCore(this));
        Health = new CacheHealthMonitor(this);
        CacheMetrics.Add(Statistics, diagnostics);
    }

    public CacheDiagnostics Diagnostics { get; }

    public CacheTier Tier { get; }

    /// <summary>Gets the engine of the memory tier, which reads go to directly; <see langword="null"/> when there is none.</summary>
    public MemoryEngine? Memory { get; }

    public CacheClock Clock { get; }

    /// <summary>Gets how entries are stored, which can change while the cache is used.</summary>
    public PolicySettings Policies => _policies;

    /// <summary>Gets or sets what follows the configuration of the cache; disposed with it.</summary>
    public IDisposable? FollowedBy { get; set; }

    public KeySpace Keys { get; }

    public CacheStatistics Statistics { get; }

    public CacheHealthMonitor Health { get; }

    public Loader Loader { get; }

    public LockManager Locks { get; }

    public Invalidator Invalidator { get; }

    public GuardedWrites Writes { get; }

    /// <summary>Gets what the stores over the cache share.</summary>
    public StoreCore Stores => _stores.Value;

    public CacheOptions Options => _options;

    public StripedCounters Counters => Diagnostics.Counters;

    public EntrySettings SettingsOf(CachePolicy? policy) => _policies.Of(policy);

    /// <summary>Has entries be stored by other settings from now on. What the cache is made of stays.</summary>
    /// <returns>Whether there is a difference.</returns>
    public bool TryReload(CacheOptions options)
    {
        if (_policies.IsAsOf(options))
        {
            return false;
        }

        _policies = new PolicySettings(options);
        return true;
    }

    /// <summary>Checks and copies the tags of a call.</summary>
    public string[]? TagsOf(CacheEntryOptions options)
    {
        if (options.Tags is not { Count: > 0 } tags)
        {
            return null;
        }

        var copy = tags.Distinct(StringComparer.Ordinal).ToArray();
        Limits.RequireTagCount(copy.Length, _options.MaxTagsPerEntry, nameof(options));
        foreach (var tag in copy)
        {
            RequireTag(tag);
        }

        return copy;
    }

    public void RequireTag(string? tag) => Limits.RequireTag(tag, _options.MaxTagLength);

    public void ThrowIfDisposed() =>
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, typeof(ICache));

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        FollowedBy?.Dispose();
        await Invalidator.DisposeAsync().ConfigureAwait(false);
        Writes.Dispose();
        if (_stores.IsValueCreated)
        {
            Stores.Dispose();
        }

        // Empty before the wait for background work: a read must not find anything in a disposed cache.
        Memory?.Dispose();
        await Loader.DisposeAsync().ConfigureAwait(false);
        await Locks.DisposeAsync().ConfigureAwait(false);
        await Tier.DisposeAsync().ConfigureAwait(false);
        CacheMetrics.Remove(Statistics);
    }
}
