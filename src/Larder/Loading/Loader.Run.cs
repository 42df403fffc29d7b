using System.Diagnostics;
using Larder.Diagnostics;
using Larder.Serialization;
using Larder.Tiers;

namespace Larder.Loading;

internal sealed partial class Loader
{
    /// <summary>Runs one load to its end. Never throws: what goes wrong is the result of the load.</summary>
    /// <param name="load">The load.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="present">What was there when the caller looked.</param>
    /// <param name="isForced">Whether the loader is called also when another load has stored a value since.</param>
    /// <param name="cause">For a load in the background, the activity that caused it, if there was one.</param>
    private async Task RunAsync<TState, T>(Load<T> load, LoadRequest<TState, T> request, CacheResult<T> present, bool isForced, ActivityContext? cause = null)
    {
        var hasPlace = false;
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(ICache));
            hasPlace = _places is not null && await _places.EnterAsync(load.Scope).ConfigureAwait(false);
            var mode = ModeOf(load.Scope, isForced, isInBackground: cause is not null);
            var found = present.IsUnavailable && !IsOwn(request.Settings)
                ? BeginUnstored(load, request.Tags)
                : await BeginAsync(load, request.Tags, IsOwn(request.Settings), request.Tiers, mode, present.RawVersion).ConfigureAwait(false);
            if (load.Ticket is { IsTaken: true })
            {
                EndInconclusively(load);
            }
            else if (found.HasValue)
            {
                // Another load ended between the caller's read and the start of this one.
                EndWithFound(load, found);
            }
            else if (!load.Scope.HasEnded)
            {
                await LoadAndStoreAsync(load, request, present, cause).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            load.Fail(exception);
        }
        finally
        {
            load.Scope.Returned();
            await AbandonFillAsync(load.Ticket).ConfigureAwait(false);
            if (hasPlace)
            {
                _places!.Leave();
            }
        }
    }

    private static void EndInconclusively<T>(Load<T> load)
    {
        load.SetInconclusive();
        if (load.TryBeginEnd())
        {
            load.EndWith(default(CacheResult<T>));
        }
    }

    private async Task LoadAndStoreAsync<TState, T>(Load<T> load, LoadRequest<TState, T> request, CacheResult<T> present, ActivityContext? cause)
    {
        CountLoad(load);
        var context = new LoadContext(request.Key, load.IsRefresh, present.HasAny, present.HasAny ? present.RawValue : default, request.Tags, _options);
        using var activity = StartActivity(load, cause);
        var start = _clock.Provider.GetTimestamp();
        T value;
        try
        {
            value = await CallAsync(load.Scope, (request, context), static (call, token) => call.request.Load(call.request.State, call.context, token)).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Measure(start, load.IsCompleted ? "abandoned" : "failure");
            activity?.SetStatus(ActivityStatusCode.Error, exception.GetType().Name);
            activity?.Stop(); // Before the callers go on: their own activities end after it.
            ReportFailure(load, request, exception);
            return;
        }

        var elapsed = Measure(start, load.IsCompleted ? "abandoned" : "success");

        // Otherwise it timed out, or every caller has gone: the value comes too late for anyone.
        if (load.TryBeginEnd() && TrySerialize(load, request, value, out var kept))
        {
            var result = await StoreAsync(load, request, value, kept, context, elapsed).ConfigureAwait(false);
            activity?.Stop();
            load.EndWith(result);
        }
    }

    private async ValueTask<CacheResult<T>> StoreAsync<TState, T>(Load<T> load, LoadRequest<TState, T> request, T value, SerializedValue? kept, LoadContext context, TimeSpan elapsed)
    {
        var write = default(EntryWrite);
        long version = 0;
        try
        {
            if (context.StoresResult && _tier.IsEnabled && !load.Ticket!.IsLost && (value is not null || request.Settings.StoreNull))
            {
                write = request.ToWrite(value, context, elapsed.TotalMilliseconds);
                if (kept is not null && kept.Length > request.Settings.MaxSharedBytes && !write.SkipsShared)
                {
                    _diagnostics.Observer?.PayloadTooLarge(request.Key, kept.Length);
                    write = write with { SkipsShared = true };
                }

                if (_tier.Stores(write))
                {
                    load.Ticket.TryEnd();
                    version = kept is null
                        ? await _tier.CompleteFillAsync(load.Ticket, value, write, CancellationToken.None).ConfigureAwait(false)
                        : await _tier.CompleteFillAsync(load.Ticket, kept, write, CancellationToken.None).ConfigureAwait(false);
                    if (version == 0)
                    {
                        Counters.Increment(Counter.DiscardedLoads);
                    }
                }
            }

            _pauses.Remove(request.Key);
        }
        catch (Exception exception)
        {
            _diagnostics.TierFailed("store", request.Key, exception);
            await EndFillAsync(load.Ticket!).ConfigureAwait(false);
        }

        await (version == 0 ? FindOutAsync(load, context.Tags) : default).ConfigureAwait(false);
        return new CacheResult<T>(value, version == 0 ? EntryWrite.Never : write.FirstLifeMs, version, ResultFlags.HasValue);
    }

    /// <summary>Finds out for those who have joined a load that stores nothing whether its key was changed meanwhile, or its tags were invalidated, where that is not told.</summary>
    private ValueTask FindOutAsync(Load load, string[]? tags)
    {
        if (load.Ticket is not RemoteFillTicket ticket || (tags is null && !ticket.IsUntold))
        {
            return default;
        }

        ticket.ValueTags = tags;
        return AbandonFillAsync(ticket);
    }

    /// <summary>Ends a load with what another one has stored meanwhile.</summary>
    private void EndWithFound<T>(Load<T> load, CacheResult<T> found)
    {
        if (!load.TryBeginEnd())
        {
            return;
        }

        try
        {
            if (load is CopyingLoad<T> copying)
            {
                copying.Copies = _copies.Copy(found.RawValue);
            }

            load.SetFound();
            load.Ticket!.IsOvertaken = load.Ticket.IsUntold; // What was found may have changed while the answer was under way.
            load.EndWith(found);
        }
        catch (CacheSerializationException exception)
        {
            EndFailed(load, exception);
        }
    }

    /// <summary>Makes the bytes of what was loaded, where its callers get copies, or it matters how large it is. What cannot be serialized then is a failure of the load, whose end was claimed.</summary>
    private bool TrySerialize<TState, T>(Load<T> load, LoadRequest<TState, T> request, T value, out SerializedValue? kept)
    {
        kept = null;
        if (!_tier.IsEnabled || value is null)
        {
            return true;
        }

        try
        {
            if (load is CopyingLoad<T> copying)
            {
                copying.Copies = kept = _copies.Copy(value);
            }

            if (kept is null && request.Settings.MaxSharedBytes != int.MaxValue && _tier.OutlivesProcess)
            {
                kept = ValueCopies.Serialize(value, _serializers);
            }

            return true;
        }
        catch (CacheSerializationException exception)
        {
            Counters.Increment(Counter.LoadFailures);
            _diagnostics.Events.OnLoadFailed(load.Key, exception, load.IsRefresh);
            EndFailed(load, exception);
            return false;
        }
    }

    /// <summary>Calls the loader in the caller's execution context, but without its synchronization context, for which nobody must have to wait.</summary>
    private static async ValueTask<TResult> CallAsync<TCall, TResult>(LoadScope scope, TCall call, Func<TCall, CancellationToken, ValueTask<TResult>> load)
    {
        LoadCycles.Current = scope;
        var synchronizationContext = SynchronizationContext.Current;
        try
        {
            ValueTask<TResult> loading;
            try
            {
                SynchronizationContext.SetSynchronizationContext(null);
                loading = load(call, scope.Token);
            }
            finally
            {
                SynchronizationContext.SetSynchronizationContext(synchronizationContext);
            }

            return await loading.ConfigureAwait(false);
        }
        finally
        {
            scope.Returned();
        }
    }

    private void CountLoad(Load load)
    {
        if (load.Scope.TryCount())
        {
            Counters.Increment(Counter.Loads);
            if (load.IsRefresh)
            {
                Counters.Increment(Counter.Refreshes);
            }
        }
    }

    private void ReportFailure<TState, T>(Load<T> load, LoadRequest<TState, T> request, Exception exception)
    {
        if (!load.TryBeginEnd())
        {
            return;
        }

        if (load.IsRefresh)
        {
            _pauses.Add(request.Key, request.Settings.FailurePause);
            Log.RefreshFailed(_diagnostics.Logger, _diagnostics.Name, request.Key, exception);
        }

        Counters.Increment(Counter.LoadFailures);
        _diagnostics.Events.OnLoadFailed(request.Key, exception, load.IsRefresh);
        EndFailed(load, exception);
    }

    private static void EndFailed(Load load, Exception exception)
    {
        load.Ticket?.Fail(exception);
        load.EndWith(exception);
    }

    /// <summary>Fails a load whose time is over.</summary>
    public void ReportTimeout(Load load, EntrySettings settings)
    {
        if (!load.TryBeginEnd())
        {
            return;
        }

        var exception = new LoadTimeoutException(
            $"Loading '{load.Key}' took longer than LoadTimeout, which is {settings.LoadTimeout}. Raise LoadTimeout for this policy, or give the loader's own calls a shorter limit.");

        // A load that waited for a place all the time is counted here, where its loader was not called.
        CountLoad(load);
        if (load.Scope.TryCountTimeout())
        {
            Counters.Increment(Counter.LoadTimeouts);
        }

        if (load.IsRefresh)
        {
            _pauses.Add(load.Key, settings.FailurePause);
        }

        _diagnostics.Events.OnLoadFailed(load.Key, exception, load.IsRefresh);
        EndFailed(load, exception);
    }

    private TimeSpan Measure(long start, string outcome)
    {
        var elapsed = _clock.Provider.GetElapsedTime(start);
        CacheMetrics.RecordLoad(_diagnostics, elapsed, outcome);
        return elapsed;
    }

    private Activity? StartActivity(Load load, ActivityContext? cause)
    {
        if (!CacheMetrics.Activities.HasListeners())
        {
            return null;
        }

        var activity = cause is not { } origin
            ? CacheMetrics.Activities.StartActivity("larder.load")
            : CacheMetrics.Activities.StartActivity("larder.refresh", ActivityKind.Internal, parentContext: default, links: origin == default ? [] : [new ActivityLink(origin)]);
        activity?.SetTag("larder.cache.name", _diagnostics.Name).SetTag("larder.key", load.Key);
        return activity;
    }

    /// <summary>Ends the ticket of a load, if the load has one that has not ended yet.</summary>
    private ValueTask AbandonFillAsync(FillTicket? ticket) => ticket is { IsLost: false } && ticket.TryEnd() ? EndFillAsync(ticket) : default;

    private async ValueTask EndFillAsync(FillTicket ticket)
    {
        try
        {
            await _tier.AbandonFillAsync(ticket).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            _diagnostics.TierFailed("abandon fill", ticket.Key, exception);
        }
    }
}
