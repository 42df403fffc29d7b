using System.Diagnostics;
using Larder.Diagnostics;
using Larder.Memory;
using Larder.Serialization;
using Larder.Tiers;

namespace Larder.Loading;

/// <summary>
/// Get-or-create beyond a plain hit: at most one load per key at a time, joined by all who ask; stale values served where that is allowed;
/// refreshes in the background. A load takes a ticket of the tier before its loader is called, and stores only if the ticket still stands.
/// </summary>
internal sealed partial class Loader : IAsyncDisposable
{
    private readonly RunningLoads _running = new();
    private readonly CacheTier _tier;
    private readonly MemoryEngine? _memory;
    private readonly CacheClock _clock;
    private readonly CacheDiagnostics _diagnostics;
    private readonly FailurePauses _pauses;
    private readonly BackgroundWork _background;
    private readonly LoadPlaces? _places;
    private readonly CacheOptions _options;
    private readonly SerializerSet _serializers;
    private readonly ValueCopies _copies;
    private volatile bool _isDisposed;

    public Loader(CacheTier tier, CacheClock clock, CacheDiagnostics diagnostics, CacheOptions options)
    {
        _tier = tier;
        _memory = (tier as MemoryTier)?.Engine;
        _clock = clock;
        _diagnostics = diagnostics;
        _pauses = new FailurePauses(clock);
        _background = new BackgroundWork(options.MaxConcurrentRefreshes);
        _places = options.MaxConcurrentLoads is { } limit ? new LoadPlaces(limit) : null;
        _options = options;
        _serializers = SerializerSet.Of(options);
        _copies = ValueCopies.Of(options);
    }

    public CacheClock Clock => _clock;

    private StripedCounters Counters => _diagnostics.Counters;

    /// <summary>Gets a value: what is there, a stale one where that is allowed, or a loaded one.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="known">What is there, if the caller has looked already.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public ValueTask<CacheResult<T>> GetOrLoadAsync<TState, T>(LoadRequest<TState, T> request, CacheResult<T>? known, CancellationToken cancellationToken) =>
        TryJoin(request, known, cancellationToken)?.WaitForResultAsync() ?? LookAndLoadAsync(request, known, cancellationToken);

    /// <summary>As <see cref="GetOrLoadAsync"/>, for who did not <see cref="TryJoin"/>.</summary>
    public async ValueTask<CacheResult<T>> LookAndLoadAsync<TState, T>(LoadRequest<TState, T> request, CacheResult<T>? known, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var present = known ?? await ReadAsync<T>(request.Key, ReadIntent.GetOrCreate, request.Tiers, request.LeavesNoCopy, cancellationToken).ConfigureAwait(false);
        if (present.HasValue)
        {
            Counters.Increment(present.IsStale ? Counter.StaleHits : Counter.FreshHits);
            if (present.IsStale || present.IsRefreshDue)
            {
                RefreshInBackground(request, present);
            }

            return present;
        }

        if (present.IsReserve)
        {
            return await GetOrServeStaleAsync(request, present, cancellationToken).ConfigureAwait(false);
        }

        Counters.Increment(Counter.Misses);
        if (present.HasOtherType)
        {
            Counters.Increment(Counter.TypeMismatches);
        }

        return (await JoinOrStartAsync(request, present, hasJoined: false, softTimeout: null, cancellationToken).ConfigureAwait(false)).GetValueOrDefault();
    }

