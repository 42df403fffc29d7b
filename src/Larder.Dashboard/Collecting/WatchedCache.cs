using System.Diagnostics;
using System.Globalization;
using Larder.Diagnostics;
using Larder.Views;

namespace Larder.Dashboard.Collecting;

/// <summary>A cache that the dashboard looks at: every two seconds at its counters, every few at its health, and at its events.</summary>
internal sealed class WatchedCache : IDisposable
{
    private readonly EventLog _events;
    private readonly Latencies _latencies;
    private long _storeErrors;
    private bool _isHearingEvictions;

    public WatchedCache(CacheView cache, EventLog events)
    {
        _events = events;
        Cache = cache;
        _latencies = cache.Core.Diagnostics.KeepLatencies();
        Series = new CacheSeries(cache.Name);
        cache.Events.Invalidated += OnInvalidated;
        cache.Events.LoadFailed += OnLoadFailed;
    }

    public CacheView Cache { get; }

    public string Name => Cache.Name;

    public CacheSeries Series { get; }

    /// <summary>Gets the last report of its health.</summary>
    public CacheHealthReport? Health { get; private set; }

    /// <summary>Gets or sets whether the last look failed, which is logged once.</summary>
    public bool IsBroken { get; set; }

    public void Look()
    {
        var look = Collecting.Look.At(Cache.Statistics, _latencies);
        Series.Add(look);
        var errors = look.Counted.TierErrors;
        if (errors > _storeErrors)
        {
            _events.Add(Name, "StoreFailed", string.Create(CultureInfo.InvariantCulture, $"{errors - _storeErrors:N0} times"), "The store failed, and callers were served without it. The log says how.");
        }

        _storeErrors = errors;
    }

    public async ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        var report = await Cache.CheckHealthAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        if (Health is not null && Health.Status != report.Status)
        {
            _events.Add(Name, "HealthChanged", report.Status.ToString(), report.ToString());
        }

        Health = report;
    }

    /// <summary>Begins or ends to hear of each eviction, which costs an event each.</summary>
    public void HearEvictions(bool isWanted)
    {
        if (isWanted == _isHearingEvictions)
        {
            return;
        }

        _isHearingEvictions = isWanted;
        if (isWanted)
        {
            Cache.Events.Evicted += OnEvicted;
        }
        else
        {
            Cache.Events.Evicted -= OnEvicted;
        }
    }

    public void Dispose()
    {
        Cache.Events.Invalidated -= OnInvalidated;
        Cache.Events.LoadFailed -= OnLoadFailed;
        HearEvictions(isWanted: false);
    }

    private void OnInvalidated(CacheInvalidation change)
    {
        if (change.Target == InvalidationTarget.Tag)
        {
            _events.NoteTag(Name, change.What);
        }

        // Single keys are what every write does, and would push everything else out.
        if (change.Target != InvalidationTarget.Key)
        {
            _events.Add(Name, "Invalidated", change.What, $"{change.Target}{(change.IsLazy ? ", lazily" : "")}", Activity.Current?.TraceId.ToString());
        }
    }

    private void OnLoadFailed(CacheLoadFailure failure) =>
        _events.Add(Name, "LoadFailed", failure.Key, $"{(failure.IsRefresh ? "Refresh: " : "")}{failure.Exception.GetType().Name}: {failure.Exception.Message}", Activity.Current?.TraceId.ToString());

    private void OnEvicted(CacheEviction eviction) => _events.Add(Name, "Evicted", eviction.Key, eviction.Reason.ToString());
}
