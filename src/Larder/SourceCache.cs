using Larder.Diagnostics;
using Larder.Tiers;
using Larder.Views;
using Larder.Writing;

namespace Larder;

/// <summary>
/// A typed cache over a source of record: reads load what is absent, writes go to the source too. Made by
/// <see cref="SourceCacheExtensions.For{TKey, T}(ICache, ICacheSource{TKey, T}, SourceCacheOptions?, Func{TKey, string}?)"/> or <c>AddSource</c>. All members may be called from many threads at once.
/// </summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="T">The type of the values.</typeparam>
public sealed class SourceCache<TKey, T> : IAsyncDisposable, IDisposable
    where TKey : notnull
{
    private readonly CacheView _view;
    private readonly ICache _cache;
    private readonly ICacheSource<TKey, T> _source;
    private readonly SourceCacheOptions _options;
    private readonly Func<TKey, string> _keyText;
    private readonly IWriteQueue<TKey, T>? _queue;
    private readonly EntryWrite _write;
    private Task? _end;

    internal SourceCache(CacheView view, ICacheSource<TKey, T> source, SourceCacheOptions options, Func<TKey, string>? keyText)
    {
        SourceCacheOptionsValidator.ThrowIfInvalid(options);
        (_view, _cache, _source, _options) = (view, view, source, options);
        _keyText = KeyText.Of(keyText);
        _write = view.ToWrite(options.Entry);
        if (options.WriteBehind is { } writeBehind)
        {
            var core = view.Core;
            _queue = writeBehind.Journal.Open(new WriteQueueSettings<TKey, T>
            {
                Options = writeBehind,
                Source = source,
                SaveTimeout = options.SaveTimeout,
                Time = core.Clock.Provider,
                Diagnostics = core.Diagnostics,
                LoggerFactory = core.Options.LoggerFactory,
                Serializers = Serialization.SerializerSet.Of(core.Options),
                Buried = ForgetAsync,
            });
            WriteMetrics.Add(_queue, core.Diagnostics, typeof(T).Name, _queue.Snapshot);
            if (writeBehind.Delivers)
            {
                _queue.Start();
            }
        }
    }

    /// <summary>Gets what write-behind has done; <see langword="null"/> with write-through.</summary>
    public WriteBehindStatistics? WriteBehind => _queue?.Snapshot();

    /// <summary>Gets a value, and loads it when it is not in the cache: what waits in the queue of write-behind, otherwise what the source has.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Cancels the wait of this caller.</param>
    /// <returns>The value; <see langword="null"/> (the default of a value type) when there is none.</returns>
    /// <exception cref="LoadTimeoutException">The load took longer than the load timeout.</exception>
    public ValueTask<T?> GetAsync(TKey key, CancellationToken cancellationToken = default)
    {
        var text = _keyText(key);
        return _cache.GetOrCreateAsync(
            text,
            (Cache: this, Key: key, Text: text),
            static (call, load, token) => call.Cache.LoadAsync(call.Key, call.Text, load, token),
            _options.Entry,
            cancellationToken);
    }

    /// <summary>Gets many values; all that are not in the cache are loaded by one call of the source.</summary>
    /// <param name="keys">The keys; none reads nothing.</param>
    /// <param name="cancellationToken">Cancels the wait of this caller.</param>
    /// <returns>The values that there are, by key.</returns>
    public async ValueTask<IReadOnlyDictionary<TKey, T>> GetManyAsync(IEnumerable<TKey> keys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var byText = new Dictionary<string, TKey>(StringComparer.Ordinal);
        foreach (var key in keys)
        {
            byText[_keyText(key)] = key;
        }

        IReadOnlyDictionary<string, T?> found;
        try
        {
            found = await _cache.GetOrCreateManyAsync<T?>(byText.Keys, (missing, token) => LoadManyAsync(missing, byText, token), _options.Entry, cancellationToken).ConfigureAwait(false);
        }
        catch (JournalAwayException exception)
        {
            Log.TierFailed(Diagnostics.Logger, _view.Name, "find queued writes", byText.Keys.First(), exception);
            found = await LoadPastAsync(byText, cancellationToken).ConfigureAwait(false);
        }

        return found.Where(value => value.Value is not null).ToDictionary(value => byText[value.Key], value => value.Value!);
    }

    /// <summary>
    /// Writes a value. With write-through the source has it when the call returns; with write-behind the journal has accepted it, and the source gets it later. Either way the next
    /// read of any process gets this value or a later one.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value; not <see langword="null"/>, which means that there is none: use <see cref="RemoveAsync"/>.</param>
    /// <param name="cancellationToken">Cancels the write, up to its acceptance.</param>
    /// <returns>The completion.</returns>
    /// <exception cref="WriteQueueFullException">The queue of write-behind is full; nothing happened.</exception>
    /// <exception cref="CacheException">The journal of write-behind, or a strict cache, failed. What the source throws is thrown as it is.</exception>
    public async ValueTask SetAsync(TKey key, T value, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(value);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _end) is not null, this);
        var text = _keyText(key);
        var full = _view.Resolve(text);
        await _view.Core.Writes.SetAsync(full, value, _write, token => AcceptAsync(key, text, value, isDeletion: false, token), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes a value in the source, or has its deletion accepted by the journal, and removes it from the cache.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Cancels the deletion, up to its acceptance.</param>
    /// <returns>The completion.</returns>
    /// <exception cref="WriteQueueFullException">The queue of write-behind is full; nothing happened.</exception>
    /// <exception cref="CacheException">The journal of write-behind, or a strict cache, failed. What the source throws is thrown as it is.</exception>
    public async ValueTask RemoveAsync(TKey key, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _end) is not null, this);
        var text = _keyText(key);
        var full = _view.Resolve(text);
        await _view.Core.Writes.DeleteAsync(full, token => AcceptAsync(key, text, default, isDeletion: true, token), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Loads values before they are asked for. A key that cannot be loaded is counted and logged, and does not keep the others from it.</summary>
    /// <param name="keys">The keys; a list becomes one with <c>ToAsyncEnumerable()</c>.</param>
    /// <param name="options">How. Default: 4 calls of the source at the same time, 100 keys each.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range. What the listing of the keys throws is thrown as it is.</exception>
    public Task<WarmUpResult> WarmUpAsync(IAsyncEnumerable<TKey> keys, WarmUpOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        options ??= new WarmUpOptions();
        SourceCacheOptionsValidator.ThrowIfInvalid(options);
        return new WarmUp<TKey>(
            async (batch, token) => (await GetManyAsync(batch, token).ConfigureAwait(false)).Count,
            async (key, token) => await GetAsync(key, token).ConfigureAwait(false) is not null,
            _keyText,
            options,
            _view.Core.Diagnostics,
            _view.Core.Clock.Provider).RunAsync(keys, cancellationToken);
    }

    /// <summary>Waits until the source has every write that waits and that is this process's to deliver; nothing to wait for with write-through.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The completion.</returns>
    public Task DrainAsync(CancellationToken cancellationToken = default) => _queue?.DrainAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>Lists the writes that were accepted and that the source would not take.</summary>
    /// <param name="cancellationToken">Cancels the listing.</param>
    /// <returns>The dead letters, of a shared journal those of all processes; none with write-through.</returns>
    public IAsyncEnumerable<DeadLetter<TKey, T>> DeadLettersAsync(CancellationToken cancellationToken = default) =>
        _queue?.DeadLettersAsync(cancellationToken) ?? AsyncEnumerable.Empty<DeadLetter<TKey, T>>();

    /// <summary>Removes a dead letter, after it was dealt with.</summary>
    /// <param name="id">Its <see cref="DeadLetter{TKey, T}.Id"/>.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>Whether there was one.</returns>
    public ValueTask<bool> RemoveDeadLetterAsync(string id, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(id);
        return _queue?.RemoveDeadLetterAsync(id, cancellationToken) ?? new(false);
    }

    /// <summary>
    /// Ends the writes: waits for the queue to be delivered, at most <see cref="WriteBehindOptions.DrainTimeout"/>. The cache below lives on. What a journal in memory holds
    /// then is lost, and the log tells how much.
    /// </summary>
    /// <returns>The completion.</returns>
    public ValueTask DisposeAsync()
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return new(Interlocked.CompareExchange(ref _end, end.Task, null) ?? EndAsync(end));
    }

    /// <summary>Begins to end the writes, and does not wait; <see cref="DisposeAsync"/> does.</summary>
    public void Dispose() => _ = DisposeAsync().AsTask();

    /// <summary>Gets all by which the cache tells what it does.</summary>
    internal CacheDiagnostics Diagnostics => _view.Core.Diagnostics;

    private async Task EndAsync(TaskCompletionSource end)
    {
        try
        {
            if (_queue is not null)
            {
                await _queue.DisposeAsync().ConfigureAwait(false);
                WriteMetrics.Remove(_queue);
            }
        }
        finally
        {
            end.SetResult();
        }
    }

    private async ValueTask<T?> LoadAsync(TKey key, string text, LoadContext load, CancellationToken cancellationToken)
    {
        if (_queue is not null)
        {
            try
            {
                var queued = await _queue.FindAsync(text, cancellationToken).ConfigureAwait(false);
                if (queued.IsQueued)
                {
                    return queued.Value;
                }
            }
            catch (CacheException exception)
            {
                // What the source has may be older than what waits: good enough for this caller, who would get nothing otherwise, and not for the cache.
                load.DoNotStore();
                Log.TierFailed(_view.Core.Diagnostics.Logger, _view.Name, "find queued write", text, exception);
            }
        }

        return await _source.LoadAsync(key, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<IReadOnlyDictionary<string, T?>> LoadManyAsync(IReadOnlyList<string> missing, Dictionary<string, TKey> byText, CancellationToken cancellationToken)
    {
        var values = new Dictionary<string, T?>(missing.Count, StringComparer.Ordinal);
        if (_queue is not null)
        {
            try
            {
                var reads = await Task.WhenAll(missing.Select(text => _queue.FindAsync(text, cancellationToken).AsTask())).ConfigureAwait(false);
                foreach (var (text, read) in missing.Zip(reads).Where(pair => pair.Second.IsQueued))
                {
                    values[text] = read.Value;
                }
            }
            catch (CacheException exception)
            {
                throw new JournalAwayException(exception.Message, exception);
            }
        }

        var toLoad = missing.Where(text => !values.ContainsKey(text)).ToArray();
        if (toLoad.Length == 0)
        {
            return values;
        }

        var loaded = await _source.LoadManyAsync([.. toLoad.Select(text => byText[text])], cancellationToken).ConfigureAwait(false);
        foreach (var text in toLoad)
        {
            if (loaded.TryGetValue(byText[text], out var value))
            {
                values[text] = value;
            }
            else if (default(T) is null)
            {
                // That there is none is worth keeping too.
                values[text] = default;
            }
        }

        return values;
    }

    /// <summary>Gets values while nobody can tell what waits: what the source has may be older than that, and is not kept.</summary>
    private async ValueTask<IReadOnlyDictionary<string, T?>> LoadPastAsync(Dictionary<string, TKey> byText, CancellationToken cancellationToken)
    {
        string[] texts = [.. byText.Keys];
        var cached = await _cache.GetManyAsync<T?>(texts, cancellationToken).ConfigureAwait(false);
        var values = new Dictionary<string, T?>(StringComparer.Ordinal);
        for (var i = 0; i < texts.Length; i++)
        {
            if (cached[i].HasValue)
            {
                values[texts[i]] = cached[i].Value;
            }
        }

        string[] missing = [.. texts.Where(text => !values.ContainsKey(text))];
        var loaded = missing.Length == 0 ? null : await _source.LoadManyAsync([.. missing.Select(text => byText[text])], cancellationToken).ConfigureAwait(false);
        foreach (var text in missing)
        {
            values[text] = loaded!.GetValueOrDefault(byText[text]);
        }

        return values;
    }

    /// <summary>Removes a value from the cache that the source will never have.</summary>
    private async ValueTask ForgetAsync(string text)
    {
        try
        {
            await _view.Core.Writes.RemoveAsync(_view.Resolve(text)).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is CacheException or ObjectDisposedException or ArgumentException)
        {
            Log.TierFailed(Diagnostics.Logger, _view.Name, "remove", text, exception);
        }
    }

    private async ValueTask AcceptAsync(TKey key, string text, T? value, bool isDeletion, CancellationToken cancellationToken)
    {
        if (_queue is null)
        {
            await CallSourceAsync(key, value, isDeletion, version: null, cancellationToken).ConfigureAwait(false);
            return;
        }

        var (isQueued, version) = await _queue.AppendAsync(text, key, value, isDeletion, cancellationToken).ConfigureAwait(false);
        if (!isQueued)
        {
            await CallSourceAsync(key, value, isDeletion, version, cancellationToken).ConfigureAwait(false);
            await _queue.ForgetAsync(text, version).ConfigureAwait(false);
        }
    }

    private async ValueTask CallSourceAsync(TKey key, T? value, bool isDeletion, long? version, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(Limits.Timer(_options.SaveTimeout), _view.Core.Clock.Provider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var call = isDeletion ? _source.DeleteAsync(key, version, either.Token) : _source.SaveAsync(key, value!, version, either.Token);
        try
        {
            await call.ConfigureAwait(false);
        }
        catch (OperationCanceledException exception) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The source took longer than SaveTimeout, {_options.SaveTimeout}, for the write of '{_keyText(key)}'. It may have been made.", exception);
        }
    }
}
