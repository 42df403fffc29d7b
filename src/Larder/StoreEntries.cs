using Larder.Store;
using Larder.Views;

namespace Larder;

/// <summary>The entries of a store's rows, by id: what the cache holds, whatever the database has. For repairs and tests; the store itself reads and invalidates without help.</summary>
/// <typeparam name="TEntity">The type of the rows.</typeparam>
/// <typeparam name="TKey">The type of their ids.</typeparam>
public sealed class StoreEntries<TEntity, TKey>
    where TEntity : class
    where TKey : notnull
{
    private readonly ICache _cache;
    private readonly StoreSpace _space;
    private readonly Func<TKey, string> _idText;
    private readonly CacheEntryOptions _options;

    internal StoreEntries(CacheView cache, StoreSpace space, Func<TKey, string> idText, CacheEntryOptions options) => (_cache, _space, _idText, _options) = (cache, space, idText, options);

    /// <summary>Gets the key of a row's entry, without the prefix of the cache: the same for reads and for invalidations.</summary>
    /// <param name="id">The id.</param>
    /// <returns>The key, <c>{store}:{id}</c>.</returns>
    public string KeyOf(TKey id) => _space.RowKey(_idText(id));

    /// <summary>Reads an entry, and loads nothing.</summary>
    /// <param name="id">The id of the row.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The entry; without a value when there is none.</returns>
    public ValueTask<CacheResult<TEntity>> GetAsync(TKey id, CancellationToken cancellationToken = default) => _cache.GetAsync<TEntity>(KeyOf(id), cancellationToken);

    /// <summary>Stores an entry. Nothing protects it from a write of the row that runs at the same time: rather let the store load the row.</summary>
    /// <param name="id">The id of the row.</param>
    /// <param name="entity">The row.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>The completion.</returns>
    public ValueTask SetAsync(TKey id, TEntity entity, CancellationToken cancellationToken = default) => _cache.SetAsync(KeyOf(id), entity, _options, cancellationToken);

    /// <summary>Removes an entry; the queries of the store stay.</summary>
    /// <param name="id">The id of the row.</param>
    /// <param name="cancellationToken">Cancels the removal.</param>
    /// <returns>Whether there was one.</returns>
    public ValueTask<bool> RemoveAsync(TKey id, CancellationToken cancellationToken = default) => _cache.RemoveAsync(KeyOf(id), cancellationToken);

    /// <summary>Tells how long an entry lives.</summary>
    /// <param name="id">The id of the row.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The rest of its life.</returns>
    public ValueTask<EntryTimeToLive> GetTimeToLiveAsync(TKey id, CancellationToken cancellationToken = default) => _cache.GetTimeToLiveAsync(KeyOf(id), cancellationToken);
}
