using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Larder.Keys;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.Views;

/// <summary>A view for one type of values: each operation is that of the view below, with the type filled in.</summary>
[DebuggerDisplay("{ToString(),nq}")]
internal sealed class CacheView<T> : ICache<T>
{
    private readonly CacheView _view;

    /// <summary>Makes a view that shares its keys with the view below.</summary>
    public CacheView(CacheView view) => _view = view;

    /// <summary>Makes the view that a container injects, where each type has a prefix of its own.</summary>
    [ActivatorUtilitiesConstructor]
    public CacheView(ICache cache) => _view = cache.WithPrefix(TypePrefix.Of(typeof(T))) as CacheView
        ?? throw new InvalidOperationException($"ICache<{typeof(T).Name}> can be injected over Larder's own ICache only, and {cache.GetType().Name} is registered. Register ICache<{typeof(T).Name}> too, as a view of your cache.");

    public ICache Untyped => _view;

    public override string ToString() => $"{_view}, values of type {typeof(T).Name}";

    bool ICache<T>.TryGetCore(CacheKey key, [MaybeNullWhen(false)] out T value) =>
        Untyped.TryGet<T>(key, out value);

    ValueTask<CacheResult<T>> ICache<T>.GetCoreAsync(CacheKey key, CancellationToken cancellationToken) =>
        Untyped.GetAsync<T>(key, cancellationToken);

    public ValueTask<CacheResult<T>> PeekAsync(CacheKey key, CancellationToken cancellationToken = default) =>
        _view.PeekAsync<T>(key, cancellationToken);

    ValueTask<CacheResult<T>> ICache<T>.GetOrCreateCoreAsync<TState>(
        CacheKey key,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> load,
        CacheEntryOptions options,
        CancellationToken cancellationToken) =>
        Untyped.GetOrCreateResultAsync(key, state, load, options, cancellationToken);

    public ValueTask<T> RefreshAsync<TState>(
        CacheKey key,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> load,
        CacheEntryOptions options = default,
        CancellationToken cancellationToken = default) =>
        _view.RefreshAsync(key, state, load, options, cancellationToken);

    public ValueTask SetAsync(CacheKey key, T value, CacheEntryOptions options = default, CancellationToken cancellationToken = default) =>
        _view.SetAsync<T>(key, value, options, cancellationToken);

    public ValueTask<bool> AddAsync(CacheKey key, T value, CacheEntryOptions options = default, CancellationToken cancellationToken = default) =>
        _view.AddAsync<T>(key, value, options, cancellationToken);

    public ValueTask<bool> ReplaceAsync(CacheKey key, T value, CacheEntryOptions options = default, CancellationToken cancellationToken = default) =>
        _view.ReplaceAsync<T>(key, value, options, cancellationToken);

    public ValueTask<CacheResult<T>> ExchangeAsync(CacheKey key, T value, CacheEntryOptions options = default, CancellationToken cancellationToken = default) =>
        _view.ExchangeAsync<T>(key, value, options, cancellationToken);

    public ValueTask<bool> CompareAndSetAsync(
        CacheKey key,
        T value,
        long expectedVersion,
        CacheEntryOptions options = default,
        CancellationToken cancellationToken = default) =>
        _view.CompareAndSetAsync<T>(key, value, expectedVersion, options, cancellationToken);

    public ValueTask<bool> CompareAndRemoveAsync(CacheKey key, long expectedVersion, CancellationToken cancellationToken = default) =>
        _view.CompareAndRemoveAsync(key, expectedVersion, cancellationToken);

    public ValueTask<T> UpdateAsync(
        CacheKey key,
        Func<CacheResult<T>, T> update,
        CacheEntryOptions options = default,
        CancellationToken cancellationToken = default) =>
        _view.UpdateAsync<T>(key, update, options, cancellationToken);

    public ValueTask<bool> RemoveAsync(CacheKey key, CancellationToken cancellationToken = default) =>
        _view.RemoveAsync(key, cancellationToken);

    public ValueTask<bool> ExistsAsync(CacheKey key, CancellationToken cancellationToken = default) =>
        _view.ExistsAsync(key, cancellationToken);

    public ValueTask<EntryTimeToLive> GetTimeToLiveAsync(CacheKey key, CancellationToken cancellationToken = default) =>
        _view.GetTimeToLiveAsync(key, cancellationToken);

    public ValueTask<bool> ExpireAsync(CacheKey key, TimeSpan timeToLive, CancellationToken cancellationToken = default) =>
        _view.ExpireAsync(key, timeToLive, cancellationToken);

    public ValueTask<bool> PersistAsync(CacheKey key, CancellationToken cancellationToken = default) =>
        _view.PersistAsync(key, cancellationToken);

    public ValueTask<long> IncrementAsync(CacheKey key, long by = 1, CacheEntryOptions options = default, CancellationToken cancellationToken = default) =>
        _view.IncrementAsync(key, by, options, cancellationToken);

    public ValueTask<IReadOnlyList<CacheResult<T>>> GetManyAsync(IEnumerable<string> keys, CancellationToken cancellationToken = default) =>
        _view.GetManyAsync<T>(keys, cancellationToken);

    public ValueTask<IReadOnlyDictionary<string, T>> GetOrCreateManyAsync(
        IEnumerable<string> keys,
        Func<IReadOnlyList<string>, CancellationToken, ValueTask<IReadOnlyDictionary<string, T>>> load,
        CacheEntryOptions options = default,
        CancellationToken cancellationToken = default) =>
        _view.GetOrCreateManyAsync<T>(keys, load, options, cancellationToken);

    public ValueTask SetManyAsync(
        IEnumerable<KeyValuePair<string, T>> entries,
        CacheEntryOptions options = default,
        CancellationToken cancellationToken = default) =>
        _view.SetManyAsync<T>(entries, options, cancellationToken);

    public ValueTask<long> RemoveManyAsync(IEnumerable<string> keys, CancellationToken cancellationToken = default) =>
        _view.RemoveManyAsync(keys, cancellationToken);

    public IAsyncEnumerable<string> KeysAsync(string pattern = "*", CancellationToken cancellationToken = default) =>
        _view.KeysAsync(pattern, cancellationToken);

    public ValueTask<long> CountAsync(CancellationToken cancellationToken = default) =>
        _view.CountAsync(cancellationToken);

    public ValueTask<long> RemoveByPatternAsync(string pattern, CancellationToken cancellationToken = default) =>
        _view.RemoveByPatternAsync(pattern, cancellationToken);

    public ValueTask<long> RemoveByPatternAsync(string pattern, IProgress<long> progress, CancellationToken cancellationToken = default) =>
        _view.RemoveByPatternAsync(pattern, progress, cancellationToken);

    public ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken = default) =>
        _view.RemoveByTagAsync(tag, cancellationToken);

    public ValueTask<long> ClearAsync(CancellationToken cancellationToken = default) =>
        _view.ClearAsync(cancellationToken);

    public ValueTask<long> ClearAsync(IProgress<long> progress, CancellationToken cancellationToken = default) =>
        _view.ClearAsync(progress, cancellationToken);

    public ICache<T> WithPrefix(string prefix) => _view.WithPrefix(prefix).For<T>();

    public ICache<T> WithTimeToLive(TimeSpan timeToLive) => _view.WithTimeToLive(timeToLive).For<T>();

    public ICache<T> PastMemory() => _view.PastMemory().For<T>();
}
