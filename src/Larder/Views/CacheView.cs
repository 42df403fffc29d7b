using System.Diagnostics;
using Larder.Diagnostics;
using Larder.Keys;
using Larder.Loading;
using Larder.Memory;
using Larder.Tiers;

namespace Larder.Views;

/// <summary>
/// A view of a cache: its keys with a prefix, its own default time to live. A hit in memory is answered by the view, without a string, an
/// allocation or an await (CacheView.Hits.cs); everything else goes on to what the views share.
/// </summary>
[DebuggerDisplay("{ToString(),nq}")]
[DebuggerTypeProxy(typeof(CacheDebugView))]
internal sealed partial class CacheView : ICache
{
    private readonly CacheCore _core;
    private readonly StripedCounters _counters;
    private readonly MemoryEngine? _memory;
    private readonly TrustGate? _trust;
    private readonly KeySpace _keys;
    private readonly string? _prefix;
    private readonly TimeSpan? _timeToLive;
    private readonly CacheTiers _tiers;
    private readonly bool _ownsCore;

    public CacheView(CacheCore core)
        : this(core, core.Keys, timeToLive: null, CacheTiers.All) => _ownsCore = true;

    private CacheView(CacheCore core, KeySpace keys, TimeSpan? timeToLive, CacheTiers tiers)
    {
        _core = core;
        _trust = core.Tier.MemoryTrust;
        _tiers = tiers;

        // A view that passes the memory by has none, unless memory is all there is.
        _memory = tiers == CacheTiers.All || _trust is null ? core.Memory : null;
        _keys = keys;
        _prefix = keys.Prefix.Length == 0 ? null : keys.Prefix;
        _counters = core.Counters;
        _timeToLive = timeToLive;
    }

    public string Name => _core.Diagnostics.Name;

    public CacheStatistics Statistics => _core.Statistics;

    /// <summary>Gets whether the view shows all of the cache, with its own time to live.</summary>
    public bool IsWhole => _prefix is null && _timeToLive is null && _tiers == CacheTiers.All;

    /// <summary>Gets a cache of Larder's as what it is.</summary>
    /// <exception cref="ArgumentException">It is another one.</exception>
    public static CacheView Of(ICache cache, string parameter) =>
        cache as CacheView ?? throw new ArgumentException($"The cache is a {cache.GetType()}; this needs a cache that Larder made, and not one that wraps it.", parameter);

    /// <summary>Gets what the views share.</summary>
    public CacheCore Core => _core;

    /// <summary>Gets the tier, for what only one kind of tier can do.</summary>
    public CacheTier Tier => _core.Tier;

    public CacheEvents Events => _core.Diagnostics.Events;

    public ValueTask<CacheResult<T>> PeekAsync<T>(CacheKey key, CancellationToken cancellationToken = default)
    {
        var full = Resolve(key);
        cancellationToken.ThrowIfCancellationRequested();
        return _core.Loader.ReadAsync<T>(full, ReadIntent.Peek, _tiers, cancellationToken);
    }

    public ValueTask<T> RefreshAsync<TState, T>(
        CacheKey key,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> load,
        CacheEntryOptions options = default,
        CancellationToken cancellationToken = default) =>
        ValueAsync(_core.Loader.ReloadAsync(Request(key, state, load, options), cancellationToken));

    /// <summary>Makes contact with the store, if the settings want that before the cache is used.</summary>
    public ValueTask StartAsync(CancellationToken cancellationToken) => _core.Tier.StartAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_ownsCore)
        {
            await _core.DisposeAsync().ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        // The asynchronous part only waits for background work to end; what it does at once is what counts.
        _ = DisposeAsync().AsTask();
    }

    /// <summary>Tells which cache this is, where its entries are, and what its keys begin with.</summary>
    public override string ToString() => $"Larder cache '{Name}' in {Tier.Description}{(_prefix is null ? "" : $", keys '{_prefix}*'")}";

    /// <summary>Gets the full key as a string, and checks that it is one and that the cache lives.</summary>
    public string Resolve(CacheKey key)
    {
        _core.ThrowIfDisposed();
        return _keys.Resolve(key);
    }

    public EntryWrite ToWrite(CacheEntryOptions options)
    {
        var settings = _core.SettingsOf(options.Policy);
        return settings.ToWrite(TimeToLiveOf(options, settings), isNull: false, loadMs: 0, _core.TagsOf(options));
    }

    private LoadRequest<TState, T> Request<TState, T>(
        CacheKey key, TState state, Func<TState, LoadContext, CancellationToken, ValueTask<T>> load, CacheEntryOptions options)
    {
        ArgumentNullException.ThrowIfNull(load);
        var full = Resolve(key);
        var settings = _core.SettingsOf(options.Policy);
        return new(full, state, load, settings, TimeToLiveOf(options, settings), _core.TagsOf(options), TiersOf(settings.Tiers));
    }

    /// <summary>Tells where an entry is looked for: one that is only here is looked for only here.</summary>
    private CacheTiers TiersOf(CacheTiers kept) => kept == CacheTiers.Memory && _core.Tier.HoldsOwn ? CacheTiers.Memory : _tiers;

    /// <summary>Refuses on a hit too what could be refused on a miss only otherwise, now and then.</summary>
    public static void RequireLoad(Delegate load, in CacheEntryOptions options)
    {
        ArgumentNullException.ThrowIfNull(load);
        if (options.TimeToLive is { } timeToLive)
        {
            Limits.RequirePositive(timeToLive, nameof(CacheEntryOptions.TimeToLive), nameof(options));
        }
    }

    private TimeSpan? TimeToLiveOf(CacheEntryOptions options, EntrySettings settings)
    {
        if (options.TimeToLive is { } timeToLive)
        {
            Limits.RequirePositive(timeToLive, nameof(CacheEntryOptions.TimeToLive), nameof(options));
        }

        return options.TimeToLive ?? (settings.HasOwnTimeToLive ? null : _timeToLive);
    }

    /// <summary>Takes the value of a result that has one.</summary>
    public static ValueTask<T> ValueAsync<T>(ValueTask<CacheResult<T>> result)
    {
#pragma warning disable VSTHRD103 // It is complete.
        return result.IsCompletedSuccessfully ? new ValueTask<T>(result.Result.RawValue) : WhenCompleteAsync(result);
#pragma warning restore VSTHRD103

        static async ValueTask<T> WhenCompleteAsync(ValueTask<CacheResult<T>> result) => (await result.ConfigureAwait(false)).RawValue;
    }

    private long Now() => _core.Clock.Provider.GetTimestamp();

    private async ValueTask<T> TimeAsync<T>(string name, long start, ValueTask<T> operation)
    {
        try
        {
            return await operation.ConfigureAwait(false);
        }
        finally
        {
            CacheMetrics.RecordOperation(_core.Diagnostics, _core.Clock.Provider.GetElapsedTime(start), name);
        }
    }
}
