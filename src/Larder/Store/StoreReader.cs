using System.Collections.Concurrent;
using Larder.Views;

namespace Larder.Store;

/// <summary>
/// Reads rows and queries through the cache, loading what is absent. While a writer of a strict store has announced itself, what it writes is read from the database and not kept: the loader looks for
/// intents after its load has taken its ticket, so that an intent it does not see comes together with an invalidation that voids the ticket.
/// </summary>
internal sealed class StoreReader(CacheView cache, StoreCore stores)
{
    /// <summary>Finds a row.</summary>
    /// <param name="space">The store.</param>
    /// <param name="id">The text of its id.</param>
    /// <param name="state">Given to the loader.</param>
    /// <param name="load">Reads it from the database.</param>
    /// <param name="options">How it is kept, with <see cref="StoreSpace.RowTags"/>.</param>
    /// <param name="cancellationToken">Cancels the wait of this caller.</param>
    /// <returns>The row; the default when there is none.</returns>
    public ValueTask<T?> FindAsync<TState, T>(
        StoreSpace space, string id, TState state, Func<TState, CancellationToken, ValueTask<T?>> load, CacheEntryOptions options, CancellationToken cancellationToken)
        where T : class
    {
        space.Counters.Read(1);
        return ((ICache)cache).GetOrCreateAsync(
            space.RowKey(id),
            (Reader: this, Space: space, Id: id, State: state, Load: load),
            static async (call, context, token) =>
            {
                call.Space.Counters.Load();
                if (call.Space.IsStrict && await call.Reader.AreHeldAsync(call.Space, [call.Space.RowIntent(call.Id), call.Space.TableIntent], token).ConfigureAwait(false))
                {
                    context.DoNotStore();
                }

                return await call.Load(call.State, token).ConfigureAwait(false);
            },
            options,
            cancellationToken);
    }

    /// <summary>Finds many rows: one read of many keys, and one call of the loader for all that are absent.</summary>
    /// <param name="space">The store.</param>
    /// <param name="ids">The texts of their ids.</param>
    /// <param name="load">Reads rows from the database, by the texts of their ids; leaves out what there is not.</param>
    /// <param name="options">How they are kept, with <see cref="StoreSpace.RowTags"/>.</param>
    /// <param name="cancellationToken">Cancels the wait of this caller.</param>
    /// <returns>The rows that there are, by the texts of their ids.</returns>
    public async ValueTask<Dictionary<string, T>> FindManyAsync<T>(
        StoreSpace space, IReadOnlyCollection<string> ids, Func<IReadOnlyList<string>, CancellationToken, ValueTask<IReadOnlyDictionary<string, T>>> load, CacheEntryOptions options, CancellationToken cancellationToken)
        where T : class
    {
        space.Counters.Read(ids.Count);
        var offset = space.RowKey("").Length;
        var unkept = new ConcurrentDictionary<string, T?>(StringComparer.Ordinal);
        var found = await cache.GetOrCreateManyAsync<T?>(
            ids.Select(space.RowKey),
            async (missing, token) =>
            {
                space.Counters.Load();
                string[] absent = [.. missing.Select(key => key[offset..])];
                var held = space.IsStrict ? await HeldAsync(space, absent, token).ConfigureAwait(false) : [];
                var rows = await load(absent, token).ConfigureAwait(false);
                var kept = new Dictionary<string, T?>(absent.Length, StringComparer.Ordinal);
                foreach (var id in absent)
                {
                    var row = rows.GetValueOrDefault(id);
                    if (held.Contains(id))
                    {
                        unkept[id] = row;
                    }
                    else
                    {
                        kept[space.RowKey(id)] = row;
                    }
                }

                return kept;
            },
            options,
            cancellationToken).ConfigureAwait(false);
        var result = new Dictionary<string, T>(StringComparer.Ordinal);
        var open = new List<string>();
        foreach (var id in ids)
        {
            if (found.TryGetValue(space.RowKey(id), out var row) || unkept.TryGetValue(id, out row))
            {
                if (row is not null)
                {
                    result[id] = row;
                }
            }
            else
            {
                open.Add(id);
            }
        }

        return space.IsStrict && open.Count > 0 ? await AddAsync(space, result, open, load, cancellationToken).ConfigureAwait(false) : result;
    }

