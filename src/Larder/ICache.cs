namespace Larder;

/// <summary>
/// A cache of values of any type under string keys, the same on every backend: a dictionary in the process, or a store shared by many.
/// </summary>
/// <remarks>
/// <para>All members may be called from many threads at once. Each operation on one entry is atomic. An expired entry is absent for every operation.</para>
/// <para>Values held in memory are shared: the same instance is returned to every caller and is to be treated as read-only.</para>
/// <para>
/// A key or tag that is null, empty, too long or ill-formed UTF-16, and a time to live that is not above zero, is an
/// <see cref="ArgumentException"/> at the call; an operation on a disposed cache is an <see cref="ObjectDisposedException"/>.
/// </para>
/// <para>
/// The members that are called most, those that read, are sealed: a plain hit in memory is answered where the call is, because a virtual call of a generic
/// method would cost a third of it. A cache of another kind, such as one that wraps a cache, implements <see cref="TryGetCore"/>, <see cref="GetCoreAsync"/> and
/// <see cref="GetOrCreateCoreAsync"/> in their place.
/// </para>
/// <para>Views made by <see cref="WithPrefix"/>, <see cref="WithTimeToLive"/> and <see cref="For{T}"/> are cheap and share everything with the cache that made them.</para>
/// </remarks>
public partial interface ICache : IAsyncDisposable, IDisposable
{
    /// <summary>Gets the name of the cache; <c>default</c> when none was given.</summary>
    string Name { get; }

    /// <summary>Gets the live counters of the cache, shared by its views.</summary>
    CacheStatistics Statistics { get; }

    /// <summary>Gets the events of the cache, shared by its views. They cost nothing while nobody subscribes.</summary>
    CacheEvents Events { get; }

    /// <summary>Reads an entry without being counted in the statistics and without prolonging a sliding entry or its place in the eviction order.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>What was found.</returns>
    ValueTask<CacheResult<T>> PeekAsync<T>(CacheKey key, CancellationToken cancellationToken = default);

    /// <summary>Loads and stores a value even if there is one; callers that ask meanwhile get the present value.</summary>
    /// <typeparam name="TState">The type of what the loader needs.</typeparam>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="state">What the loader needs.</param>
    /// <param name="load">The loader.</param>
    /// <param name="options">How the value is stored.</param>
    /// <param name="cancellationToken">Cancels the wait of this caller.</param>
    /// <returns>The new value. A load of the key that runs already is not joined: it began before this call.</returns>
    ValueTask<T> RefreshAsync<TState, T>(
        CacheKey key,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> load,
        CacheEntryOptions options = default,
        CancellationToken cancellationToken = default);

    /// <summary>Loads and stores a value even if there is one.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="load">The loader.</param>
    /// <param name="options">How the value is stored.</param>
    /// <param name="cancellationToken">Cancels the wait of this caller.</param>
    /// <returns>The new value.</returns>
    sealed ValueTask<T> RefreshAsync<T>(
        CacheKey key,
        Func<CancellationToken, ValueTask<T>> load,
        CacheEntryOptions options = default,
        CancellationToken cancellationToken = default) =>
        RefreshAsync(key, Require(load), static (load, _, ct) => load(ct), options, cancellationToken);

    /// <summary>Stores a value, in place of the one that is there.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="value">The value; <see langword="null"/> is a value too.</param>
    /// <param name="options">How the value is stored.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>The completion.</returns>
    ValueTask SetAsync<T>(CacheKey key, T value, CacheEntryOptions options = default, CancellationToken cancellationToken = default);

    /// <summary>Stores a value only if the key is absent.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="options">How the value is stored.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>Whether the value was stored.</returns>
    ValueTask<bool> AddAsync<T>(CacheKey key, T value, CacheEntryOptions options = default, CancellationToken cancellationToken = default);

    /// <summary>Stores a value only if the key is there.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="options">How the value is stored.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>Whether the value was stored.</returns>
    ValueTask<bool> ReplaceAsync<T>(CacheKey key, T value, CacheEntryOptions options = default, CancellationToken cancellationToken = default);

    /// <summary>Stores a value and returns the one that was there, in one step.</summary>
    /// <typeparam name="T">The type of the values.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="options">How the value is stored.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>The entry before.</returns>
    ValueTask<CacheResult<T>> ExchangeAsync<T>(CacheKey key, T value, CacheEntryOptions options = default, CancellationToken cancellationToken = default);

