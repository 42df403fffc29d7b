using Larder.Loading;
using Larder.Tiers;

namespace Larder.Views;

internal sealed partial class CacheView
{
    public async ValueTask<IReadOnlyList<CacheResult<T>>> GetManyAsync<T>(IEnumerable<string> keys, CancellationToken cancellationToken = default)
    {
        _core.ThrowIfDisposed();
        var full = _keys.ResolveMany(keys);
        cancellationToken.ThrowIfCancellationRequested();
        var results = new CacheResult<T>[full.Length];
        for (var i = 0; i < full.Length; i++)
        {
            results[i] = CountRead(await _core.Loader.ReadAsync<T>(full[i], ReadIntent.Get, cancellationToken).ConfigureAwait(false));
        }

        return results;
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
        var request = new LoadManyRequest<T>(load, settings, TimeToLiveOf(options, settings), _core.TagsOf(options), _keys.Prefix.Length);
        cancellationToken.ThrowIfCancellationRequested();

        var values = new Dictionary<string, T>(full.Length, StringComparer.Ordinal);
        var missing = new List<string>();
        foreach (var key in full.Distinct(StringComparer.Ordinal))
        {
            var result = CountRead(await _core.Loader.ReadAsync<T>(key, ReadIntent.Get, cancellationToken).ConfigureAwait(false));
            if (result.HasValue)
            {
                values[_keys.Strip(key)] = result.Value;
            }
            else
            {
                missing.Add(key);
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
        var resolved = entries.Select(entry => KeyValuePair.Create(_keys.Resolve(entry.Key, nameof(entries)), entry.Value)).ToArray();
        foreach (var (key, value) in resolved)
        {
            await WriteAsync(key, value, write, WriteCondition.None, cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask<long> RemoveManyAsync(IEnumerable<string> keys, CancellationToken cancellationToken = default)
    {
        _core.ThrowIfDisposed();
        long removed = 0;
        foreach (var key in _keys.ResolveMany(keys))
        {
            removed += await RemoveAsync(key, WriteCondition.None, cancellationToken).ConfigureAwait(false) ? 1 : 0;
        }

        return removed;
    }
}
