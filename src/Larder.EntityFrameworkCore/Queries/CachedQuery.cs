using System.Text;
using Larder.EntityFrameworkCore.Interception;
using Larder.EntityFrameworkCore.Model;
using Larder.EntityFrameworkCore.Queries;
using Larder.EntityFrameworkCore.Reading;
using Larder.Store;
using Microsoft.EntityFrameworkCore;

namespace Larder.EntityFrameworkCore;

/// <summary>A query that is answered from the cache; made by <c>query.Cached()</c>. Any write of a table that it reads drops the answer. Within a transaction it goes to the database.</summary>
/// <typeparam name="T">What it yields.</typeparam>
public sealed class CachedQuery<T>
{
    private readonly IQueryable<T> _query;
    private readonly ContextCache _context;
    private readonly TimeSpan? _timeToLive;
    private readonly IReadOnlyList<string> _tags;
    private readonly IReadOnlyCollection<EntityStore> _stores;
    private readonly EntityStore? _entity;

    internal CachedQuery(IQueryable<T> query, ContextCache context, TimeSpan? timeToLive, IReadOnlyList<string> tags)
    {
        if (timeToLive is { } given)
        {
            Limits.RequirePositive(given, nameof(timeToLive), nameof(timeToLive));
        }

        (_query, _context, _timeToLive, _tags) = (query, context, timeToLive, tags);
        var types = context.Context.Model;
        _stores = QueryTables.Of(context.Model, types, query.Expression);
        if (_stores.Count == 0)
        {
            throw new InvalidOperationException("The query reads no entity, so nobody could say when its answer is stale.");
        }

        if (types.FindEntityTypes(typeof(T)).ToArray() is [{ } entity])
        {
            _entity = context.Model.StoreOf(entity);
            if (_entity.Key is null || entity.IsOwned())
            {
                throw new InvalidOperationException($"'{entity.DisplayName()}' has no key of its own by which its rows could be kept: select its properties into another type.");
            }
        }
        else if (typeof(T).GetProperties().Any(property => EntityTypesIn.TypesOf(property.PropertyType).Any(type => types.FindEntityTypes(type).Any())))
        {
            throw new InvalidOperationException($"{typeof(T)} holds entities, which would be shared by all who ask. Select their properties, or find them by FindManyCachedAsync.");
        }
    }