    /// <summary>Stores a value only if the entry still has a version.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="expectedVersion">The <see cref="CacheResult{T}.Version"/> that was read; zero for an absent entry.</param>
    /// <param name="options">How the value is stored.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>Whether the value was stored.</returns>
    ValueTask<bool> CompareAndSetAsync<T>(CacheKey key, T value, long expectedVersion, CacheEntryOptions options = default, CancellationToken cancellationToken = default);

    /// <summary>Removes an entry only if it still has a version.</summary>
    /// <param name="key">The key.</param>
    /// <param name="expectedVersion">The <see cref="CacheResult{T}.Version"/> that was read.</param>
    /// <param name="cancellationToken">Cancels the removal.</param>
    /// <returns>Whether the entry was removed.</returns>
    ValueTask<bool> CompareAndRemoveAsync(CacheKey key, long expectedVersion, CancellationToken cancellationToken = default);

    /// <summary>Changes a value as a function of the present one; tried again when another writer was faster, so the function may run more than once.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="update">Makes the new value of what is there; must be free of side effects.</param>
    /// <param name="options">How the value is stored.</param>
    /// <param name="cancellationToken">Cancels the update.</param>
    /// <returns>The new value.</returns>
    ValueTask<T> UpdateAsync<T>(CacheKey key, Func<CacheResult<T>, T> update, CacheEntryOptions options = default, CancellationToken cancellationToken = default);

    /// <summary>Removes an entry. A load of the key that is under way will not be stored.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Cancels the removal.</param>
    /// <returns>Whether there was an entry.</returns>
    ValueTask<bool> RemoveAsync(CacheKey key, CancellationToken cancellationToken = default);

    /// <summary>Tells whether there is an entry, of whatever type.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>Whether there is one.</returns>
    ValueTask<bool> ExistsAsync(CacheKey key, CancellationToken cancellationToken = default);

    /// <summary>Tells how long an entry lives: absent, without expiry, or the time that remains.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The time to live.</returns>
    ValueTask<EntryTimeToLive> GetTimeToLiveAsync(CacheKey key, CancellationToken cancellationToken = default);

    /// <summary>Gives an entry a new time to live from now on; a sliding window ends. An expired entry stays expired.</summary>
    /// <param name="key">The key.</param>
    /// <param name="timeToLive">The time to live, above zero.</param>
    /// <param name="cancellationToken">Cancels the change.</param>
    /// <returns>Whether there was an entry.</returns>
    ValueTask<bool> ExpireAsync(CacheKey key, TimeSpan timeToLive, CancellationToken cancellationToken = default);

    /// <summary>Takes the expiry from an entry.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Cancels the change.</param>
    /// <returns>Whether there was an entry, with or without expiry.</returns>
    ValueTask<bool> PersistAsync(CacheKey key, CancellationToken cancellationToken = default);

    /// <summary>Adds to a counter in one step; an absent counter starts at zero.</summary>
    /// <param name="key">The key.</param>
    /// <param name="by">What is added; may be negative.</param>
    /// <param name="options">How the counter is stored when it is created. The time to live of a counter that is there does not change.</param>
    /// <param name="cancellationToken">Cancels the change.</param>
    /// <returns>The new value.</returns>
    /// <exception cref="CacheTypeException">The entry does not hold an integer.</exception>
    /// <exception cref="OverflowException">The sum is beyond 64 bits.</exception>
    ValueTask<long> IncrementAsync(CacheKey key, long by = 1, CacheEntryOptions options = default, CancellationToken cancellationToken = default);

    /// <summary>Takes from a counter in one step; an absent counter starts at zero.</summary>
    /// <param name="key">The key.</param>
    /// <param name="by">What is taken.</param>
    /// <param name="options">How the counter is stored when it is created.</param>
    /// <param name="cancellationToken">Cancels the change.</param>
    /// <returns>The new value.</returns>
    /// <exception cref="CacheTypeException">The entry does not hold an integer.</exception>
    /// <exception cref="OverflowException">The difference is beyond 64 bits.</exception>
    sealed ValueTask<long> DecrementAsync(CacheKey key, long by = 1, CacheEntryOptions options = default, CancellationToken cancellationToken = default) =>
        IncrementAsync(key, checked(-by), options, cancellationToken);

    /// <summary>Reads many entries.</summary>
    /// <typeparam name="T">The type of the values.</typeparam>
    /// <param name="keys">The keys; none reads nothing.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>What was found, in the order of the keys.</returns>
    ValueTask<IReadOnlyList<CacheResult<T>>> GetManyAsync<T>(IEnumerable<string> keys, CancellationToken cancellationToken = default);

