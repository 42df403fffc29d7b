using Larder.Diagnostics;
using Larder.Tiers;

namespace Larder.Loading;

internal sealed partial class Loader
{
    /// <summary>
    /// Loads many missing keys: those that are being loaded already are waited for, the others are loaded with one call of the loader, and
    /// can be joined by callers of single keys meanwhile.
    /// </summary>
    /// <returns>The loaded values by key; keys that the loader did not find are left out.</returns>
    public async ValueTask<Dictionary<string, CacheResult<T>>> LoadManyAsync<T>(
        LoadManyRequest<T> request, IReadOnlyList<string> missing, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, typeof(ICache));
        var scope = new LoadScope();
        var waits = new List<(string Key, Load<T> Load, long JoinedAt)>(missing.Count);
        var mine = new List<Load<T>>();
        foreach (var key in missing)
        {
            var joinedAt = _tier.TagClock;
            var load = ClaimOrJoin<T>(key, scope, out var isMine);
            waits.Add((key, load, isMine ? 0 : joinedAt));
            if (isMine)
            {
                mine.Add(load);
            }
        }

        if (mine.Count > 0)
        {
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
                if (result.Version == 0 && joinedAt > load.Ticket?.StartClock)
                {
                    (again ??= []).Add(key);
                }
                else if (result.HasValue)
                {
                    results[key] = result;
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
            foreach (var (key, result) in await LoadManyAsync(request, again, cancellationToken).ConfigureAwait(false))
            {
                results[key] = result;
            }
        }

        return results;
    }

    private Load<T> ClaimOrJoin<T>(string key, LoadScope scope, out bool isMine)
    {
        Load<T>? created = null;
        while (true)
        {
            if (_running.TryGetValue(key, out var running) && running is Load<T> other && other.TryJoin())
            {
                Counters.Increment(Counter.JoinedLoads);
                isMine = false;
                return other;
            }

            created ??= new Load<T>(key, isRefresh: false, scope, EndedLoad);
            if (running is null ? _running.TryAdd(key, created) : _running.TryUpdate(key, created, running))
            {
                scope.Add(created);
                isMine = true;
                return created;
            }
        }
    }

    private async Task RunManyAsync<T>(List<Load<T>> loads, LoadScope scope, LoadManyRequest<T> request)
    {
        try
        {
            scope.StartTimeout(request.Settings.LoadTimeout, _clock.Provider, (timedOut, exception) => ReportTimeout(timedOut, exception, request.Settings));
            var open = new List<Load<T>>(loads.Count);
            foreach (var load in loads)
            {
                load.Ticket = await BeginFillAsync(load.Key, request.Tags, scope.Token).ConfigureAwait(false);
                if (await ReadAsync<T>(load.Key, ReadIntent.Peek, scope.Token).ConfigureAwait(false) is { HasValue: true, IsStale: false } found)
                {
                    await AbandonFillAsync(load.Ticket).ConfigureAwait(false);
                    if (load.TryBeginEnd())
                    {
                        load.EndWith(found);
                    }
                }
                else
                {
                    open.Add(load);
                }
            }

            if (open.Count > 0)
            {
                await CallAndStoreManyAsync(open, scope, request).ConfigureAwait(false);
            }
        }
        catch (Exception exception)
        {
            foreach (var load in loads)
            {
                if (load.Ticket is { } ticket)
                {
                    await AbandonFillAsync(ticket).ConfigureAwait(false);
                }

                if (load.Fail(exception))
                {
                    _diagnostics.Events.OnLoadFailed(load.Key, exception, isRefresh: false);
                }
            }
        }
        finally
        {
            scope.Returned();
        }
    }

    private async Task CallAndStoreManyAsync<T>(List<Load<T>> loads, LoadScope scope, LoadManyRequest<T> request)
    {
        Counters.Increment(Counter.Loads);
        var start = _clock.Provider.GetTimestamp();
        IReadOnlyDictionary<string, T> values;
        try
        {
            LoadCycles.Current = scope;
            values = await request.Load([.. loads.Select(load => load.Key[request.PrefixLength..])], scope.Token).ConfigureAwait(false)
                ?? throw new InvalidOperationException("The loader of many keys returned null in place of a dictionary.");
        }
        catch
        {
            Measure(start, "failure");
            Counters.Increment(Counter.LoadFailures);
            throw;
        }

        var elapsed = Measure(start, "success");
        foreach (var load in loads)
        {
            if (!load.TryBeginEnd())
            {
                await AbandonFillAsync(load.Ticket!).ConfigureAwait(false);
            }
            else if (values.TryGetValue(load.Key[request.PrefixLength..], out var value))
            {
                load.EndWith(await StoreAsync(load, request.For(load.Key), value, NewContext(load.Key, request.Tags), elapsed).ConfigureAwait(false));
            }
            else
            {
                await AbandonFillAsync(load.Ticket!).ConfigureAwait(false);
                load.EndWith(default(CacheResult<T>));
            }
        }
    }

    private LoadContext NewContext(string key, string[]? tags) => new(key, isRefresh: false, hasStale: false, staleValue: null, tags, _options);
}
