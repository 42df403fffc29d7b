using Larder.Diagnostics;
using Larder.Loading;
using Larder.Tiers;

namespace Larder.Views;

internal sealed partial class CacheView
{
    /// <summary>How many operations of a call for many keys are under way at once.</summary>
    private const int MaxAtOnce = 1000;

    public async ValueTask<IReadOnlyList<CacheResult<T>>> GetManyAsync<T>(IEnumerable<string> keys, CancellationToken cancellationToken = default)
    {
        _core.ThrowIfDisposed();
        var full = _keys.ResolveMany(keys);
        cancellationToken.ThrowIfCancellationRequested();
        return await ReadManyAsync<T>(full, _tiers, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyDictionary<string, T>> GetOrCreateManyAsync<T>(
        IEnumerable<string> keys,
        Func<IReadOnlyList<string>, CancellationToken, ValueTask<IReadOnlyDictionary<string, T>>> load,
        CacheEntryOptions options = default,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(load);
        _core.ThrowIfDisposed();
        var full = _keys.ResolveMany(keys);
        var settings = _core.SettingsOf(options.Policy);
        var request = new LoadManyRequest<T>(load, settings, TimeToLiveOf(options, settings), _core.TagsOf(options), _keys.Prefix.Length, TiersOf(settings.Tiers));
        cancellationToken.ThrowIfCancellationRequested();

        var values = new Dictionary<string, T>(full.Length, StringComparer.Ordinal);
        var missing = new List<string>();
        string[] distinct = [.. full.Distinct(StringComparer.Ordinal)];
        var results = await ReadManyAsync<T>(distinct, request.Tiers, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < distinct.Length; i++)
        {
            if (results[i].HasValue)
            {
                values[_keys.Strip(distinct[i])] = results[i].Value;
            }
            else
            {
                missing.Add(distinct[i]);
            }
        }

        if (missing.Count > 0)
        {
            foreach (var (key, result) in await _core.Loader.LoadManyAsync(request, missing, cancellationToken).ConfigureAwait(false))
            {
                values[_keys.Strip(key)] = result.Value;
            }
        }

        return values;
    }

    public async ValueTask SetManyAsync<T>(IEnumerable<KeyValuePair<string, T>> entries, CacheEntryOptions options = default, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entries);
        _core.ThrowIfDisposed();
        var write = ToWrite(options);
        var resolved = new Dictionary<string, T>(StringComparer.Ordinal);
        var count = 0;
        foreach (var entry in entries)
        {
            count++;
            // The last value of a key counts: what is under way at once may arrive in another order.
            resolved[_keys.Resolve(entry.Key, nameof(entries))] = entry.Value;
        }

        await AtOnceAsync(resolved.ToArray(), entry => WriteAsync(entry.Key, entry.Value, write, WriteCondition.None, cancellationToken), static _ => { }).ConfigureAwait(false);
        _core.Counters.Add(Counter.Sets, count - resolved.Count);
    }

    public async ValueTask<long> RemoveManyAsync(IEnumerable<string> keys, CancellationToken cancellationToken = default)
    {
        _core.ThrowIfDisposed();
        long removed = 0;
        await AtOnceAsync(
            _keys.ResolveMany(keys),
            key => RemoveAsync(key, WriteCondition.None, cancellationToken),
            isRemoved => removed += isRemoved ? 1 : 0).ConfigureAwait(false);
        return removed;
    }

    private async ValueTask<CacheResult<T>[]> ReadManyAsync<T>(string[] keys, CacheTiers tiers, CancellationToken cancellationToken)
    {
        var results = new CacheResult<T>[keys.Length];
        var at = 0;
        await AtOnceAsync(
            keys,
            key => _core.Loader.ReadAsync<T>(key, ReadIntent.Get, tiers, cancellationToken),
            result => results[at++] = _counters.CountRead(result)).ConfigureAwait(false);
        return results;
    }

    /// <summary>
    /// Does something with each of many keys: begins with many before it waits for the first, so that a tier beyond the network gets them together. The results
    /// come in the order of the keys.
    /// </summary>
    private static async ValueTask AtOnceAsync<TItem, TResult>(TItem[] items, Func<TItem, ValueTask<TResult>> begin, Action<TResult> end)
    {
        var begun = new ValueTask<TResult>[Math.Min(items.Length, MaxAtOnce)];
        for (var start = 0; start < items.Length; start += begun.Length)
        {
            var count = Math.Min(begun.Length, items.Length - start);
            for (var i = 0; i < count; i++)
            {
                begun[i] = begin(items[start + i]);
            }

            Exception? failure = null;
            for (var i = 0; i < count; i++)
            {
                try
                {
                    end(await begun[i].ConfigureAwait(false));
                }
                catch (Exception exception)
                {
                    // The others are under way, and are waited for.
                    failure ??= exception;
                }
            }

            if (failure is not null)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
            }
        }
    }
}