    /// <summary>Reads a query through the cache.</summary>
    /// <param name="space">The store that it belongs to.</param>
    /// <param name="hash">What tells it from other queries.</param>
    /// <param name="tables">All stores whose rows it depends on.</param>
    /// <param name="state">Given to the loader.</param>
    /// <param name="load">Runs it in the database.</param>
    /// <param name="options">How the result is kept, with the <see cref="StoreSpace.QueryTags"/> of all tables.</param>
    /// <param name="cancellationToken">Cancels the wait of this caller.</param>
    public ValueTask<T> QueryAsync<TState, T>(
        StoreSpace space, string hash, IReadOnlyList<StoreSpace> tables, TState state, Func<TState, CancellationToken, ValueTask<T>> load, CacheEntryOptions options, CancellationToken cancellationToken)
    {
        space.Counters.Query();
        return ((ICache)cache).GetOrCreateAsync(
            space.QueryKey(hash),
            (Reader: this, Space: space, Tables: tables, State: state, Load: load),
            static async (call, context, token) =>
            {
                call.Space.Counters.Load();
                string[] intents = [.. call.Tables.Where(table => table.IsStrict).Select(table => table.QueryIntent)];
                if (await call.Reader.AreHeldAsync(call.Space, intents, token).ConfigureAwait(false))
                {
                    context.DoNotStore();
                }

                return await call.Load(call.State, token).ConfigureAwait(false);
            },
            options,
            cancellationToken);
    }

    /// <summary>Tells whether any of the intents is held; if that cannot be told, it is taken for held.</summary>
    private async ValueTask<bool> AreHeldAsync(StoreSpace space, string[] intents, CancellationToken cancellationToken)
    {
        try
        {
            var held = await Task.WhenAll(intents.Select(intent => stores.Intents.AreHeldAsync(intent, cancellationToken).AsTask())).ConfigureAwait(false);
            if (!held.Contains(true))
            {
                return false;
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            stores.Diagnostics.TierFailed("look for intents", space.Name, exception);
        }

        space.Counters.Bypass();
        return true;
    }

    private async ValueTask<HashSet<string>> HeldAsync(StoreSpace space, string[] ids, CancellationToken cancellationToken)
    {
        var held = new HashSet<string>(StringComparer.Ordinal);
        if (await AreHeldAsync(space, [space.TableIntent], cancellationToken).ConfigureAwait(false))
        {
            held.UnionWith(ids);
            return held;
        }

        var looks = await Task.WhenAll(ids.Select(async id => (Id: id, IsHeld: await AreHeldAsync(space, [space.RowIntent(id)], cancellationToken).ConfigureAwait(false)))).ConfigureAwait(false);
        held.UnionWith(looks.Where(look => look.IsHeld).Select(look => look.Id));
        return held;
    }

    /// <summary>Adds rows that another caller loaded for us and could not keep, which therefore nobody has told us.</summary>
    private static async ValueTask<Dictionary<string, T>> AddAsync<T>(
        StoreSpace space, Dictionary<string, T> result, List<string> ids, Func<IReadOnlyList<string>, CancellationToken, ValueTask<IReadOnlyDictionary<string, T>>> load, CancellationToken cancellationToken)
        where T : class
    {
        space.Counters.Load();
        space.Counters.Bypass();
        var rows = await load(ids, cancellationToken).ConfigureAwait(false);
        foreach (var id in ids)
        {
            if (rows.TryGetValue(id, out var row))
            {
                result[id] = row;
            }
        }

        return result;
    }
}
