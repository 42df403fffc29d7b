using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Larder.Diagnostics;
using Larder.Keys;
using Larder.Loading;
using Larder.Memory;
using Larder.Tiers;

namespace Larder.Views;

/// <summary>
/// A view of a cache: its keys with a prefix, its own default time to live. A hit in memory is answered here, without a string, an
/// allocation or an await; everything else goes on to what the views share.
/// </summary>
internal sealed partial class CacheView : ICache
{
    private const int StackChars = 256;

    private readonly CacheCore _core;
    private readonly MemoryEngine? _memory;
    private readonly KeySpace _keys;
    private readonly TimeSpan? _timeToLive;
    private readonly bool _ownsCore;

    public CacheView(CacheCore core)
        : this(core, core.Keys, timeToLive: null) => _ownsCore = true;

    private CacheView(CacheCore core, KeySpace keys, TimeSpan? timeToLive)
    {
        _core = core;
        _memory = core.Memory;
        _keys = keys;
        _timeToLive = timeToLive;
    }

    public string Name => _core.Diagnostics.Name;

    public CacheStatistics Statistics => _core.Statistics;

    public CacheEvents Events => _core.Diagnostics.Events;

    public bool TryGet<T>(CacheKey key, [MaybeNullWhen(false)] out T value)
    {
        if (TryReadMemory(key, ReadIntent.Get, out var hit) && hit.Lives && Typed.TryUnwrap(hit.Value, out value!))
        {
            key.Release();
            _core.Counters.Increment((hit.Flags & ResultFlags.Stale) == 0 ? Counter.FreshHits : Counter.StaleHits);
            return true;
        }

        value = default;
        _ = Resolve(key);
        CountMiss(Typed.Result<T>(hit));
        return false;
    }

    public ValueTask<CacheResult<T>> GetAsync<T>(CacheKey key, CancellationToken cancellationToken = default) =>
        CacheMetrics.TimesOperations ? TimeAsync("get", Now(), GetCoreAsync<T>(key, cancellationToken)) : GetCoreAsync<T>(key, cancellationToken);

    public ValueTask<CacheResult<T>> PeekAsync<T>(CacheKey key, CancellationToken cancellationToken = default)
    {
        var full = Resolve(key);
        cancellationToken.ThrowIfCancellationRequested();
        return _core.Loader.ReadAsync<T>(full, ReadIntent.Peek, cancellationToken);
    }

    public ValueTask<T> GetOrCreateAsync<TState, T>(
        CacheKey key,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> load,
        CacheEntryOptions options = default,
        CancellationToken cancellationToken = default)
    {
        RequireLoad(load, options);
        if (TryHit<T>(key, cancellationToken, out var hit, out var value))
        {
            return new ValueTask<T>(value);
        }

        return ValueAsync(GetOrLoadAsync(key, hit, state, load, options, cancellationToken));
    }

    public ValueTask<CacheResult<T>> GetOrCreateResultAsync<TState, T>(
        CacheKey key,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> load,
        CacheEntryOptions options = default,
        CancellationToken cancellationToken = default)
    {
        RequireLoad(load, options);
        if (TryHit<T>(key, cancellationToken, out var hit, out var value))
        {
            return new(new CacheResult<T>(value, hit.RemainingMs, hit.Version, hit.Flags));
        }

        return GetOrLoadAsync(key, hit, state, load, options, cancellationToken);
    }

    public ValueTask<T> RefreshAsync<TState, T>(
        CacheKey key,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> load,
        CacheEntryOptions options = default,
        CancellationToken cancellationToken = default) =>
        ValueAsync(_core.Loader.ReloadAsync(Request(key, state, load, options), cancellationToken));

