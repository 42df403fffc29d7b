using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Larder.Views;

namespace Larder;

/// <content>What is called most: a plain hit is answered here, at the call.</content>
public partial interface ICache
{
    /// <summary>Gets a value if it is in the memory of this process, without going anywhere else and without waiting.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <returns>Whether a fresh or lazily invalidated value was there.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    sealed bool TryGet<T>(CacheKey key, [MaybeNullWhen(false)] out T value)
    {
        if (this is CacheView view && view.FindHit(key, CancellationToken.None, out _, out _) is T hit)
        {
            view.EndHit(key);
            value = hit;
            return true;
        }

        return TryGetCore(key, out value);
    }

    /// <summary>Reads an entry.</summary>
    /// <typeparam name="T">The type of the value. An entry of another type is a miss, counted; integers convert when they fit.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>What was found.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    sealed ValueTask<CacheResult<T>> GetAsync<T>(CacheKey key, CancellationToken cancellationToken = default)
    {
        if (this is CacheView view && view.FindHit(key, cancellationToken, out var remainingMs, out var version) is T hit)
        {
            view.EndHit(key);
            return new ValueTask<CacheResult<T>>(new CacheResult<T>(hit, remainingMs, version, ResultFlags.HasValue));
        }

        return GetCoreAsync<T>(key, cancellationToken);
    }

    /// <summary>Gets a value, or loads and stores it when it is absent: one load per key at a time, however many callers.</summary>
    /// <typeparam name="TState">The type of what the loader needs.</typeparam>
    /// <typeparam name="T">The type of the value.</typeparam>
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
    sealed ValueTask<T> GetOrCreateAsync<TState, T>(
        CacheKey key,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> load,
        CacheEntryOptions options = default,
        CancellationToken cancellationToken = default)
    {
        CacheView.RequireLoad(load, options);
        if (this is CacheView view && view.FindHit(key, cancellationToken, out _, out _) is T hit)
        {
            view.EndHit(key);
            return new ValueTask<T>(hit);
        }

        return GetOrCreateOtherAsync(key, state, load, options, cancellationToken);
    }

    /// <summary>Gets a value, or loads and stores it when it is absent.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="load">The loader.</param>
    /// <param name="options">How the value is stored.</param>
    /// <param name="cancellationToken">Cancels the wait of this caller.</param>
    /// <returns>The value.</returns>
    sealed ValueTask<T> GetOrCreateAsync<T>(
        CacheKey key,
        Func<CancellationToken, ValueTask<T>> load,
        CacheEntryOptions options = default,
        CancellationToken cancellationToken = default) =>
        GetOrCreateAsync(key, Require(load), static (load, _, ct) => load(ct), options, cancellationToken);

    /// <summary>Gets a value, or loads and stores it when it is absent.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="load">The loader.</param>
    /// <param name="options">How the value is stored.</param>
    /// <param name="cancellationToken">Cancels the wait of this caller.</param>
    /// <returns>The value.</returns>
    [OverloadResolutionPriority(-1)]
    sealed ValueTask<T> GetOrCreateAsync<T>(
        CacheKey key,
        Func<CancellationToken, Task<T>> load,
        CacheEntryOptions options = default,
        CancellationToken cancellationToken = default) =>
        GetOrCreateAsync(key, Require(load), static (load, _, ct) => new ValueTask<T>(load(ct)), options, cancellationToken);

    /// <summary>As <see cref="GetOrCreateAsync{TState, T}"/>, and tells besides whether the value is stale, how long it lives, and its version.</summary>
    /// <typeparam name="TState">The type of what the loader needs.</typeparam>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="state">What the loader needs.</param>
    /// <param name="load">The loader.</param>
    /// <param name="options">How the value is stored.</param>
    /// <param name="cancellationToken">Cancels the wait of this caller.</param>
    /// <returns>The value and what is known of its entry; the version is zero when the value was not stored.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    sealed ValueTask<CacheResult<T>> GetOrCreateResultAsync<TState, T>(
        CacheKey key,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> load,
        CacheEntryOptions options = default,
        CancellationToken cancellationToken = default)
    {
        CacheView.RequireLoad(load, options);
        if (this is CacheView view && view.FindHit(key, cancellationToken, out var remainingMs, out var version) is T hit)
        {
            view.EndHit(key);
            return new ValueTask<CacheResult<T>>(new CacheResult<T>(hit, remainingMs, version, ResultFlags.HasValue));
        }

        return GetOrCreateCoreAsync(key, state, load, options, cancellationToken);
    }

    /// <summary>Answers <see cref="TryGet"/> for caches of others, and for Larder's own where there is more to a read than a plain hit in memory.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <returns>Whether a fresh or lazily invalidated value was there.</returns>
    protected bool TryGetCore<T>(CacheKey key, [MaybeNullWhen(false)] out T value);

    /// <summary>Answers <see cref="GetAsync"/> for caches of others, and for Larder's own where there is more to a read than a plain hit in memory.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>What was found.</returns>
    protected ValueTask<CacheResult<T>> GetCoreAsync<T>(CacheKey key, CancellationToken cancellationToken);

    /// <summary>
    /// Answers <see cref="GetOrCreateAsync{TState, T}"/> and <see cref="GetOrCreateResultAsync"/> for caches of others, and for Larder's own where there is
    /// more to it than a plain hit in memory.
    /// </summary>
    /// <typeparam name="TState">The type of what the loader needs.</typeparam>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="key">The key.</param>
    /// <param name="state">What the loader needs.</param>
    /// <param name="load">The loader.</param>
    /// <param name="options">How the value is stored.</param>
    /// <param name="cancellationToken">Cancels the wait of this caller.</param>
    /// <returns>The value and what is known of its entry; it always has one.</returns>
    protected ValueTask<CacheResult<T>> GetOrCreateCoreAsync<TState, T>(
        CacheKey key,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> load,
        CacheEntryOptions options,
        CancellationToken cancellationToken);

    private ValueTask<T> GetOrCreateOtherAsync<TState, T>(
        CacheKey key,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> load,
        CacheEntryOptions options,
        CancellationToken cancellationToken) => this is CacheView view
        ? view.GetOrCreateValueAsync(key, state, load, options, cancellationToken)
        : CacheView.ValueAsync(GetOrCreateCoreAsync(key, state, load, options, cancellationToken));
}
