using Larder.Diagnostics;
using Larder.Keys;
using Larder.Loading;
using Larder.Serialization;
using Larder.Views;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Larder.Adapters;

/// <summary>A cache as a <see cref="HybridCache"/>. Its entries are those of the cache, under the same keys and tags; besides, each has the tag <c>*</c>, which stands for all of them.</summary>
internal sealed class LarderHybridCache : HybridCache, IFailureObserver, ISerializationProblems
{
    private const string Everything = "*";

    private readonly CacheView _cache;
    private readonly LarderHybridCacheOptions _options;
    private readonly HybridEntries _entries;
    private readonly ILogger _logger;
    private readonly int _maxTagLength;

    public LarderHybridCache(CacheView cache, LarderHybridCacheOptions options)
    {
        RequireValid(options);
        (_cache, _options) = (cache, options);
        var core = cache.Core;
        _entries = new HybridEntries(core, options);
        _logger = core.Options.LoggerFactory is { } logs ? new OneLineLogger(logs.CreateLogger(typeof(HybridCache).FullName!)) : NullLogger.Instance;
        _maxTagLength = core.Options.MaxTagLength;
        core.Diagnostics.Observer = this;
        SerializerSet.Of(core.Options).Problems = this;
    }

    public override ValueTask<T> GetOrCreateAsync<TState, T>(
        string key, TState state, Func<TState, CancellationToken, ValueTask<T>> factory, HybridCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return TryTake(key, key, options, cancellationToken, out T? value)
            ? new ValueTask<T>(value!)
            : GetOrCreateElsewhereAsync(key, state, factory, options, tags, cancellationToken);
    }

    public override ValueTask<T> GetOrCreateAsync<TState, T>(
        ReadOnlySpan<char> key, TState state, Func<TState, CancellationToken, ValueTask<T>> factory, HybridCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return TryTake(key, key, options, cancellationToken, out T? value)
            ? new ValueTask<T>(value!)
            : GetOrCreateElsewhereAsync(key.ToString(), state, factory, options, tags, cancellationToken);
    }

    public override async ValueTask SetAsync<T>(string key, T value, HybridCacheEntryOptions? options = null, IEnumerable<string>? tags = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        cancellationToken.ThrowIfCancellationRequested();
        var known = TagsOf(tags, out var isLocal);
        if (KeyOf(key, ref isLocal) is not { } full)
        {
            return;
        }

        var entry = isLocal ? _entries.LocalOf(options) : _entries.Of(options);
        if (entry.Writes == CacheTiers.None)
        {
            return;
        }

        var write = entry.Settings.ToWrite(timeToLive: null, isNull: false, loadMs: 0, known);
        if (write.SkipsShared || !_cache.Tier.OutlivesProcess || value is null)
        {
            await _cache.WriteAsync(full, value, write, cancellationToken).ConfigureAwait(false);
            return;
        }

        var bytes = ValueCopies.Serialize(value, SerializerSet.Of(_cache.Core.Options));
        if (bytes.Length > _options.MaximumPayloadBytes)
        {
            PayloadTooLarge(key, bytes.Length);
            write = write with { SkipsShared = true };

            // What the store has is older.
            await _cache.RemoveWholeAsync(full, cancellationToken).ConfigureAwait(false);
            if (!_cache.Tier.Stores(write))
            {
                return;
            }
        }

        await _cache.WriteAsync(full, bytes, write, cancellationToken).ConfigureAwait(false);
    }

