using System.Diagnostics;
using Larder.Diagnostics;
using Larder.Tiers;

namespace Larder.Loading;

internal sealed partial class Loader
{
    /// <summary>Runs one load to its end. Never throws: what goes wrong is the result of the load.</summary>
    private async Task RunAsync<TState, T>(Load<T> load, LoadRequest<TState, T> request, CacheResult<T> present, bool isForced, ActivityContext cause = default)
    {
        var isNested = LoadCycles.Current is not null;
        var hasPlace = false;
        try
        {
            load.Scope.StartTimeout(request.Settings.LoadTimeout, _clock.Provider, (timedOut, exception) => ReportTimeout(timedOut, exception, request.Settings));
            if (_places is not null && !isNested)
            {
                await _places.WaitAsync(load.Scope.Token).ConfigureAwait(false);
                hasPlace = true;
            }

            load.Ticket = await BeginFillAsync(request.Key, request.Tags, load.Scope.Token).ConfigureAwait(false);
            if (!isForced && await ReadAsync<T>(request.Key, ReadIntent.Peek, load.Scope.Token).ConfigureAwait(false) is { HasValue: true, IsStale: false } found)
            {
                // Another load ended between the caller's read and the start of this one.
                await AbandonFillAsync(load.Ticket).ConfigureAwait(false);
                if (load.TryBeginEnd())
                {
                    load.EndWith(found);
                }

                return;
            }

            await LoadAndStoreAsync(load, request, present, cause).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            load.Fail(exception);
        }
        finally
        {
            load.Scope.Returned();
            if (hasPlace)
            {
                _places!.Release();
            }
        }
    }

    private async Task LoadAndStoreAsync<TState, T>(Load<T> load, LoadRequest<TState, T> request, CacheResult<T> present, ActivityContext cause)
    {
        Counters.Increment(Counter.Loads);
        if (load.IsRefresh)
        {
            Counters.Increment(Counter.Refreshes);
        }

        var context = new LoadContext(request.Key, load.IsRefresh, present.HasAny, present.HasAny ? present.RawValue : default, request.Tags, _options);
        using var activity = StartActivity(load, cause);
        var start = _clock.Provider.GetTimestamp();
        T value;
        try
        {
            value = await CallAsync(load, request, context).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Measure(start, load.IsCompleted ? "abandoned" : "failure");
            activity?.SetStatus(ActivityStatusCode.Error, exception.GetType().Name);
            await AbandonFillAsync(load.Ticket!).ConfigureAwait(false);
            ReportFailure(load, request, exception);
            return;
        }

        var elapsed = Measure(start, load.IsCompleted ? "abandoned" : "success");
        if (!load.TryBeginEnd())
        {
            // Timed out, or every caller has gone: the value comes too late for anyone.
            await AbandonFillAsync(load.Ticket!).ConfigureAwait(false);
            return;
        }

        load.EndWith(await StoreAsync(load, request, value, context, elapsed).ConfigureAwait(false));
    }

    private async ValueTask<CacheResult<T>> StoreAsync<TState, T>(Load<T> load, LoadRequest<TState, T> request, T value, LoadContext context, TimeSpan elapsed)
    {
        var write = default(EntryWrite);
        long version = 0;
        try
        {
            if (context.StoresResult && _tier.IsEnabled && !load.Ticket!.IsLost && (value is not null || request.Settings.StoreNull))
            {
                write = request.ToWrite(value, context, elapsed.TotalMilliseconds);
                version = await _tier.CompleteFillAsync(load.Ticket!, value, write, CancellationToken.None).ConfigureAwait(false);
                if (version == 0)
                {
                    Counters.Increment(Counter.DiscardedLoads);
                }
            }
            else
            {
                await AbandonFillAsync(load.Ticket!).ConfigureAwait(false);
            }

            _pauses.Remove(request.Key);
        }
        catch (Exception exception)
        {
            TierFailed("store", request.Key, exception);
        }

        return new CacheResult<T>(value, version == 0 ? EntryWrite.Never : write.FirstLifeMs, version, ResultFlags.HasValue);
    }

    /// <summary>Calls the loader in the caller's execution context, but without its synchronization context, for which nobody must have to wait.</summary>
    private static async ValueTask<T> CallAsync<TState, T>(Load<T> load, LoadRequest<TState, T> request, LoadContext context)
    {
        LoadCycles.Current = load.Scope;
        var synchronizationContext = SynchronizationContext.Current;
        ValueTask<T> loading;
        try
        {
            SynchronizationContext.SetSynchronizationContext(null);
            loading = request.Load(request.State, context, load.Scope.Token);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(synchronizationContext);
        }

        return await loading.ConfigureAwait(false);
    }

    private void ReportFailure<TState, T>(Load<T> load, LoadRequest<TState, T> request, Exception exception)
    {
        if (!load.TryBeginEnd())
        {
            return;
        }

        Counters.Increment(Counter.LoadFailures);
        if (load.IsRefresh)
        {
            _pauses.Add(request.Key, request.Settings.FailurePause);
            Log.RefreshFailed(_diagnostics.Logger, _diagnostics.Name, request.Key, exception);
        }

        _diagnostics.Events.OnLoadFailed(request.Key, exception, load.IsRefresh);
        load.EndWith(exception);
    }

    private void ReportTimeout(Load load, LoadTimeoutException exception, EntrySettings settings)
    {
        if (!load.Fail(exception))
        {
            return;
        }

        Counters.Increment(Counter.LoadTimeouts);
        if (load.IsRefresh)
        {
            _pauses.Add(load.Key, settings.FailurePause);
        }

        _diagnostics.Events.OnLoadFailed(load.Key, exception, load.IsRefresh);
    }

    private TimeSpan Measure(long start, string outcome)
    {
        var elapsed = _clock.Provider.GetElapsedTime(start);
        CacheMetrics.RecordLoad(_diagnostics, elapsed, outcome);
        return elapsed;
    }

    private Activity? StartActivity(Load load, ActivityContext cause)
    {
        if (!CacheMetrics.Activities.HasListeners())
        {
            return null;
        }

        var activity = cause == default
            ? CacheMetrics.Activities.StartActivity("larder.load")
            : CacheMetrics.Activities.StartActivity("larder.refresh", ActivityKind.Internal, parentContext: default, links: [new ActivityLink(cause)]);
        activity?.SetTag("larder.cache.name", _diagnostics.Name).SetTag("larder.key", load.Key);
        return activity;
    }

    private async ValueTask<FillTicket> BeginFillAsync(string key, string[]? tags, CancellationToken cancellationToken)
    {
        try
        {
            return await _tier.BeginFillAsync(key, tags, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            TierFailed("begin fill", key, exception);
            return new FillTicket(key) { IsLost = true };
        }
    }

    private async ValueTask AbandonFillAsync(FillTicket ticket)
    {
        try
        {
            await _tier.AbandonFillAsync(ticket).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            TierFailed("abandon fill", ticket.Key, exception);
        }
    }
}
