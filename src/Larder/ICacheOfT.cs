using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Larder.Views;

namespace Larder;

/// <summary>
/// A cache of values of one type: the operations of <see cref="ICache"/> without type arguments.
/// </summary>
/// <typeparam name="T">The type of the values.</typeparam>
/// <remarks>
/// Made by <see cref="ICache.For{T}"/>, which shares keys with the cache that made it, or injected by a container, where each
/// type has a prefix of its own. Everything said of <see cref="ICache"/> holds here.
/// </remarks>
public interface ICache<T>
{
    /// <summary>Gets the cache that this is a view of, for what has nothing to do with the type: locks, transactions, groups.</summary>
    ICache Untyped { get; }

    /// <summary>Gets a value if it is in the memory of this process, without going anywhere else and without waiting.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <returns>Whether a fresh or lazily invalidated value was there.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    sealed bool TryGet(CacheKey key, [MaybeNullWhen(false)] out T value) =>
        this is CacheView<T> view ? view.Untyped.TryGet(key, out value) : TryGetCore(key, out value);

    /// <summary>Reads an entry.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>What was found.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    sealed ValueTask<CacheResult<T>> GetAsync(CacheKey key, CancellationToken cancellationToken = default) =>
        this is CacheView<T> view ? view.Untyped.GetAsync<T>(key, cancellationToken) : GetCoreAsync(key, cancellationToken);

    /// <summary>Reads an entry without being counted in the statistics and without prolonging a sliding entry or its place in the eviction order.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>What was found.</returns>
    ValueTask<CacheResult<T>> PeekAsync(CacheKey key, CancellationToken cancellationToken = default);