    public override async ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        cancellationToken.ThrowIfCancellationRequested();
        if (ProblemOf(key) == KeyProblem.None)
        {
            await _cache.RemoveWholeAsync(FullKey(key), cancellationToken).ConfigureAwait(false);
        }
    }

    public override async ValueTask RemoveByTagAsync(string tag, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!string.IsNullOrWhiteSpace(tag))
        {
            await _cache.RemoveByKnownTagAsync(AdapterKey.Of(tag, _maxTagLength), cancellationToken).ConfigureAwait(false);
        }
    }

    public override string ToString() => $"HybridCache over {_cache}";

    public void TierFailed(string operation, string key, Exception exception)
    {
        if (operation is "read" or "begin fill")
        {
            HybridLog.ReadFailed(_logger, operation, key, exception);
        }
        else
        {
            HybridLog.WriteFailed(_logger, operation, key, exception);
        }
    }

    public void BadEntry(string key, string problem) => HybridLog.DataRejected(_logger, key, problem);

    public void PayloadTooLarge(string key, long bytes) => HybridLog.PayloadTooLarge(_logger, key, bytes, _options.MaximumPayloadBytes);

    public void CouldNotWrite(Type type, Exception exception) => HybridLog.SerializationFailed(_logger, type.ToString(), exception);

    public void CouldNotRead(Type type, Exception exception) => HybridLog.DeserializationFailed(_logger, type.ToString(), exception);

    private static void RequireValid(LarderHybridCacheOptions options)
    {
        if (options.MaximumKeyLength < 1 || options.MaximumPayloadBytes < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(options), $"MaximumKeyLength is {options.MaximumKeyLength} and MaximumPayloadBytes {options.MaximumPayloadBytes}; both must be at least 1.");
        }
    }

    private bool TryTake<T>(CacheKey key, ReadOnlySpan<char> text, HybridCacheEntryOptions? options, CancellationToken cancellationToken, out T? value)
    {
        var flags = options?.Flags ?? _entries.DefaultFlags;
        if ((flags & HybridCacheEntryFlags.DisableLocalCacheRead) == 0 && ProblemOf(text) == KeyProblem.None && _cache.TryTake(key, cancellationToken, out value))
        {
            return true;
        }

        key.Release();
        value = default;
        return false;
    }

    private async ValueTask<T> GetOrCreateElsewhereAsync<TState, T>(
        string key, TState state, Func<TState, CancellationToken, ValueTask<T>> factory, HybridCacheEntryOptions? options, IEnumerable<string>? tags, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var known = TagsOf(tags, out var isLocal);
        var full = KeyOf(key, ref isLocal);
        var entry = isLocal ? _entries.LocalOf(options) : _entries.Of(options);
        if (entry.OnlyReads)
        {
            return full is null ? default! : (await _cache.ReadAsync<T>(full, entry.Reads, entry.LeavesNoCopy, cancellationToken).ConfigureAwait(false)).GetValueOrDefault()!;
        }

        if (full is null)
        {
            return await factory(state, cancellationToken).ConfigureAwait(false);
        }

        var request = new LoadRequest<(TState State, Func<TState, CancellationToken, ValueTask<T>> Factory), T>(
            full, (state, factory), static (call, _, token) => call.Factory(call.State, token), entry.Settings, TimeToLive: null, known, entry.Reads)
        {
            Variant = entry.Variant,
            IsForced = entry.IsForced,
            LeavesNoCopy = entry.LeavesNoCopy,
        };
        return (await _cache.GetOrCreateAsync(request, cancellationToken).ConfigureAwait(false)).RawValue;
    }

    private string FullKey(string key) => _cache.KeyPrefix + AdapterKey.Of(key, _cache.Core.Options.MaxKeyLength - _cache.KeyPrefix.Length);

    /// <summary>Gets the whole key in the cache; <see langword="null"/>, and a line in the log, for one that is not cached.</summary>
    private string? KeyOf(string? key, ref bool isLocal)
    {
        switch (ProblemOf(key))
        {
            case KeyProblem.Empty:
                HybridLog.KeyEmpty(_logger);
                return null;
            case KeyProblem.TooLong:
                HybridLog.KeyTooLong(_logger, key!.Length, _options.MaximumKeyLength);
                return null;
            case KeyProblem.Content:
                HybridLog.KeyContent(_logger);
                return null;
            default:
                if (!Utf16.IsWellFormed(key))
                {
                    HybridLog.KeyUnicode(_logger);
                    isLocal = true;
                }

                return FullKey(key!);
        }
    }

    private KeyProblem ProblemOf(ReadOnlySpan<char> key) =>
        key.IsWhiteSpace() ? KeyProblem.Empty
        : key.Length > _options.MaximumKeyLength ? KeyProblem.TooLong
        : key.IndexOfAnyInRange('\0', '\u001f') >= 0 ? KeyProblem.Content
        : KeyProblem.None;

    /// <summary>Checks and copies the tags of a call, and adds the one that stands for all entries.</summary>
    /// <exception cref="ArgumentException">A tag is empty or <c>*</c>, or there are too many.</exception>
    private string[] TagsOf(IEnumerable<string>? tags, out bool isLocal)
    {
        isLocal = false;
        if (tags is null)
        {
            return s_noTags;
        }

        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var tag in tags)
        {
            if (string.IsNullOrWhiteSpace(tag) || tag == Everything)
            {
                throw new ArgumentException($"The tag '{tag}' is not possible: a tag must not be empty or whitespace, nor '{Everything}', which stands for all entries.", nameof(tags));
            }

            if (!Utf16.IsWellFormed(tag))
            {
                HybridLog.TagUnicode(_logger);
                isLocal = true;
            }

            known.Add(AdapterKey.Of(tag, _maxTagLength));
        }

        Limits.RequireTagCount(known.Count, _cache.Core.Options.MaxTagsPerEntry, nameof(tags));
        return known.Count == 0 ? s_noTags : [.. known, Everything];
    }

    private static readonly string[] s_noTags = [Everything];

    private enum KeyProblem
    {
        None,
        Empty,
        TooLong,
        Content,
    }
}
