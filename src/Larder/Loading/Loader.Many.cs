using Larder.Diagnostics;
using Larder.Serialization;
using Larder.Tiers;

namespace Larder.Loading;

internal sealed partial class Loader
{
    /// <summary>
    /// Loads many missing keys: those that are being loaded already are waited for, the others are loaded with one call of the loader, and
    /// can be joined by callers of single keys meanwhile.
    /// </summary>
    /// <returns>The loaded values by key; keys that the loader did not find are left out.</returns>
    public ValueTask<Dictionary<string, CacheResult<T>>> LoadManyAsync<T>(LoadManyRequest<T> request, IReadOnlyList<string> missing, CancellationToken cancellationToken) =>
        LoadManyAsync(request, missing, isFirst: true, cancellationToken);

    private async ValueTask<Dictionary<string, CacheResult<T>>> LoadManyAsync<T>(
        LoadManyRequest<T> request, IReadOnlyList<string> missing, bool isFirst, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, typeof(ICache));
        foreach (var key in missing)
        {
            LoadCycles.ThrowIfWithin(this, key);
            if (_running.TryGet(new LoadPlace(key), out var running) && running is { IsEnding: true, IsCurrent: true })
            {
                await EndsAsync(running, softTimeout: null, cancellationToken).ConfigureAwait(false);
            }
        }

        var scope = new LoadScope(this, LoadCycles.Current, request.Settings);
        var waits = new List<(string Key, Load<T> Load, long JoinedAt)>(missing.Count);
        var mine = new List<Load<T>>();
        scope.HoldTimeout();
        foreach (var key in missing)
        {
            var load = ClaimOrJoin<T>(key, scope, isFirst, out var joinedAt);
            waits.Add((key, load, joinedAt ?? BeganLater));
            if (joinedAt is null)
            {
                mine.Add(load);
            }
        }

        if (mine.Count > 0)
        {
            scope.StartHeldTimeout();
            _ = RunManyAsync(mine, scope, request);
        }

        var results = new Dictionary<string, CacheResult<T>>(missing.Count, StringComparer.Ordinal);
        List<string>? again = null;
        Exception? failure = null;
        foreach (var (key, load, joinedAt) in waits)
        {
            try
            {
                var result = (await WaitAsync(load, softTimeout: null, cancellationToken).ConfigureAwait(false)).GetValueOrDefault();
                if (MayTake(result, load, joinedAt))
                {
                    results[key] = result;
                }
                else if (result.HasValue || load.IsInconclusive || MayBeOvertaken(load, joinedAt))
                {
                    (again ??= []).Add(key);
                }
            }
            catch (Exception exception)
            {
                // The other waits are gone through all the same, so that each load loses this caller.
                failure ??= exception;
            }
        }

        if (failure is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }

        if (again is not null)
        {
            foreach (var (key, result) in await LoadManyAsync(request, again, isFirst: false, cancellationToken).ConfigureAwait(false))
            {
                results[key] = result;
            }
        }