    /// <summary>Loads a value whether or not there is one.</summary>
    public async ValueTask<CacheResult<T>> ReloadAsync<TState, T>(LoadRequest<TState, T> request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_isDisposed, typeof(ICache));
        LoadCycles.ThrowIfWithin(this, request.Key);
        var present = await ReadAsync<T>(request.Key, ReadIntent.Peek, request.Tiers, cancellationToken).ConfigureAwait(false);
        var load = Create<T>(request.Place, isRefresh: true, LoadCycles.Current, request.Settings);
        _running.Put(load);
        return await StartAndWaitAsync(load, request, present, isForced: true, softTimeout: null, cancellationToken).ConfigureAwait(false) ?? default;
    }

    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;

        // A load is in the table before it looks at the flag: either it sees the flag, or it is seen here.
        Interlocked.MemoryBarrier();
        foreach (var load in _running.All)
        {
            load.Fail(Disposed(load.Key));
        }

        await _background.DrainAsync().ConfigureAwait(false);
    }

    private async ValueTask<CacheResult<T>> GetOrServeStaleAsync<TState, T>(LoadRequest<TState, T> request, CacheResult<T> reserve, CancellationToken cancellationToken)
    {
        if (_pauses.Lasts(request.Key))
        {
            Counters.Increment(Counter.StaleHits);
            return reserve.AsStale();
        }

        if (request.Settings.StaleWhileRevalidate)
        {
            Counters.Increment(Counter.StaleHits);
            RefreshInBackground(request, reserve);
            return reserve.AsStale();
        }

        try
        {
            if (await JoinOrStartAsync(request, reserve, hasJoined: false, request.Settings.SoftTimeout, cancellationToken).ConfigureAwait(false) is { } loaded)
            {
                Counters.Increment(Counter.Misses);
                return loaded;
            }

            Counters.Increment(Counter.StaleHits);
            return reserve.AsStale();
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && !_isDisposed && exception is not LoadCycleException)
        {
            _pauses.Add(request.Key, request.Settings.FailurePause);
            Log.ServedStale(_diagnostics.Logger, _diagnostics.Name, request.Key, exception);
            Counters.Increment(Counter.StaleHits);
            return reserve.AsStale();
        }
        catch
        {
            Counters.Increment(Counter.Misses);
            throw;
        }
    }

    private void RefreshInBackground<TState, T>(LoadRequest<TState, T> request, CacheResult<T> present)
    {
        if (_isDisposed || _pauses.Lasts(request.Key) || (_running.TryGet(request.Place, out var running) && running.IsCurrent))
        {
            return;
        }

        // The place first: a load that others can join must run.
        if (!_background.TryReserve())
        {
            return;
        }

        var load = Create<T>(request.Place, isRefresh: true, parent: null, request.Settings);
        if (!TryPublish(load, running))
        {
            _background.Release();
            return;
        }

        var cause = Activity.Current?.Context ?? default;
        _background.Start(() =>
        {
            load.Scope.StartTimeout();
            return RunAsync(load, request, present, isForced: false, cause);
        });
    }

    private Load<T> Create<T>(LoadPlace place, bool isRefresh, LoadScope? parent, EntrySettings settings)
    {
        var scope = new LoadScope(this, parent, settings);
        var load = NewLoad<T>(place, isRefresh, scope);
        scope.Add(load);
        return load;
    }

    private Load<T> NewLoad<T>(LoadPlace place, bool isRefresh, LoadScope scope) => _copies.AreMade<T>() ? new CopyingLoad<T>(place, isRefresh, scope) : new Load<T>(place, isRefresh, scope);

    private ObjectDisposedException Disposed(string key) => new(nameof(ICache), $"The cache '{_diagnostics.Name}' was disposed while '{key}' was loaded.");

    /// <summary>Takes a load that ends out of those that can be joined, and ends its ticket if nothing is stored: others need not wait until its loader has returned.</summary>
    public void Forget(Load load)
    {
        _running.Remove(load);
        _ = AbandonFillAsync(load.Ticket);
    }

    /// <summary>Reads the tier for a caller, and counts what it finds; a tier that fails has nothing, unless it is strict.</summary>
    public ValueTask<CacheResult<T>> GetAsync<T>(string key, CacheTiers tiers, CancellationToken cancellationToken)
    {
        if (_memory is null && tiers != CacheTiers.None)
        {
            return _tier.ReadForCallerAsync<T>(key, ReadIntent.Get, tiers, counts: true, _diagnostics, cancellationToken);
        }

        MemoryHit hit = default;
        _ = tiers != CacheTiers.None && _memory!.TryGet(key, ReadIntent.Get, out hit);
        return new ValueTask<CacheResult<T>>(Counters.CountRead(Typed.Result<T>(hit)));
    }

    /// <summary>Reads the tier; a tier that fails has nothing, unless it is strict.</summary>
    public ValueTask<CacheResult<T>> ReadAsync<T>(string key, ReadIntent intent, CacheTiers tiers, CancellationToken cancellationToken)
    {
        if (tiers == CacheTiers.None)
        {
            return default;
        }

        if (_memory is null)
        {
            return _tier.ReadForCallerAsync<T>(key, intent, tiers, counts: false, _diagnostics, cancellationToken);
        }

        _memory.TryGet(key, intent, out var hit);
        return new ValueTask<CacheResult<T>>(Typed.Result<T>(hit));
    }

    /// <summary>Reads the tier, as one who may not want a copy of what is read from a shared store to be kept.</summary>
    public async ValueTask<CacheResult<T>> ReadAsync<T>(string key, ReadIntent intent, CacheTiers tiers, bool leavesNoCopy, CancellationToken cancellationToken)
    {
        if (leavesNoCopy && tiers == CacheTiers.All)
        {
            if (await ReadAsync<T>(key, intent, CacheTiers.Memory, cancellationToken).ConfigureAwait(false) is { HasValue: true } found)
            {
                return found;
            }

            tiers = CacheTiers.Shared;
        }

        return await ReadAsync<T>(key, intent, tiers, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks the tier how long an entry lives; a tier that fails has none, unless it is strict.</summary>
    public async ValueTask<EntryTimeToLive> GetTimeToLiveAsync(string key, CacheTiers tiers, CancellationToken cancellationToken)
    {
        try
        {
            return await _tier.GetTimeToLiveAsync(key, tiers, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!_tier.IsStrict && !cancellationToken.IsCancellationRequested)
        {
            _diagnostics.TierFailed("read", key, exception);
            return EntryTimeToLive.Absent;
        }
    }
}
