using System.Diagnostics.CodeAnalysis;
using Larder.Diagnostics;
using Larder.Keys;
using Larder.Loading;
using Larder.Memory;
using Larder.Tiers;

namespace Larder.Views;

/// <summary>What adapters ask of a view: keys are whole, and tags and options have been checked by the rules of the adapter.</summary>
internal sealed partial class CacheView
{
    private const ResultFlags NotFresh = ResultFlags.Stale | ResultFlags.Reserve | ResultFlags.RefreshDue;

    /// <summary>Gets what all keys of the view begin with.</summary>
    public string KeyPrefix => _keys.Prefix;

    public KeyFilter AllKeys => _keys.Everything;

    /// <summary>Takes a fresh value from memory, without a string for the key and without waiting.</summary>
    /// <returns>Whether there was one; then the key has been given back.</returns>
    public bool TryTake<T>(CacheKey key, CancellationToken cancellationToken, [MaybeNullWhen(false)] out T value)
    {
        if (FindHit(key, cancellationToken, out _, out _) is T plain)
        {
            EndHit(key);
            value = plain;
            return true;
        }

        if (IsMemoryTrusted && !CacheMetrics.IsTimeDue && !cancellationToken.IsCancellationRequested
            && Look(key) is { Lives: true } hit && (hit.Flags & NotFresh) == 0 && Typed.TryUnwrap<T>(hit.Value, out var found))
        {
            EndHit(key);
            value = found!;
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>Gets a value, or loads it.</summary>
    public ValueTask<CacheResult<T>> GetOrCreateAsync<TState, T>(LoadRequest<TState, T> request, CancellationToken cancellationToken)
    {
        _core.ThrowIfDisposed();
        return CacheMetrics.BeginTimed()
            ? TimeAsync("get_or_create", Now(), _core.Loader.GetOrLoadAsync(request, known: null, cancellationToken))
            : _core.Loader.GetOrLoadAsync(request, known: null, cancellationToken);
    }

    /// <summary>Reads an entry in some of the places where it may be.</summary>
    public async ValueTask<CacheResult<T>> ReadAsync<T>(string key, CacheTiers tiers, bool leavesNoCopy, CancellationToken cancellationToken)
    {
        _core.ThrowIfDisposed();
        cancellationToken.ThrowIfCancellationRequested();
        return _counters.CountRead(await (CacheMetrics.BeginTimed()
            ? TimeAsync("get", Now(), _core.Loader.ReadAsync<T>(key, ReadIntent.Get, tiers, leavesNoCopy, cancellationToken))
            : _core.Loader.ReadAsync<T>(key, ReadIntent.Get, tiers, leavesNoCopy, cancellationToken)).ConfigureAwait(false));
    }

    /// <summary>Stores a value.</summary>
    public async ValueTask WriteAsync<T>(string key, T value, EntryWrite write, CancellationToken cancellationToken)
    {
        _core.ThrowIfDisposed();
        await (CacheMetrics.BeginTimed()
            ? TimeAsync("set", Now(), WriteAsync(key, value, write, WriteCondition.None, cancellationToken))
            : WriteAsync(key, value, write, WriteCondition.None, cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>Removes an entry.</summary>
    public ValueTask<bool> RemoveWholeAsync(string key, CancellationToken cancellationToken)
    {
        _core.ThrowIfDisposed();
        return CacheMetrics.BeginTimed()
            ? TimeAsync("remove", Now(), RemoveAsync(key, WriteCondition.None, cancellationToken))
            : RemoveAsync(key, WriteCondition.None, cancellationToken);
    }

    /// <summary>Prolongs a sliding entry without reading it. A tier that fails prolongs nothing, unless it is strict.</summary>
    public async ValueTask TouchAsync(string key, CancellationToken cancellationToken)
    {
        _core.ThrowIfDisposed();
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            await _core.Tier.TouchAsync(key, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (!_core.Tier.IsStrict && !cancellationToken.IsCancellationRequested)
        {
            _core.Diagnostics.TierFailed("prolong", key, exception);
        }
    }

    /// <summary>Removes all entries that carry a tag that has been checked.</summary>
    public async ValueTask RemoveByKnownTagAsync(string tag, CancellationToken cancellationToken)
    {
        _core.ThrowIfDisposed();
        cancellationToken.ThrowIfCancellationRequested();
        await _core.Tier.InvalidateTagAsync(tag, isLazy: false, cancellationToken).ConfigureAwait(false);
        _core.Diagnostics.Events.OnInvalidated(InvalidationTarget.Tag, tag);
    }
}
