using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Larder.Diagnostics;
using Larder.Memory;
using Larder.Tiers;

namespace Larder.Views;

internal sealed partial class CacheView
{
    private const int StackChars = 256;

    /// <summary>
    /// Finds the value of a plain hit: one that lives, and about which nothing is to be done. Not generic, so that the caller's own code knows the type and
    /// asks for it at no cost; it then calls <see cref="EndHit"/>, or the core member if the value is of another type.
    /// </summary>
    public object? FindHit(CacheKey key, CancellationToken cancellationToken, out long remainingMs, out long version)
    {
        if (_memory is { } memory && _trust is null or { IsOpen: true } && !CacheMetrics.IsTimeDue && !cancellationToken.IsCancellationRequested)
        {
            return _prefix is { } prefix ? FindPlainPrefixed(memory, prefix, key.Text, out remainingMs, out version) : memory.FindPlain(key.Text, out remainingMs, out version);
        }

        remainingMs = version = 0;
        return null;
    }

    /// <summary>Counts a hit that was given out, and gives the key's buffer back.</summary>
    public void EndHit(CacheKey key)
    {
        key.Release();
        OperationSampling.Skip();
        _counters.Increment(Counter.FreshHits);
    }

    [SkipLocalsInit]
    private static object? FindPlainPrefixed(MemoryEngine memory, string prefix, ReadOnlySpan<char> text, out long remainingMs, out long version)
    {
        var length = prefix.Length + text.Length;
        if (length > StackChars || text.IsEmpty)
        {
            remainingMs = version = 0;
            return null;
        }

        Span<char> full = stackalloc char[StackChars];
        prefix.CopyTo(full);
        text.CopyTo(full[prefix.Length..]);
        return memory.FindPlain(full[..length], out remainingMs, out version);
    }

    /// <summary>Gets whether there is nothing beyond the memory, so that what is not there is not there.</summary>
    private bool IsMemoryAll => _memory is not null && _trust is null;

    private bool IsMemoryTrusted => _memory is not null && _trust is null or { IsOpen: true };

    /// <summary>Looks once more, for what is not plain: tags, staleness, sliding, a stored null, a miss.</summary>
    [SkipLocalsInit]
    private MemoryHit Look(CacheKey key)
    {
        var text = key.Text;
        MemoryHit hit;
        if (_prefix is not { } prefix)
        {
            _memory!.TryGet(text, ReadIntent.Get, out hit);
            return hit;
        }

        var length = prefix.Length + text.Length;
        var full = length <= StackChars ? stackalloc char[StackChars] : new char[length];
        prefix.CopyTo(full);
        text.CopyTo(full[prefix.Length..]);
        _memory!.TryGet(full[..length], ReadIntent.Get, out hit);
        return hit;
    }

    bool ICache.TryGetCore<T>(CacheKey key, [MaybeNullWhen(false)] out T value)
    {
        var hit = IsMemoryTrusted ? Look(key) : default;
        Finish(key, hit.Lives);
        var result = _counters.CountRead(Typed.Result<T>(hit));
        value = result.GetValueOrDefault();
        return result.HasValue;
    }

    ValueTask<CacheResult<T>> ICache.GetCoreAsync<T>(CacheKey key, CancellationToken cancellationToken) => CacheMetrics.BeginTimed()
        ? TimeAsync("get", Now(), GetOtherAsync<T>(key, cancellationToken))
        : GetOtherAsync<T>(key, cancellationToken);

    private ValueTask<CacheResult<T>> GetOtherAsync<T>(CacheKey key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var hit = IsMemoryTrusted ? Look(key) : default;
        var result = Typed.Result<T>(hit);
        if (!IsMemoryAll && !result.HasValue)
        {
            return _core.Loader.GetAsync<T>(Resolve(key), _tiers, cancellationToken);
        }

        Finish(key, hit.Lives);
        return new ValueTask<CacheResult<T>>(_counters.CountRead(result));
    }

    /// <summary>Ends the use of a key: one that was found is in order, any other is checked.</summary>
    private void Finish(CacheKey key, bool isFound)
    {
        if (isFound)
        {
            key.Release();
        }
        else
        {
            _ = Resolve(key);
        }
    }

    ValueTask<CacheResult<T>> ICache.GetOrCreateCoreAsync<TState, T>(
        CacheKey key,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> load,
        CacheEntryOptions options,
        CancellationToken cancellationToken)
    {
        if (TryAnswer<T>(key, cancellationToken, out var known, out var isTimed))
        {
            return new ValueTask<CacheResult<T>>(known.GetValueOrDefault());
        }

        var request = Request(key, state, load, options);
        return isTimed
            ? TimeAsync("get_or_create", Now(), _core.Loader.GetOrLoadAsync(request, known, cancellationToken))
            : _core.Loader.GetOrLoadAsync(request, known, cancellationToken);
    }

    /// <summary>As <see cref="ICache.GetOrCreateCoreAsync"/>, for who wants the value only.</summary>
    public ValueTask<T> GetOrCreateValueAsync<TState, T>(
        CacheKey key,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> load,
        CacheEntryOptions options,
        CancellationToken cancellationToken)
    {
        if (TryAnswer<T>(key, cancellationToken, out var known, out var isTimed))
        {
            return new ValueTask<T>(known.GetValueOrDefault().RawValue);
        }

        var request = Request(key, state, load, options);
        return isTimed ? ValueAsync(TimeAsync("get_or_create", Now(), _core.Loader.GetOrLoadAsync(request, known, cancellationToken)))
            : _core.Loader.TryJoin(request, known, cancellationToken) is { } joined ? joined.WaitAsync()
            : ValueAsync(_core.Loader.LookAndLoadAsync(request, known, cancellationToken));
    }

    /// <summary>Looks into memory for what is no plain hit and yet an answer: with tags, sliding or a stored null. The loader's settings need not be looked at for it.</summary>
    /// <param name="key">The key; released if there is an answer.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    /// <param name="known">What was found; <see langword="null"/> where the tier has to be asked.</param>
    /// <param name="isTimed">Whether the call is one of those whose time is taken.</param>
    private bool TryAnswer<T>(CacheKey key, CancellationToken cancellationToken, out CacheResult<T>? known, out bool isTimed)
    {
        // What a copy in memory does not answer is asked of the tier.
        known = IsMemoryTrusted ? Typed.Result<T>(Look(key)) : null;
        known = IsMemoryAll || known is { HasValue: true } ? known : null;
        isTimed = CacheMetrics.BeginTimed();
        if (known is { HasValue: true, IsStale: false, IsRefreshDue: false } hit && !cancellationToken.IsCancellationRequested && !isTimed)
        {
            key.Release();
            known = _counters.CountRead(hit);
            return true;
        }

        return false;
    }
}
