using Larder.Views;
using Larder.Writing;

namespace Larder.Store;

/// <summary>A store over a source of rows: reads through <see cref="StoreReader"/>, writes with a <see cref="ChangeSet"/> each, or with that of the transaction around them.</summary>
internal sealed class CachedStore<TEntity, TKey> : ICachedStore<TEntity, TKey>, IStoreRows<TKey>
    where TEntity : class
    where TKey : notnull
{
    private readonly CacheView _view;
    private readonly ICacheSource<TKey, TEntity> _source;
    private readonly Func<TEntity, TKey> _idOf;
    private readonly Func<TKey, string> _idText;
    private readonly StoreOptions _options;
    private readonly CacheEntryOptions _rows;
    private readonly CacheEntryOptions _queries;
    private readonly IReadOnlyList<string> _labels;

    public CachedStore(CacheView view, string name, ICacheSource<TKey, TEntity> source, Func<TEntity, TKey> idOf, StoreOptions options, Func<TKey, string>? keyText)
    {
        StoreOptionsValidator.ThrowIfInvalid(name, options);
        (_view, _source, _idOf, _options, _labels) = (view, source, idOf, options, []);
        _idText = StoreId.Of(keyText);
        Stores = view.Core.Stores;
        Stores.IntentLife = options.IntentLife > Stores.IntentLife ? options.IntentLife : Stores.IntentLife;
        Space = new StoreSpace(name, options.Consistency, Stores.CountersOf(name));
        var policy = (options.Policy ?? new CachePolicy()) with { TimeToLive = options.TimeToLive ?? options.Policy?.TimeToLive };
        _rows = new() { Tags = Space.RowTags, Policy = policy with { StoreNull = options.NegativeTimeToLive is not null, NegativeTimeToLive = options.NegativeTimeToLive } };
        _queries = new() { Tags = Space.QueryTags, Policy = policy };
        Cache = new StoreEntries<TEntity, TKey>(view, Space, _idText, _rows);
        if (source is IReplicated<TKey> replicated)
        {
            Space.Replica = replicated.Lag;
            replicated.Bind(this);
        }
    }

    private CachedStore(CachedStore<TEntity, TKey> store, IReadOnlyList<string> labels)
    {
        (_view, _source, _idOf, _idText, _options, _rows, _queries) = (store._view, store._source, store._idOf, store._idText, store._options, store._rows, store._queries);
        (Stores, Space, Cache, _labels) = (store.Stores, store.Space, store.Cache, labels);
    }

    public StoreCore Stores { get; }

    public StoreSpace Space { get; }

    public string Name => Space.Name;

    public StoreStatistics Statistics => Space.Counters.Snapshot();

    public ChangeFeed Changes => Stores.Feed;

    public StoreEntries<TEntity, TKey> Cache { get; }

    public string TextOf(TKey id) => _idText(id);

    public ValueTask<TEntity?> FindAsync(TKey id, CancellationToken cancellationToken = default)
    {
        var text = _idText(id);
        if (IsBypassed())
        {
            Space.Counters.Read(1);
            Space.Counters.Load();
            return _source.LoadAsync(id, cancellationToken);
        }

        return Stores.Reader.FindAsync(Space, text, (Source: _source, Id: id), static (call, token) => call.Source.LoadAsync(call.Id, token), _rows, cancellationToken);
    }

    public async ValueTask<IReadOnlyDictionary<TKey, TEntity>> FindManyAsync(IEnumerable<TKey> ids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var byText = new Dictionary<string, TKey>(StringComparer.Ordinal);
        foreach (var id in ids)
        {
            byText[_idText(id)] = id;
        }

        if (byText.Count == 0)
        {
            return new Dictionary<TKey, TEntity>();
        }

        if (IsBypassed())
        {
            Space.Counters.Read(byText.Count);
            Space.Counters.Load();
            return await _source.LoadManyAsync([.. byText.Values], cancellationToken).ConfigureAwait(false);
        }

        var rows = await Stores.Reader.FindManyAsync<TEntity>(Space, byText.Keys, (texts, token) => LoadManyAsync(texts, byText, token), _rows, cancellationToken).ConfigureAwait(false);
        return rows.ToDictionary(row => byText[row.Key], row => row.Value);
    }

    public async ValueTask<IReadOnlyList<TEntity>> QueryAsync(StoreQuery query, Func<CancellationToken, ValueTask<IReadOnlyList<TKey>>> load, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(load);
        var ids = await QueryValueAsync(query, async token => (await load(token).ConfigureAwait(false)).ToArray(), cancellationToken).ConfigureAwait(false);
        var rows = await FindManyAsync(ids, cancellationToken).ConfigureAwait(false);
        return [.. ids.Select(rows.GetValueOrDefault).OfType<TEntity>()];
    }

    public ValueTask<TResult> QueryValueAsync<TResult>(StoreQuery query, Func<CancellationToken, ValueTask<TResult>> load, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(load);
        if (IsBypassed())
        {
            Space.Counters.Query();
            Space.Counters.Load();
            return load(cancellationToken);
        }

        // Which of the other stores are strict is not known here: it does no harm to look for intents that nobody puts.
        StoreSpace[] tables = [Space, .. query.Tables.Select(table => new StoreSpace(table, _options.Consistency))];
        var options = tables.Length == 1 ? _queries : _queries with { Tags = [.. tables.Select(table => table.QueryTag).Distinct(StringComparer.Ordinal)] };
        return Stores.Reader.QueryAsync(Space, query.Hash, tables, load, static (load, token) => load(token), options, cancellationToken);
    }

    public async ValueTask InsertAsync(TEntity entity, CancellationToken cancellationToken = default) => await SaveAsync(entity, EntityChangeKind.Create, cancellationToken).ConfigureAwait(false);

    public ValueTask<TEntity> InsertAsync(Func<CancellationToken, ValueTask<TEntity>> insert, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(insert);
        return WriteAsync(
            changes =>
            {
                if (Space.IsStrict && _options.NegativeTimeToLive is not null)
                {
                    // Somebody may have asked for the row before anybody could name it.
                    changes.AddTable(Space, isTold: false);
                }

                changes.AddQueries(Space);
            },
            insert,
            (changes, entity) => changes.Add(Space, _idText(_idOf(entity)), EntityChangeKind.Create, _labels),
            cancellationToken);
    }

    public async ValueTask UpdateAsync(TEntity entity, CancellationToken cancellationToken = default) => await SaveAsync(entity, EntityChangeKind.Update, cancellationToken).ConfigureAwait(false);

    public async ValueTask UpdateManyAsync(IEnumerable<TEntity> entities, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entities);
        var writes = entities.Select(entity => new SourceWrite<TKey, TEntity>(_idOf(entity), entity, Version: null)).ToArray();
        if (writes.Length > 0)
        {
            await WriteAsync(
                Rows(writes.Select(write => write.Key), EntityChangeKind.Update), async token =>
                {
                    await _source.SaveManyAsync(writes, token).ConfigureAwait(false);
                    return writes.Length;
                },
                then: null,
                cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask DeleteAsync(TKey id, CancellationToken cancellationToken = default) => await DeleteManyAsync([id], cancellationToken).ConfigureAwait(false);

    public async ValueTask DeleteManyAsync(IEnumerable<TKey> ids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        TKey[] all = [.. ids];
        if (all.Length > 0)
        {
            await WriteAsync(
                Rows(all, EntityChangeKind.Delete),
                async token =>
                {
                    await _source.DeleteManyAsync(all, token).ConfigureAwait(false);
                    return all.Length;
                },
                then: null,
                cancellationToken).ConfigureAwait(false);
        }
    }

    public ValueTask<int> ExecuteAsync(Func<CancellationToken, ValueTask<int>> command, IEnumerable<TKey>? ids = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        return WriteAsync(ids is null ? changes => changes.AddTable(Space, _labels) : Rows([.. ids], EntityChangeKind.Update), command, then: null, cancellationToken);
    }

    public ValueTask InvalidateAsync(params IEnumerable<TKey> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        return InvalidateAsync(changes =>
        {
            foreach (var id in ids)
            {
                changes.Add(Space, _idText(id), EntityChangeKind.Update, isTold: false);
            }
        });
    }

    public ValueTask InvalidateQueriesAsync() => InvalidateAsync(changes => changes.AddQueries(Space));

    public ValueTask InvalidateAllAsync() => InvalidateAsync(changes => changes.AddTable(Space, isTold: false));

    public Task<WarmUpResult> WarmUpAsync(IAsyncEnumerable<TKey> ids, WarmUpOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        options ??= new WarmUpOptions();
        SourceCacheOptionsValidator.ThrowIfInvalid(options);
        return new WarmUp<TKey>(
            async (batch, token) => (await FindManyAsync(batch, token).ConfigureAwait(false)).Count,
            async (id, token) => await FindAsync(id, token).ConfigureAwait(false) is not null,
            Cache.KeyOf,
            options,
            Stores.Diagnostics,
            Stores.Time).RunAsync(ids, cancellationToken);
    }

    public ICachedStore<TEntity, TKey> WithLabels(params IReadOnlyList<string> labels)
    {
        ArgumentNullException.ThrowIfNull(labels);
        return new CachedStore<TEntity, TKey>(this, [.. labels]);
    }

    private bool IsBypassed()
    {
        if (_options.Enabled && StoreTransaction.Current is null && !AmbientTransaction.IsOpen)
        {
            return false;
        }

        Space.Counters.Bypass();
        return true;
    }

    private async ValueTask<IReadOnlyDictionary<string, TEntity>> LoadManyAsync(IReadOnlyList<string> texts, Dictionary<string, TKey> byText, CancellationToken cancellationToken)
    {
        var rows = await _source.LoadManyAsync([.. texts.Select(text => byText[text])], cancellationToken).ConfigureAwait(false);
        return rows.ToDictionary(row => _idText(row.Key), row => row.Value, StringComparer.Ordinal);
    }

    private ValueTask<TKey> SaveAsync(TEntity entity, EntityChangeKind kind, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(entity);
        var id = _idOf(entity);
        return WriteAsync(
            Rows([id], kind),
            async token =>
            {
                await _source.SaveAsync(id, entity, version: null, token).ConfigureAwait(false);
                return id;
            },
            then: null,
            cancellationToken);
    }

    private Action<ChangeSet> Rows(IEnumerable<TKey> ids, EntityChangeKind kind) => changes =>
    {
        foreach (var id in ids)
        {
            changes.Add(Space, _idText(id), kind, _labels);
        }
    };

    private async ValueTask InvalidateAsync(Action<ChangeSet> add)
    {
        var changes = Stores.NewChanges();
        add(changes);
        await changes.CommittedAsync().ConfigureAwait(false);
    }

    /// <summary>Runs a command that writes.</summary>
    /// <param name="add">Adds what it writes, as far as that is known before.</param>
    /// <param name="command">The command.</param>
    /// <param name="then">Adds what is known only afterwards.</param>
    /// <param name="cancellationToken">Cancels the command.</param>
    private async ValueTask<T> WriteAsync<T>(Action<ChangeSet> add, Func<CancellationToken, ValueTask<T>> command, Action<ChangeSet, T>? then, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Space.Counters.Write();
        var joined = StoreTransaction.Current?.ChangesOf(Stores);
        if (joined is null && Space.HasOutbox)
        {
            throw new InvalidOperationException($"The store '{Name}' has Consistency = Outbox: what a write invalidates is committed with its transaction. Begin one with cache.BeginWriteAsync(connection), and have the source write on StoreTransaction.Current.Connection.");
        }

        joined ??= AmbientTransaction.IsOpen ? Stores.Ambient.Changes() : null;
        if (joined is not null)
        {
            add(joined);
            await joined.AnnounceAsync(cancellationToken).ConfigureAwait(false);
            var written = await command(cancellationToken).ConfigureAwait(false);
            then?.Invoke(joined, written);
            return written;
        }

        var changes = Stores.NewChanges();
        add(changes);
        return await WriteAloneAsync(changes, command, then, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs a command that is a transaction by itself.</summary>
    private static async ValueTask<T> WriteAloneAsync<T>(ChangeSet changes, Func<CancellationToken, ValueTask<T>> command, Action<ChangeSet, T>? then, CancellationToken cancellationToken)
    {
        T result;
        try
        {
            await changes.AnnounceAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await changes.RolledBackAsync().ConfigureAwait(false);
            throw;
        }

        try
        {
            result = await command(cancellationToken).ConfigureAwait(false);
            then?.Invoke(changes, result);
        }
        catch (Exception exception)
        {
            // It may have been written all the same.
            await changes.FailedAsync(exception).ConfigureAwait(false);
            throw;
        }

        await changes.CommittedAsync().ConfigureAwait(false);
        return result;
    }
}