    /// <summary>Gets many values, and loads all that are absent with one call of the loader. Keys that are being loaded already are waited for.</summary>
    /// <typeparam name="T">The type of the values.</typeparam>
    /// <param name="keys">The keys; none reads nothing.</param>
    /// <param name="load">Gets the keys that are missing and returns the values that it found.</param>
    /// <param name="options">How the values are stored.</param>
    /// <param name="cancellationToken">Cancels the wait of this caller.</param>
    /// <returns>The values by key. A key that the loader did not return is not in it; nothing is stored for it.</returns>
    ValueTask<IReadOnlyDictionary<string, T>> GetOrCreateManyAsync<T>(
        IEnumerable<string> keys,
        Func<IReadOnlyList<string>, CancellationToken, ValueTask<IReadOnlyDictionary<string, T>>> load,
        CacheEntryOptions options = default,
        CancellationToken cancellationToken = default);

    /// <summary>Stores many values.</summary>
    /// <typeparam name="T">The type of the values.</typeparam>
    /// <param name="entries">The keys and values; none stores nothing.</param>
    /// <param name="options">How the values are stored.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>The completion.</returns>
    ValueTask SetManyAsync<T>(IEnumerable<KeyValuePair<string, T>> entries, CacheEntryOptions options = default, CancellationToken cancellationToken = default);

    /// <summary>Removes many entries.</summary>
    /// <param name="keys">The keys; none removes nothing.</param>
    /// <param name="cancellationToken">Cancels the removal.</param>
    /// <returns>How many entries there were.</returns>
    ValueTask<long> RemoveManyAsync(IEnumerable<string> keys, CancellationToken cancellationToken = default);

    /// <summary>Lists the keys that match a pattern: an administrator's operation, which visits every entry.</summary>
    /// <param name="pattern">
    /// A glob with Redis's meaning: <c>*</c> any characters, <c>?</c> one, <c>[a-z]</c> and <c>[^a]</c> one of or none of a set, <c>\</c> takes
    /// the next character as it is.
    /// </param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    /// <returns>The keys, without the prefix of the view. Entries written or removed meanwhile may or may not be among them.</returns>
    /// <exception cref="ArgumentException">The pattern is malformed.</exception>
    IAsyncEnumerable<string> KeysAsync(string pattern = "*", CancellationToken cancellationToken = default);

    /// <summary>Counts the entries that live: visits every entry; <see cref="CacheStatistics.Entries"/> tells at once how many are held.</summary>
    /// <param name="cancellationToken">Cancels the count.</param>
    /// <returns>The number.</returns>
    ValueTask<long> CountAsync(CancellationToken cancellationToken = default);

    /// <summary>Removes the entries whose keys match a pattern. Loads of such keys that are under way will not be stored.</summary>
    /// <param name="pattern">A glob, as for <see cref="KeysAsync"/>; it never reaches beyond the prefix of the view.</param>
    /// <param name="cancellationToken">Cancels the removal; what was removed stays removed.</param>
    /// <returns>How many entries there were.</returns>
    /// <exception cref="ArgumentException">The pattern is malformed.</exception>
    ValueTask<long> RemoveByPatternAsync(string pattern, CancellationToken cancellationToken = default);

    /// <summary>Removes the entries whose keys match a pattern, and tells how far it is.</summary>
    /// <param name="pattern">A glob, as for <see cref="KeysAsync"/>; it never reaches beyond the prefix of the view.</param>
    /// <param name="progress">
    /// Is told how many entries have been removed so far: after each batch of a shared tier, and at the end. Calls do not overlap, and the removal waits for each.
    /// </param>
    /// <param name="cancellationToken">Cancels the removal; what was removed stays removed.</param>
    /// <returns>How many entries there were.</returns>
    /// <exception cref="ArgumentException">The pattern is malformed.</exception>
    async ValueTask<long> RemoveByPatternAsync(string pattern, IProgress<long> progress, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(progress);
        var removed = await RemoveByPatternAsync(pattern, cancellationToken).ConfigureAwait(false);
        progress.Report(removed);
        return removed;
    }