    /// <summary>Gets a value, or loads and stores it when it is absent: one load per key at a time, however many callers.</summary>
    /// <typeparam name="TState">The type of what the loader needs.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="state">What the loader needs, so that it can be a static lambda and a hit allocates nothing.</param>
    /// <param name="load">
    /// The loader. Its context can set the time to live and tags; its token is cancelled when the last caller has gone, after
    /// <see cref="CachePolicy.LoadTimeout"/>, and when the cache is disposed. Its exception reaches all callers and is not cached.
    /// </param>
    /// <param name="options">How the value is stored.</param>
    /// <param name="cancellationToken">Cancels the wait of this caller; the load goes on while others wait for it.</param>
    /// <returns>The value.</returns>
    /// <remarks>A value whose load began before its key or one of its tags was set, removed or invalidated is returned to its callers and not stored.</remarks>
    /// <exception cref="LoadTimeoutException">The load took longer than the load timeout and there is no stale value.</exception>
    /// <exception cref="InvalidOperationException">The loader asks for a key whose load waits for this one.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    sealed ValueTask<T> GetOrCreateAsync<TState>(
        CacheKey key,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> load,
        CacheEntryOptions options = default,
        CancellationToken cancellationToken = default) => this is CacheView<T> view
        ? view.Untyped.GetOrCreateAsync(key, state, load, options, cancellationToken)
        : CacheView.ValueAsync(GetOrCreateCoreAsync(key, state, load, options, cancellationToken));

    /// <summary>Gets a value, or loads and stores it when it is absent.</summary>
    /// <param name="key">The key.</param>
    /// <param name="load">The loader.</param>
    /// <param name="options">How the value is stored.</param>
    /// <param name="cancellationToken">Cancels the wait of this caller.</param>
    /// <returns>The value.</returns>
    sealed ValueTask<T> GetOrCreateAsync(
        CacheKey key,
        Func<CancellationToken, ValueTask<T>> load,
        CacheEntryOptions options = default,
        CancellationToken cancellationToken = default) =>
        GetOrCreateAsync(key, Require(load), static (load, _, ct) => load(ct), options, cancellationToken);

    /// <summary>Gets a value, or loads and stores it when it is absent.</summary>
    /// <param name="key">The key.</param>
    /// <param name="load">The loader.</param>
    /// <param name="options">How the value is stored.</param>
    /// <param name="cancellationToken">Cancels the wait of this caller.</param>
    /// <returns>The value.</returns>
    [OverloadResolutionPriority(-1)]
    sealed ValueTask<T> GetOrCreateAsync(
        CacheKey key,
        Func<CancellationToken, Task<T>> load,
        CacheEntryOptions options = default,
        CancellationToken cancellationToken = default) =>
        GetOrCreateAsync(key, Require(load), static (load, _, ct) => new ValueTask<T>(load(ct)), options, cancellationToken);

    /// <summary>As <see cref="GetOrCreateAsync{TState}"/>, and tells besides whether the value is stale, how long it lives, and its version.</summary>
    /// <typeparam name="TState">The type of what the loader needs.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="state">What the loader needs.</param>
    /// <param name="load">The loader.</param>
    /// <param name="options">How the value is stored.</param>
    /// <param name="cancellationToken">Cancels the wait of this caller.</param>
    /// <returns>The value and what is known of its entry; the version is zero when the value was not stored.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    sealed ValueTask<CacheResult<T>> GetOrCreateResultAsync<TState>(
        CacheKey key,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> load,
        CacheEntryOptions options = default,
        CancellationToken cancellationToken = default) => this is CacheView<T> view
        ? view.Untyped.GetOrCreateResultAsync(key, state, load, options, cancellationToken)
        : GetOrCreateCoreAsync(key, state, load, options, cancellationToken);

    /// <summary>Loads and stores a value even if there is one; callers that ask meanwhile get the present value.</summary>
    /// <typeparam name="TState">The type of what the loader needs.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="state">What the loader needs.</param>
    /// <param name="load">The loader.</param>
    /// <param name="options">How the value is stored.</param>
    /// <param name="cancellationToken">Cancels the wait of this caller.</param>
    /// <returns>The new value. A load of the key that runs already is joined only if it began after this call.</returns>
    ValueTask<T> RefreshAsync<TState>(
        CacheKey key,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> load,
        CacheEntryOptions options = default,
        CancellationToken cancellationToken = default);

    /// <summary>Loads and stores a value even if there is one.</summary>
    /// <param name="key">The key.</param>
    /// <param name="load">The loader.</param>
    /// <param name="options">How the value is stored.</param>
    /// <param name="cancellationToken">Cancels the wait of this caller.</param>
    /// <returns>The new value.</returns>
    sealed ValueTask<T> RefreshAsync(
        CacheKey key,
        Func<CancellationToken, ValueTask<T>> load,
        CacheEntryOptions options = default,
        CancellationToken cancellationToken = default) =>
        RefreshAsync(key, Require(load), static (load, _, ct) => load(ct), options, cancellationToken);

    /// <summary>Stores a value, in place of the one that is there.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value; <see langword="null"/> is a value too.</param>
    /// <param name="options">How the value is stored.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>The completion.</returns>
    ValueTask SetAsync(CacheKey key, T value, CacheEntryOptions options = default, CancellationToken cancellationToken = default);

    /// <summary>Stores a value only if the key is absent.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="options">How the value is stored.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>Whether the value was stored.</returns>
    ValueTask<bool> AddAsync(CacheKey key, T value, CacheEntryOptions options = default, CancellationToken cancellationToken = default);

    /// <summary>Stores a value only if the key is there.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="options">How the value is stored.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>Whether the value was stored.</returns>
    ValueTask<bool> ReplaceAsync(CacheKey key, T value, CacheEntryOptions options = default, CancellationToken cancellationToken = default);

    /// <summary>Stores a value and returns the one that was there, in one step.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="options">How the value is stored.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>The entry before.</returns>
    ValueTask<CacheResult<T>> ExchangeAsync(CacheKey key, T value, CacheEntryOptions options = default, CancellationToken cancellationToken = default);

    /// <summary>Stores a value only if the entry still has a version.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="expectedVersion">The <see cref="CacheResult{T}.Version"/> that was read; zero for an absent entry.</param>
    /// <param name="options">How the value is stored.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>Whether the value was stored.</returns>
    ValueTask<bool> CompareAndSetAsync(CacheKey key, T value, long expectedVersion, CacheEntryOptions options = default, CancellationToken cancellationToken = default);

    /// <summary>Removes an entry only if it still has a version.</summary>
    /// <param name="key">The key.</param>
    /// <param name="expectedVersion">The <see cref="CacheResult{T}.Version"/> that was read.</param>
    /// <param name="cancellationToken">Cancels the removal.</param>
    /// <returns>Whether the entry was removed.</returns>
    ValueTask<bool> CompareAndRemoveAsync(CacheKey key, long expectedVersion, CancellationToken cancellationToken = default);

    /// <summary>Changes a value as a function of the present one; tried again when another writer was faster, so the function may run more than once.</summary>
    /// <param name="key">The key.</param>
    /// <param name="update">Makes the new value of what is there; must be free of side effects.</param>
    /// <param name="options">How the value is stored.</param>
    /// <param name="cancellationToken">Cancels the update.</param>
    /// <returns>The new value.</returns>
    ValueTask<T> UpdateAsync(CacheKey key, Func<CacheResult<T>, T> update, CacheEntryOptions options = default, CancellationToken cancellationToken = default);

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
    /// <param name="keys">The keys; none reads nothing.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>What was found, in the order of the keys.</returns>
    ValueTask<IReadOnlyList<CacheResult<T>>> GetManyAsync(IEnumerable<string> keys, CancellationToken cancellationToken = default);

    /// <summary>Gets many values, and loads all that are absent with one call of the loader. Keys that are being loaded already are waited for.</summary>
    /// <param name="keys">The keys; none reads nothing.</param>
    /// <param name="load">Gets the keys that are missing and returns the values that it found.</param>
    /// <param name="options">How the values are stored.</param>
    /// <param name="cancellationToken">Cancels the wait of this caller.</param>
    /// <returns>The values by key. A key that the loader did not return is not in it; nothing is stored for it.</returns>
    ValueTask<IReadOnlyDictionary<string, T>> GetOrCreateManyAsync(
        IEnumerable<string> keys,
        Func<IReadOnlyList<string>, CancellationToken, ValueTask<IReadOnlyDictionary<string, T>>> load,
        CacheEntryOptions options = default,
        CancellationToken cancellationToken = default);

    /// <summary>Stores many values.</summary>
    /// <param name="entries">The keys and values; none stores nothing.</param>
    /// <param name="options">How the values are stored.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    /// <returns>The completion.</returns>
    ValueTask SetManyAsync(IEnumerable<KeyValuePair<string, T>> entries, CacheEntryOptions options = default, CancellationToken cancellationToken = default);

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

    /// <summary>Makes a view in which each key has a prefix in front.</summary>
    /// <param name="prefix">The prefix.</param>
    /// <returns>The view.</returns>
    ICache<T> WithPrefix(string prefix);

    /// <summary>Makes a view with another default time to live.</summary>
    /// <param name="timeToLive">The time to live, above zero.</param>
    /// <returns>The view.</returns>
    ICache<T> WithTimeToLive(TimeSpan timeToLive);

    /// <summary>Makes a view whose reads pass the memory of the process by and ask the shared store; see <see cref="ICache.PastMemory"/>.</summary>
    /// <returns>The view.</returns>
    ICache<T> PastMemory() => this;

    /// <summary>Answers <see cref="TryGet"/> for views of others.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <returns>Whether a fresh or lazily invalidated value was there.</returns>
    protected bool TryGetCore(CacheKey key, [MaybeNullWhen(false)] out T value);

    /// <summary>Answers <see cref="GetAsync"/> for views of others.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>What was found.</returns>
    protected ValueTask<CacheResult<T>> GetCoreAsync(CacheKey key, CancellationToken cancellationToken);

    /// <summary>Answers <see cref="GetOrCreateAsync{TState}"/> and <see cref="GetOrCreateResultAsync"/> for views of others.</summary>
    /// <typeparam name="TState">The type of what the loader needs.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="state">What the loader needs.</param>
    /// <param name="load">The loader.</param>
    /// <param name="options">How the value is stored.</param>
    /// <param name="cancellationToken">Cancels the wait of this caller.</param>
    /// <returns>The value and what is known of its entry; it always has one.</returns>
    protected ValueTask<CacheResult<T>> GetOrCreateCoreAsync<TState>(
        CacheKey key,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> load,
        CacheEntryOptions options,
        CancellationToken cancellationToken);

    private static TLoad Require<TLoad>(TLoad load)
        where TLoad : class
    {
        ArgumentNullException.ThrowIfNull(load);
        return load;
    }
}
