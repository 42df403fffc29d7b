using Larder.EntityFrameworkCore.Interception;
using Larder.EntityFrameworkCore.Model;
using Larder.Store;

namespace Larder.EntityFrameworkCore.Reading;

/// <summary>Finds rows of one store for one context: through the cache, or past it where the context is within a transaction.</summary>
internal readonly struct EntityReader
{
    /// <summary>How often a caller waits for the load of somebody else before it loads by itself.</summary>
    private const int MaxJoins = 3;

    private readonly ContextCache _context;
    private readonly EntityStore _store;
    private readonly StoreSpace _space;
    private readonly CacheEntryOptions _options;

    public EntityReader(ContextCache context, EntityStore store)
    {
        (_context, _store, _space) = (context, store, store.SpaceOf(context.Tenant));
        _options = new CacheEntryOptions { Tags = _space.RowTags, Policy = store.Policy };
    }

    /// <summary>Gets whether the cache is asked. Whether a row is seen must not change without the row, so a filter that looks at other rows is asked in the database.</summary>
    private bool MayReadCache => _context.Reads(_store) && !_store.Filters.DependsOnOthers;

    /// <summary>Finds one row.</summary>
    /// <param name="key">The values of its key.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async ValueTask<object?> FindAsync(object?[] key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!MayReadCache)
        {
            _space.Counters.Read(1);
            return await LoadPastCacheAsync(key, cancellationToken).ConfigureAwait(false);
        }

        var id = _store.Key!.TextOf(key)!;
        var (variant, shapes) = (_store.Filters.VariantOf(_context.Context), _store.Shapes);
        var isRenewed = false;
        for (var joins = 0; joins < MaxJoins; joins++)
        {
            var row = await TryFindAsync(id, key, variant, cancellationToken).ConfigureAwait(false);
            if (!row.IsKnown)
            {
                continue;
            }

            if (row.Entity is not null)
            {
                return row.Entity;
            }

            if (row.Bytes is null)
            {
                if (row.IsOwn || _store.Key.IsExact)
                {
                    return null;
                }

                // Another may have found a row that it could not keep.
                break;
            }

            var match = shapes.Read(row.Bytes, variant, _context.Context, out var entity);
            if (match == RowMatch.Same)
            {
                return entity;
            }

            if (match == RowMatch.OtherFilter || isRenewed)
            {
                break;
            }

            // The row of an earlier version gives way to that of this one.
            isRenewed = true;
            await _context.RemoveAsync(_space, id, cancellationToken).ConfigureAwait(false);
        }

        return await LoadPastCacheAsync(key, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Finds many rows.</summary>
    /// <param name="keys">The values of their keys, each other than the others.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>For each key the row; <see langword="null"/> where there is none.</returns>
    public async ValueTask<object?[]> FindManyAsync(object?[][] keys, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var ids = new string[keys.Length];
        var byId = new Dictionary<string, object?[]>(keys.Length, StringComparer.Ordinal);
        for (var i = 0; i < keys.Length; i++)
        {
            byId[ids[i] = _store.Key!.TextOf(keys[i])!] = keys[i];
        }

        var rows = MayReadCache
            ? await FindThroughCacheAsync(byId, cancellationToken).ConfigureAwait(false)
            : await LoadManyPastCacheAsync(byId, cancellationToken).ConfigureAwait(false);
        var result = new object?[keys.Length];
        for (var i = 0; i < ids.Length; i++)
        {
            result[i] = rows.GetValueOrDefault(ids[i]);
        }

        return result;
    }

    private async ValueTask<Dictionary<string, object>> FindThroughCacheAsync(Dictionary<string, object?[]> byId, CancellationToken cancellationToken)
    {
        var (variant, shapes, store, context) = (_store.Filters.VariantOf(_context.Context), _store.Shapes, _store, _context);
        var loaded = new Dictionary<string, object>(StringComparer.Ordinal);
        IReadOnlyList<string> asked = [];
        var load = new OwnLoad<IReadOnlyDictionary<string, byte[]>>(
            async token =>
            {
                loaded.Clear();
                foreach (var entity in await store.Loader.LoadManyAsync(context.Context, [.. asked.Select(id => byId[id])], token).ConfigureAwait(false))
                {
                    loaded[store.Key!.TextOf(entity) ?? throw NoKey(store)] = entity;
                }

                return loaded.ToDictionary(row => row.Key, row => shapes.Write(row.Value, variant), StringComparer.Ordinal);
            },
            cancellationToken);
        Dictionary<string, byte[]> found;
        try
        {
            found = await _context.Stores.Reader.FindManyAsync<byte[]>(
                _space,
                byId.Keys,
                (missing, token) =>
                {
                    asked = missing;
                    return load.RunAsync(token);
                },
                _options,
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (load.IsOfAnother(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            await load.LeaveAsync().ConfigureAwait(false);
            return await LoadManyPastCacheAsync(byId, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await load.LeaveAsync().ConfigureAwait(false);
        }

        var result = new Dictionary<string, object>(byId.Count, StringComparer.Ordinal);
        foreach (var (id, bytes) in found)
        {
            if (loaded.TryGetValue(id, out var entity) || shapes.Read(bytes, variant, _context.Context, out entity) == RowMatch.Same)
            {
                result[id] = entity!;
            }
            else if (await FindAsync(byId[id], cancellationToken).ConfigureAwait(false) is { } other)
            {
                result[id] = other;
            }
        }

        if (_store.Key is { IsExact: false } && loaded.Keys.Any(id => !byId.ContainsKey(id)))
        {
            // The database found rows under keys that are written otherwise here.
            foreach (var (id, key) in byId.Where(pair => !result.ContainsKey(pair.Key)).ToArray())
            {
                if (await LoadPastCacheAsync(key, cancellationToken).ConfigureAwait(false) is { } other)
                {
                    result[id] = other;
                }
            }
        }

        return result;
    }

    private async ValueTask<(bool IsKnown, bool IsOwn, byte[]? Bytes, object? Entity)> TryFindAsync(string id, object?[] key, string variant, CancellationToken cancellationToken)
    {
        var (store, context) = (_store, _context);
        object? loaded = null;
        var load = new OwnLoad<byte[]?>(
            async token =>
            {
                loaded = await store.Loader.LoadAsync(context.Context, key, token).ConfigureAwait(false);
                if (loaded is null)
                {
                    return null;
                }

                // A key that is written otherwise in the row would not be found when the row is written.
                return store.Key!.TextOf(loaded) == id ? store.Shapes.Write(loaded, variant) : null;
            },
            cancellationToken);
        try
        {
            var bytes = await _context.Stores.Reader.FindAsync(_space, id, load, static (load, token) => load.RunAsync(token), _options, cancellationToken).ConfigureAwait(false);
            return (true, load.HasRun, bytes, load.HasRun ? loaded : null);
        }
        catch (Exception exception) when (load.IsOfAnother(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            return default;
        }
        finally
        {
            await load.LeaveAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<object?> LoadPastCacheAsync(object?[] key, CancellationToken cancellationToken)
    {
        _space.Counters.Bypass();
        _space.Counters.Load();
        return await _store.Loader.LoadAsync(_context.Context, key, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<Dictionary<string, object>> LoadManyPastCacheAsync(Dictionary<string, object?[]> byId, CancellationToken cancellationToken)
    {
        _space.Counters.Bypass();
        _space.Counters.Load();
        var rows = new Dictionary<string, object>(StringComparer.Ordinal);
        foreach (var entity in await _store.Loader.LoadManyAsync(_context.Context, [.. byId.Values], cancellationToken).ConfigureAwait(false))
        {
            rows[_store.Key!.TextOf(entity) ?? throw NoKey(_store)] = entity;
        }

        foreach (var (id, key) in byId.Where(pair => !rows.ContainsKey(pair.Key)).ToArray())
        {
            if (_store.Key is { IsExact: false } && await _store.Loader.LoadAsync(_context.Context, key, cancellationToken).ConfigureAwait(false) is { } other)
            {
                rows[id] = other;
            }
        }

        return rows;
    }

    private static InvalidOperationException NoKey(EntityStore store) => new($"The key of '{store.Name}' is not held by the entity.");
}