    /// <summary>Gets what the query yields.</summary>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>A list of its own; the entities in it too, other values are shared.</returns>
    /// <exception cref="InvalidOperationException">It cannot be told what tells the query from others, see the message.</exception>
    /// <exception cref="ArgumentException">A parameter of the query is of a type of which it is not known what tells two values apart.</exception>
    public async ValueTask<IReadOnlyList<T>> ToListAsync(CancellationToken cancellationToken = default) =>
        _entity is not null ? await EntitiesAsync(_query, "list", cancellationToken).ConfigureAwait(false)
            : await RunAsync<T[]>("list", async (query, token) => await query.ToArrayAsync(token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    /// <summary>Gets the first that the query yields.</summary>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The first; the default when there is none.</returns>
    /// <exception cref="InvalidOperationException">As for <see cref="ToListAsync"/>.</exception>
    public async ValueTask<T?> FirstOrDefaultAsync(CancellationToken cancellationToken = default) =>
        _entity is not null ? (await EntitiesAsync(_query.Take(1), "first", cancellationToken).ConfigureAwait(false)).FirstOrDefault()
            : (await RunAsync<T[]>("first", async (query, token) => await query.Take(1).ToArrayAsync(token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false)).FirstOrDefault();

    /// <summary>Counts what the query yields.</summary>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>How many.</returns>
    /// <exception cref="InvalidOperationException">As for <see cref="ToListAsync"/>.</exception>
    public ValueTask<long> LongCountAsync(CancellationToken cancellationToken = default) =>
        RunAsync("count", static async (query, token) => await query.LongCountAsync(token).ConfigureAwait(false), cancellationToken);

    /// <summary>Tells whether the query yields anything.</summary>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>Whether it does.</returns>
    /// <exception cref="InvalidOperationException">As for <see cref="ToListAsync"/>.</exception>
    public ValueTask<bool> AnyAsync(CancellationToken cancellationToken = default) =>
        RunAsync("any", static async (query, token) => await query.AnyAsync(token).ConfigureAwait(false), cancellationToken);

    /// <summary>Reads the keys, and then their rows, which are cached once however many queries yield them.</summary>
    private async ValueTask<IReadOnlyList<T>> EntitiesAsync(IQueryable<T> query, string operation, CancellationToken cancellationToken)
    {
        if (!Reads())
        {
            return [.. (await LoadEntitiesAsync(query, cancellationToken).ConfigureAwait(false)).Cast<T>()];
        }

        var keys = new QueryKeys<T>(_entity!.Key!.Properties);
        var ids = keys.Parse(await RunAsync(operation, async (_, token) => await keys.LoadAsync(query, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false));
        if (ids.Length == 0)
        {
            return [];
        }

        var distinct = ids.DistinctBy(key => _entity.Key!.TextOf(key)).ToArray();
        var rows = await new EntityReader(_context, _entity).FindManyAsync(distinct, cancellationToken).ConfigureAwait(false);
        if (distinct.Length == ids.Length)
        {
            return [.. rows.OfType<T>()];
        }

        var byId = distinct.Select((key, i) => (Id: _entity.Key.TextOf(key)!, Row: rows[i])).ToDictionary(pair => pair.Id, pair => pair.Row, StringComparer.Ordinal);
        return [.. ids.Select(key => byId[_entity.Key.TextOf(key)!]).OfType<T>()];
    }

    private static async ValueTask<List<object>> LoadEntitiesAsync(IQueryable<T> query, CancellationToken cancellationToken)
    {
        var detached = (IQueryable<object>)EntityFrameworkQueryableExtensions.IgnoreAutoIncludes(EntityFrameworkQueryableExtensions.AsNoTracking((IQueryable<object>)query));
        return await detached.ToListAsync(cancellationToken).ConfigureAwait(false);
    }

    private bool Reads() => _stores.All(_context.Reads);

    private async ValueTask<TResult> RunAsync<TResult>(string operation, Func<IQueryable<T>, CancellationToken, ValueTask<TResult>> run, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var tenant = _context.Tenant;
        StoreSpace[] spaces = [.. _stores.Select(store => store.SpaceOf(tenant))];
        if (!Reads())
        {
            spaces[0].Counters.Query();
            spaces[0].Counters.Bypass();
            spaces[0].Counters.Load();
            return await run(_query, cancellationToken).ConfigureAwait(false);
        }

        var hash = Hash(operation);
        var options = new CacheEntryOptions
        {
            TimeToLive = _timeToLive,
            Tags = [.. spaces.Select(space => space.QueryTag).Concat(_tags).Distinct(StringComparer.Ordinal)],
            Policy = EntityStore.Foreground,
        };
        var load = new OwnLoad<TResult>(token => run(_query, token), cancellationToken);
        try
        {
            return await _context.Stores.Reader.QueryAsync(spaces[0], hash, spaces, load, static (load, token) => load.RunAsync(token), options, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (load.IsOfAnother(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            spaces[0].Counters.Load();
            return await run(_query, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await load.LeaveAsync().ConfigureAwait(false);
        }
    }

    private string Hash(string operation)
    {
        var (text, values) = QueryText.Of(_query.Expression);
        var filters = _stores.Where(store => store.Filters.Any).OrderBy(store => store.Name, StringComparer.Ordinal);
        return QueryHash.Of(text, [operation, typeof(T).AssemblyQualifiedName, _context.Model.Provider, ModelText(), .. values, .. filters.SelectMany(store => store.Filters.ValuesOf(_context.Context).Prepend(store.Filters.Text))]);
    }

    /// <summary>Gets what changes when one of the entity types changes.</summary>
    private string ModelText()
    {
        var text = new StringBuilder();
        foreach (var store in _stores.OrderBy(store => store.Name, StringComparer.Ordinal))
        {
            text.Append(store.Name).Append('=').Append(store.ModelHash).Append(' ');
        }

        return text.ToString();
    }
}