        return results;
    }

    /// <summary>Joins the load of a key that is under way, or makes one.</summary>
    /// <param name="key">The key.</param>
    /// <param name="scope">The call of the loader that the new load is a part of.</param>
    /// <param name="isFirst">Whether a load that is found may have begun before the caller came.</param>
    /// <param name="joinedAt">As of <see cref="JoinClock"/>; <see langword="null"/> where the load is a new one.</param>
    private Load<T> ClaimOrJoin<T>(string key, LoadScope scope, bool isFirst, out long? joinedAt)
    {
        Load<T>? created = null;
        for (var counts = isFirst; ; isFirst = false)
        {
            Load? running = null;
            if (_tier.IsEnabled && _running.TryGet(new LoadPlace(key), out running) && running is Load<T> other)
            {
                joinedAt = JoinClock(other, isFirst);
                if (other.TryJoin())
                {
                    if (counts)
                    {
                        Counters.Increment(Counter.JoinedLoads);
                    }

                    return other;
                }
            }

            created ??= NewLoad<T>(new LoadPlace(key), isRefresh: false, scope);
            if (TryPublish(created, running))
            {
                scope.Add(created);
                joinedAt = null;
                return created;
            }
        }
    }

    private async Task RunManyAsync<T>(List<Load<T>> loads, LoadScope scope, LoadManyRequest<T> request)
    {
        var hasPlace = false;
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(ICache));
            hasPlace = _places is not null && await _places.EnterAsync(scope).ConfigureAwait(false);

            // What other processes load is waited for after this one has loaded what it can, and one at a time: two that held some keys and waited for others would wait for each other.
            var taken = await LoadOpenAsync(loads, scope, request, FillMode.Skip).ConfigureAwait(false);
            while (taken.Count > 0 && !scope.HasEnded)
            {
                await LoadOpenAsync(taken[..1], scope, request, ModeOf(scope, isForced: false, isInBackground: false)).ConfigureAwait(false);
                taken = await LoadOpenAsync(taken[1..], scope, request, FillMode.Skip).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            foreach (var load in loads)
            {
                load.Fail(exception);
            }
        }
        finally
        {
            scope.Returned();
            foreach (var load in loads)
            {
                await AbandonFillAsync(load.Ticket).ConfigureAwait(false);
            }

            if (hasPlace)
            {
                _places!.Leave();
            }
        }
    }

    /// <summary>Loads what nobody else loads, and ends the loads of what is there by now.</summary>
    /// <returns>The loads of what others load.</returns>
    private async ValueTask<List<Load<T>>> LoadOpenAsync<T>(List<Load<T>> loads, LoadScope scope, LoadManyRequest<T> request, FillMode mode)
    {
        // All have begun, or failed to, before any of it is handled: what one has claimed by then is given back if another failed.
        var begun = await Task.WhenAll(loads.Select(load => BeginAsync(load, request.Tags, IsOwn(request.Settings), request.Tiers, mode, presentVersion: -1).AsTask())).ConfigureAwait(false);
        var open = new List<Load<T>>(loads.Count);
        var taken = new List<Load<T>>();
        for (var i = 0; i < loads.Count; i++)
        {
            var found = begun[i];
            if (found.HasValue)
            {
                EndWithFound(loads[i], found);
            }
            else
            {
                (loads[i].Ticket is { IsTaken: true } ? taken : open).Add(loads[i]);
            }
        }

        if (open.Count > 0 && !scope.HasEnded)
        {
            await CallAndStoreManyAsync(open, scope, request).ConfigureAwait(false);
        }

        return taken;
    }

    private async Task CallAndStoreManyAsync<T>(List<Load<T>> loads, LoadScope scope, LoadManyRequest<T> request)
    {
        CountLoad(loads[0]);
        var start = _clock.Provider.GetTimestamp();
        IReadOnlyDictionary<string, T> values;
        try
        {
            IReadOnlyList<string> keys = [.. loads.Select(load => load.Key[request.PrefixLength..])];
            values = await CallAsync(scope, (request.Load, keys), static (call, token) => call.Load(call.keys, token)).ConfigureAwait(false)
                ?? throw new InvalidOperationException("The loader of many keys returned null in place of a dictionary.");
        }
        catch (Exception exception)
        {
            Measure(start, scope.HasEnded ? "abandoned" : "failure");
            ReportFailure(loads, exception);
            return;
        }

        var elapsed = Measure(start, scope.HasEnded ? "abandoned" : "success");
        await Task.WhenAll(loads.Select(load => EndAsync(load, request, values, elapsed).AsTask())).ConfigureAwait(false);
    }

    private async ValueTask EndAsync<T>(Load<T> load, LoadManyRequest<T> request, IReadOnlyDictionary<string, T> values, TimeSpan elapsed)
    {
        SerializedValue? kept = null;
        var isFound = values.TryGetValue(load.Key[request.PrefixLength..], out var value);
        if (load.TryBeginEnd() && (!isFound || TrySerialize(load, request.For(load.Key), value!, out kept)))
        {
            if (isFound)
            {
                load.EndWith(await StoreAsync(load, request.For(load.Key), value!, kept, NewContext(load.Key, request.Tags), elapsed).ConfigureAwait(false));
                return;
            }

            await FindOutAsync(load, request.Tags).ConfigureAwait(false);
            load.EndWith(default(CacheResult<T>));
        }
    }

    /// <summary>Fails all loads of a batch that are still open: one failure, however many keys.</summary>
    private void ReportFailure<T>(List<Load<T>> loads, Exception exception)
    {
        var open = loads.FindAll(load => load.TryBeginEnd());
        if (open.Count > 0)
        {
            Counters.Increment(Counter.LoadFailures);
        }

        foreach (var load in open)
        {
            _diagnostics.Events.OnLoadFailed(load.Key, exception, isRefresh: false);
            EndFailed(load, exception);
        }
    }

    private LoadContext NewContext(string key, string[]? tags) => new(key, isRefresh: false, hasStale: false, staleValue: null, tags, _options);
}