    public async ValueTask DisposeAsync()
    {
        if (_ownsCore)
        {
            await _core.DisposeAsync().ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        // The asynchronous part only waits for background work to end; what it does at once is what counts.
        _ = DisposeAsync().AsTask();
    }

    /// <summary>Gets the full key as a string, and checks that it is one and that the cache lives.</summary>
    public string Resolve(CacheKey key)
    {
        _core.ThrowIfDisposed();
        return _keys.Resolve(key);
    }

    public EntryWrite ToWrite(CacheEntryOptions options)
    {
        var settings = _core.SettingsOf(options.Policy);
        return settings.ToWrite(TimeToLiveOf(options, settings), isNull: false, loadMs: 0, _core.TagsOf(options));
    }

    private ValueTask<CacheResult<T>> GetCoreAsync<T>(CacheKey key, CancellationToken cancellationToken)
    {
        if (TryHit<T>(key, cancellationToken, out var hit, out var value))
        {
            return new(new CacheResult<T>(value, hit.RemainingMs, hit.Version, hit.Flags));
        }

        if (_memory is null)
        {
            return GetElsewhereAsync<T>(Resolve(key), cancellationToken);
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (hit.Lives)
        {
            key.Release();
        }
        else
        {
            _ = Resolve(key);
        }

        return new(CountRead(Typed.Result<T>(hit)));
    }

    /// <summary>Answers the plain case: a value of the right type that lives, and about which nothing is to be done.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryHit<T>(CacheKey key, CancellationToken cancellationToken, out MemoryHit hit, [MaybeNullWhen(false)] out T value)
    {
        if (TryReadMemory(key, ReadIntent.Get, out hit) && hit.IsPlain && hit.Value is T typed && !cancellationToken.IsCancellationRequested)
        {
            key.Release();
            _core.Counters.Increment(Counter.FreshHits);
            value = typed;
            return true;
        }

        value = default;
        return false;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryReadMemory(CacheKey key, ReadIntent intent, out MemoryHit hit)
    {
        if (_memory is { } memory)
        {
            return _keys.Prefix.Length == 0 ? memory.TryGet(key.Text, intent, out hit) : TryReadPrefixed(memory, key, intent, out hit);
        }

        hit = default;
        return false;
    }

    [SkipLocalsInit]
    private bool TryReadPrefixed(MemoryEngine memory, CacheKey key, ReadIntent intent, out MemoryHit hit)
    {
        var prefix = _keys.Prefix;
        var text = key.Text;
        var length = prefix.Length + text.Length;
        if (length > StackChars || text.IsEmpty)
        {
            hit = default;
            return !text.IsEmpty && memory.TryGet(string.Concat(prefix, text), intent, out hit);
        }

        Span<char> full = stackalloc char[StackChars];
        prefix.CopyTo(full);
        text.CopyTo(full[prefix.Length..]);
        return memory.TryGet(full[..length], intent, out hit);
    }

    private async ValueTask<CacheResult<T>> GetElsewhereAsync<T>(string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return CountRead(await _core.Loader.ReadAsync<T>(key, ReadIntent.Get, cancellationToken).ConfigureAwait(false));
    }

    private CacheResult<T> CountRead<T>(CacheResult<T> result)
    {
        if (!result.HasValue)
        {
            CountMiss(result);
            return default;
        }

        _core.Counters.Increment(result.IsStale ? Counter.StaleHits : Counter.FreshHits);
        return result;
    }

    private void CountMiss<T>(CacheResult<T> result)
    {
        _core.Counters.Increment(Counter.Misses);
        if (result.HasOtherType)
        {
            _core.Counters.Increment(Counter.TypeMismatches);
        }
    }

    private ValueTask<CacheResult<T>> GetOrLoadAsync<TState, T>(
        CacheKey key,
        in MemoryHit hit,
        TState state,
        Func<TState, LoadContext, CancellationToken, ValueTask<T>> load,
        CacheEntryOptions options,
        CancellationToken cancellationToken)
    {
        CacheResult<T>? known = _memory is null ? null : Typed.Result<T>(hit);
        var request = Request(key, state, load, options);
        return CacheMetrics.TimesOperations
            ? TimeAsync("get_or_create", Now(), _core.Loader.GetOrLoadAsync(request, known, cancellationToken))
            : _core.Loader.GetOrLoadAsync(request, known, cancellationToken);
    }

    private LoadRequest<TState, T> Request<TState, T>(
        CacheKey key, TState state, Func<TState, LoadContext, CancellationToken, ValueTask<T>> load, CacheEntryOptions options)
    {
        ArgumentNullException.ThrowIfNull(load);
        var full = Resolve(key);
        var settings = _core.SettingsOf(options.Policy);
        return new(full, state, load, settings, TimeToLiveOf(options, settings), _core.TagsOf(options));
    }

    /// <summary>Refuses on a hit too what could be refused on a miss only otherwise, now and then.</summary>
    private static void RequireLoad(Delegate load, in CacheEntryOptions options)
    {
        ArgumentNullException.ThrowIfNull(load);
        if (options.TimeToLive is { } timeToLive)
        {
            Limits.RequirePositive(timeToLive, nameof(CacheEntryOptions.TimeToLive), nameof(options));
        }
    }

    private TimeSpan? TimeToLiveOf(CacheEntryOptions options, EntrySettings settings)
    {
        if (options.TimeToLive is { } timeToLive)
        {
            Limits.RequirePositive(timeToLive, nameof(CacheEntryOptions.TimeToLive), nameof(options));
        }

        return options.TimeToLive ?? (settings.HasOwnTimeToLive ? null : _timeToLive);
    }

    private static async ValueTask<T> ValueAsync<T>(ValueTask<CacheResult<T>> result) => (await result.ConfigureAwait(false)).RawValue;

    private long Now() => _core.Clock.Provider.GetTimestamp();

    private async ValueTask<T> TimeAsync<T>(string name, long start, ValueTask<T> operation)
    {
        try
        {
            return await operation.ConfigureAwait(false);
        }
        finally
        {
            CacheMetrics.RecordOperation(_core.Diagnostics, _core.Clock.Provider.GetElapsedTime(start), name);
        }
    }
}
