using System.Collections.Concurrent;
using System.Diagnostics;
using Larder.Diagnostics;
using Larder.Tiers;

namespace Larder.Loading;

/// <summary>
/// Get-or-create beyond a plain hit: at most one load per key at a time, joined by all who ask; stale values served where that is allowed;
/// refreshes in the background. A load takes a ticket of the tier before its loader is called, and stores only if the ticket still stands.
/// </summary>
internal sealed partial class Loader : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Load> _running = new(StringComparer.Ordinal);
    private readonly CacheTier _tier;
    private readonly CacheClock _clock;
    private readonly CacheDiagnostics _diagnostics;
    private readonly FailurePauses _pauses;
    private readonly BackgroundWork _background;
    private readonly SemaphoreSlim? _places;
    private readonly CacheOptions _options;
    private volatile bool _isDisposed;

    public Loader(CacheTier tier, CacheClock clock, CacheDiagnostics diagnostics, CacheOptions options)
    {
        _tier = tier;
        _clock = clock;
        _diagnostics = diagnostics;
        _pauses = new FailurePauses(clock);
        _background = new BackgroundWork(options.MaxConcurrentRefreshes);
        _places = options.MaxConcurrentLoads is { } limit ? new SemaphoreSlim(limit) : null;
        _options = options;
    }

    private StripedCounters Counters => _diagnostics.Counters;

    /// <summary>Gets a value: what is there, a stale one where that is allowed, or a loaded one.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="known">What is there, if the caller has looked already.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    public async ValueTask<CacheResult<T>> GetOrLoadAsync<TState, T>(LoadRequest<TState, T> request, CacheResult<T>? known, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var present = known ?? await ReadAsync<T>(request.Key, ReadIntent.Get, cancellationToken).ConfigureAwait(false);
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

        return (await JoinOrStartAsync(request, present, softTimeout: null, cancellationToken).ConfigureAwait(false)).GetValueOrDefault();
    }

    /// <summary>Loads a value whether or not there is one.</summary>
    public async ValueTask<CacheResult<T>> ReloadAsync<TState, T>(LoadRequest<TState, T> request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_isDisposed, typeof(ICache));
        var present = await ReadAsync<T>(request.Key, ReadIntent.Peek, cancellationToken).ConfigureAwait(false);
        var load = Create<T>(request.Key, isRefresh: true);
        _running[request.Key] = load;
        return await StartAndWaitAsync(load, request, present, isForced: true, softTimeout: null, cancellationToken).ConfigureAwait(false) ?? default;
    }

    public async ValueTask DisposeAsync()
    {
        _isDisposed = true;
        foreach (var (_, load) in _running)
        {
            load.Fail(new ObjectDisposedException(nameof(ICache), $"The cache '{_diagnostics.Name}' was disposed while '{load.Key}' was loaded."));
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
            if (await JoinOrStartAsync(request, reserve, request.Settings.SoftTimeout, cancellationToken).ConfigureAwait(false) is { } loaded)
            {
                Counters.Increment(Counter.Misses);
                return loaded;
            }

            Counters.Increment(Counter.StaleHits);
            return reserve.AsStale();
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && exception is not (ObjectDisposedException or LoadCycleException))
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

    private async ValueTask<CacheResult<T>?> JoinOrStartAsync<TState, T>(
        LoadRequest<TState, T> request, CacheResult<T> present, TimeSpan? softTimeout, CancellationToken cancellationToken)
    {
        Load<T>? mine = null;
        while (true)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(ICache));
            var joinedAt = _tier.TagClock;
            if (!_running.TryGetValue(request.Key, out var running))
            {
                mine ??= Create<T>(request.Key, isRefresh: false);
                if (_running.TryAdd(request.Key, mine))
                {
                    return await StartAndWaitAsync(mine, request, present, isForced: false, softTimeout, cancellationToken).ConfigureAwait(false);
                }
            }
            else if (running is Load<T> other && other.TryJoin())
            {
                Counters.Increment(Counter.JoinedLoads);
                var result = await WaitAsync(other, softTimeout, cancellationToken).ConfigureAwait(false);
                if (result is { Version: 0 } && joinedAt > other.Ticket?.StartClock)
                {
                    // Not stored, and a tag was invalidated before this caller came: it may be one that only the loader knew of.
                    continue;
                }

                return result;
            }
            else
            {
                // The other load is of another type, has been abandoned, or loads what was invalidated since: it must not be joined.
                mine ??= Create<T>(request.Key, isRefresh: false);
                if (_running.TryUpdate(request.Key, mine, running))
                {
                    return await StartAndWaitAsync(mine, request, present, isForced: false, softTimeout, cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    private async ValueTask<CacheResult<T>?> StartAndWaitAsync<TState, T>(
        Load<T> load, LoadRequest<TState, T> request, CacheResult<T> present, bool isForced, TimeSpan? softTimeout, CancellationToken cancellationToken)
    {
        // The loader runs in the flow of this caller, which nevertheless waits no longer than it wants to. The run never throws.
        _ = RunAsync(load, request, present, isForced);
        return await WaitAsync(load, softTimeout, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<CacheResult<T>?> WaitAsync<T>(Load<T> load, TimeSpan? softTimeout, CancellationToken cancellationToken)
    {
        if (LoadCycles.Current is not { } waiter)
        {
            return await load.WaitAsync(softTimeout, _clock.Provider, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            LoadCycles.BeginWait(waiter, load);
        }
        catch (InvalidOperationException)
        {
            load.Leave();
            throw;
        }

        try
        {
            return await load.WaitAsync(softTimeout, _clock.Provider, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            LoadCycles.EndWait(waiter, load);
        }
    }

    private void RefreshInBackground<TState, T>(LoadRequest<TState, T> request, CacheResult<T> present)
    {
        if (_isDisposed || _pauses.Lasts(request.Key) || (_running.TryGetValue(request.Key, out var running) && running.IsCurrent))
        {
            return;
        }

        var load = Create<T>(request.Key, isRefresh: true);
        if (running is null ? !_running.TryAdd(request.Key, load) : !_running.TryUpdate(request.Key, load, running))
        {
            return;
        }

        var cause = Activity.Current?.Context ?? default;
        if (!_background.TryStart(() => RunAsync(load, request, present, isForced: true, cause)))
        {
            load.Leave();
        }
    }

    private Load<T> Create<T>(string key, bool isRefresh)
    {
        var scope = new LoadScope();
        var load = new Load<T>(key, isRefresh, scope, EndedLoad);
        scope.Add(load);
        return load;
    }

    private void EndedLoad(Load load) => _running.TryRemove(KeyValuePair.Create(load.Key, load));

    /// <summary>Reads the tier; a tier that fails has nothing.</summary>
    public async ValueTask<CacheResult<T>> ReadAsync<T>(string key, ReadIntent intent, CancellationToken cancellationToken)
    {
        try
        {
            return await _tier.ReadAsync<T>(key, intent, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            TierFailed("read", key, exception);
            return default;
        }
    }

    private void TierFailed(string operation, string key, Exception exception)
    {
        Counters.Increment(Counter.TierErrors);
        Log.TierFailed(_diagnostics.Logger, _diagnostics.Name, operation, key, exception);
    }
}
