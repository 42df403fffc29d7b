using Larder.Store;

namespace Larder;

/// <summary>
/// A source of a store that reads from a replica and writes to the primary. A row that was written is read from the primary until the replica has it: for as long as a replica may lag, or, where the positions of both
/// are known, until the replica has come to where the primary was after the commit. What the replica does not have yet is never cached.
/// </summary>
/// <typeparam name="TKey">The type of the ids.</typeparam>
/// <typeparam name="T">The type of the rows.</typeparam>
public sealed class ReplicatedSource<TKey, T> : ICacheSource<TKey, T>, IReplicated<TKey>
    where TKey : notnull
{
    private readonly ICacheSource<TKey, T> _primary;
    private readonly ICacheSource<TKey, T> _replica;
    private readonly Func<CancellationToken, ValueTask<long>>? _replayed;
    private readonly ReplicaLag _lag;
    private IStoreRows<TKey>? _store;

    /// <summary>Makes a source.</summary>
    /// <param name="primary">Reads and writes at the primary.</param>
    /// <param name="replica">Reads at a replica.</param>
    /// <param name="maxLag">How long, at most, a replica lags: for that long a row that was written is not read there, unless positions say that it may be. Above zero, at most one day.</param>
    /// <param name="position">Reads the position of the primary, which grows with each commit, such as <c>pg_current_wal_lsn()</c> as a number. Default: only the time counts.</param>
    /// <param name="replayed">Reads the position that the replica has come to, such as <c>pg_last_wal_replay_lsn()</c>; of the same server that <paramref name="replica"/> reads. With <paramref name="position"/>.</param>
    /// <exception cref="ArgumentException">The lag is out of its range, or one position is given without the other.</exception>
    public ReplicatedSource(
        ICacheSource<TKey, T> primary, ICacheSource<TKey, T> replica, TimeSpan maxLag, Func<CancellationToken, ValueTask<long>>? position = null, Func<CancellationToken, ValueTask<long>>? replayed = null)
    {
        ArgumentNullException.ThrowIfNull(primary);
        ArgumentNullException.ThrowIfNull(replica);
        Limits.RequirePositive(maxLag, nameof(maxLag), nameof(maxLag));
        if (maxLag > TimeSpan.FromDays(1))
        {
            throw new ArgumentOutOfRangeException(nameof(maxLag), maxLag, $"maxLag is {maxLag}, and must be at most one day.");
        }

        if (position is null != replayed is null)
        {
            throw new ArgumentException("One position says nothing without the other: give position and replayed, or none.", position is null ? nameof(position) : nameof(replayed));
        }

        (_primary, _replica, _replayed, _lag) = (primary, replica, replayed, new ReplicaLag(maxLag, position));
    }

    ReplicaLag IReplicated<TKey>.Lag => _lag;

    /// <inheritdoc/>
    public async ValueTask<T?> LoadAsync(TKey key, CancellationToken cancellationToken) =>
        await (await MayReadReplicaAsync([key], cancellationToken).ConfigureAwait(false) ? _replica : _primary).LoadAsync(key, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyDictionary<TKey, T>> LoadManyAsync(IReadOnlyList<TKey> keys, CancellationToken cancellationToken) =>
        await (await MayReadReplicaAsync(keys, cancellationToken).ConfigureAwait(false) ? _replica : _primary).LoadManyAsync(keys, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public ValueTask SaveAsync(TKey key, T value, long? version, CancellationToken cancellationToken) => _primary.SaveAsync(key, value, version, cancellationToken);

    /// <inheritdoc/>
    public ValueTask SaveManyAsync(IReadOnlyList<SourceWrite<TKey, T>> writes, CancellationToken cancellationToken) => _primary.SaveManyAsync(writes, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DeleteAsync(TKey key, long? version, CancellationToken cancellationToken) => _primary.DeleteAsync(key, version, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DeleteManyAsync(IReadOnlyList<TKey> keys, CancellationToken cancellationToken) => _primary.DeleteManyAsync(keys, cancellationToken);

    void IReplicated<TKey>.Bind(IStoreRows<TKey> store)
    {
        if (Interlocked.CompareExchange(ref _store, store, null) is { } other && other.Space.Name != store.Space.Name)
        {
            throw new ArgumentException($"The source belongs to the store '{other.Space.Name}' already, and cannot be that of '{store.Space.Name}' too: it has to know what is written to its rows.", nameof(store));
        }
    }

    private async ValueTask<bool> MayReadReplicaAsync(IReadOnlyList<TKey> keys, CancellationToken cancellationToken)
    {
        if (StoreTransaction.Current is not null || AmbientTransaction.IsOpen || _store is not { } store)
        {
            // What a transaction wrote is nowhere else; and without a store nobody says what was written.
            return false;
        }

        try
        {
            var fence = await store.Stores.Fences.FindAsync([store.Space.TableFence, .. keys.Select(key => store.Space.RowFence(store.TextOf(key)))], cancellationToken).ConfigureAwait(false);
            return fence is null || (_replayed is not null && await _replayed(cancellationToken).ConfigureAwait(false) >= fence);
        }
        catch (CacheException exception)
        {
            store.Stores.Diagnostics.TierFailed("look for fences", store.Space.Name, exception);
            return false;
        }
    }
}