    /// <summary>Removes all entries that carry a tag: one step, however many they are. Loads under way that yield such entries will not be stored.</summary>
    /// <param name="tag">The tag. Tags belong to the whole cache, not to a view.</param>
    /// <param name="cancellationToken">Cancels the removal.</param>
    /// <returns>The completion.</returns>
    ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken = default);

    /// <summary>Removes all entries of this cache, or of this view.</summary>
    /// <param name="cancellationToken">Cancels the removal.</param>
    /// <returns>How many entries there were.</returns>
    ValueTask<long> ClearAsync(CancellationToken cancellationToken = default);

    /// <summary>Removes all entries of this cache, or of this view, and tells how far it is.</summary>
    /// <param name="progress">
    /// Is told how many entries have been removed so far: after each batch of a shared tier, and at the end. Calls do not overlap, and the removal waits for each.
    /// </param>
    /// <param name="cancellationToken">Cancels the removal; what was removed stays removed.</param>
    /// <returns>How many entries there were.</returns>
    async ValueTask<long> ClearAsync(IProgress<long> progress, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(progress);
        var removed = await ClearAsync(cancellationToken).ConfigureAwait(false);
        progress.Report(removed);
        return removed;
    }

    /// <summary>Invalidates a group of keys, patterns and tags together. One failure does not keep the others from being done.</summary>
    /// <param name="group">The group.</param>
    /// <param name="mode">Now, later, or by marking stale. Default: now.</param>
    /// <param name="cancellationToken">Cancels the call; what is due later is cancelled by the token of <see cref="InvalidationMode.Delayed"/>.</param>
    /// <returns>The completion; for a delayed invalidation, that it is planned.</returns>
    /// <exception cref="AggregateException">Some of the invalidations failed; the others were done.</exception>
    ValueTask InvalidateAsync(InvalidationGroup group, InvalidationMode mode = default, CancellationToken cancellationToken = default);

    /// <summary>Acquires a lock of any kind if it is free.</summary>
    /// <param name="name">The name of the lock; locks and entries do not share names.</param>
    /// <param name="mode">Whom it shuts out.</param>
    /// <param name="lease">How long the lock outlives a holder that stops renewing it.</param>
    /// <param name="cancellationToken">Cancels the attempt.</param>
    /// <returns>The lock, or <see langword="null"/> when others hold it.</returns>
    ValueTask<CacheLock?> TryAcquireLockCoreAsync(CacheKey name, LockMode mode, LockLease lease, CancellationToken cancellationToken);

    /// <summary>Acquires a lock of any kind, and waits for it while others hold it.</summary>
    /// <param name="name">The name of the lock.</param>
    /// <param name="mode">Whom it shuts out.</param>
    /// <param name="lease">How long the lock outlives a holder that stops renewing it.</param>
    /// <param name="wait">How long to wait at most. Above zero; <see cref="CacheTtl.Never"/> for no limit.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The lock.</returns>
    /// <exception cref="TimeoutException">Others held the lock all the time.</exception>
    ValueTask<CacheLock> AcquireLockCoreAsync(CacheKey name, LockMode mode, LockLease lease, TimeSpan wait, CancellationToken cancellationToken);

    /// <summary>Begins a transaction: conditions and writes, all or nothing.</summary>
    /// <returns>The transaction.</returns>
    CacheTransaction CreateTransaction();

    /// <summary>Makes a view in which each key has a prefix in front. A view of a view has both prefixes.</summary>
    /// <param name="prefix">The prefix; a separator <c>:</c> is put behind it, and one that is there already is not doubled.</param>
    /// <returns>The view. Disposing it does nothing.</returns>
    ICache WithPrefix(string prefix);

    /// <summary>Makes a view with another default time to live.</summary>
    /// <param name="timeToLive">The time to live, above zero.</param>
    /// <returns>The view. Disposing it does nothing.</returns>
    ICache WithTimeToLive(TimeSpan timeToLive);

    /// <summary>
    /// Makes a view whose reads pass the memory of the process by and ask the shared store, whatever copies there are. <c>TryGet</c>, which asks nobody, finds nothing in it. Writes, loads and
    /// removals are those of any view. Where the cache has no other place than memory, the view is the cache itself.
    /// </summary>
    /// <returns>The view. Disposing it does nothing.</returns>
    ICache PastMemory() => this;

    /// <summary>Makes a view for one type of values, whose operations need no type argument.</summary>
    /// <typeparam name="T">The type of the values.</typeparam>
    /// <returns>The view.</returns>
    ICache<T> For<T>();

    private static TLoad Require<TLoad>(TLoad load)
        where TLoad : class
    {
        ArgumentNullException.ThrowIfNull(load);
        return load;
    }
}
