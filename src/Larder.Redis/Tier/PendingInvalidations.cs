using System.Collections.Concurrent;
using Larder.Diagnostics;
using Larder.Keys;

namespace Larder.Redis.Tier;

/// <summary>
/// The keys and tags whose change could not be delivered. They count as absent in this process, and are removed from the server as soon as it can be
/// reached; a value that was to be stored is not kept for that, because another process may have stored a newer one by then.
/// </summary>
internal sealed class PendingInvalidations : IDisposable
{
    /// <summary>The most keys and tags that are kept; more are refused, and their callers get the error.</summary>
    public const int MaxCount = 100_000;

    /// <summary>How many are delivered at the same time.</summary>
    private const int MaxAtOnce = 500;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<string, int> _keys = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (bool IsLazy, int Times)> _tags = new(StringComparer.Ordinal);

    /// <summary>With the keys that have been written since, and are spared.</summary>
    private readonly ConcurrentDictionary<KeyFilter, ConcurrentDictionary<string, bool>> _filters = [];

    private readonly Func<string, CancellationToken, Task> _removeKey;
    private readonly Func<KeyFilter, Func<string, bool>, CancellationToken, Task> _removeAll;
    private readonly Func<string, bool, CancellationToken, Task> _removeTag;
    private readonly CancellationTokenSource _stop = new();
    private readonly CacheDiagnostics _diagnostics;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private volatile bool _isEmpty = true;
    private Task? _delivery;

    public PendingInvalidations(
        Func<string, CancellationToken, Task> removeKey,
        Func<string, bool, CancellationToken, Task> removeTag,
        Func<KeyFilter, Func<string, bool>, CancellationToken, Task> removeAll,
        CacheDiagnostics diagnostics,
        TimeProvider time)
    {
        _removeAll = removeAll;
        _removeKey = removeKey;
        _removeTag = removeTag;
        _diagnostics = diagnostics;
        _time = time;
    }

    public bool IsEmpty => _isEmpty;

    public int Count => _isEmpty ? 0 : _keys.Count + _tags.Count + _filters.Count;

    public bool HasKey(string key) => !_isEmpty && IsKept(key);

    public bool HasTag(string tag) => !_isEmpty && _tags.TryGetValue(tag, out var pending) && !pending.IsLazy;

    /// <summary>Keeps a key.</summary>
    /// <returns>Whether there was room.</returns>
    public bool TryAddKey(string key)
    {
        // Counted, so that a delivery under way does not take away what came after it began.
        return HasRoom && Began(() => _keys.AddOrUpdate(key, 1, static (_, times) => times + 1));
    }

    /// <summary>Keeps a tag.</summary>
    /// <returns>Whether there was room.</returns>
    public bool TryAddTag(string tag, bool isLazy) => HasRoom && Began(() => _tags.AddOrUpdate(tag, (isLazy, 1), (_, before) => (before.IsLazy && isLazy, before.Times + 1)));

    /// <summary>Keeps a removal of many keys.</summary>
    /// <returns>Whether there was room.</returns>
    public bool TryAddFilter(KeyFilter filter) => HasRoom && Began(() => _filters[filter] = new(StringComparer.Ordinal));

    /// <summary>Delivers the removal of one key now, before an operation that must know what is there.</summary>
    public async ValueTask SettleAsync(string key, CancellationToken cancellationToken)
    {
        if (!_isEmpty && _keys.TryGetValue(key, out var times))
        {
            await _removeKey(key, cancellationToken).ConfigureAwait(false);
            _keys.TryRemove(KeyValuePair.Create(key, times));
        }
    }

    /// <summary>Delivers the invalidation of tags now, before an entry gets them that is to outlive it.</summary>
    /// <returns>How many there were to deliver.</returns>
    public async ValueTask<int> SettleTagsAsync(string[] tags, CancellationToken cancellationToken)
    {
        var delivered = 0;
        foreach (var tag in tags)
        {
            if (!_isEmpty && _tags.TryGetValue(tag, out var pending))
            {
                await _removeTag(tag, pending.IsLazy, cancellationToken).ConfigureAwait(false);
                _tags.TryRemove(KeyValuePair.Create(tag, pending));
                delivered++;
            }
        }

        return delivered;
    }

    /// <summary>Takes note of what is pending for a key before it is written.</summary>
    public PendingMark Mark(string key) => _isEmpty ? default : MarkKept(key);

    /// <summary>Gives up what was pending for a key before it was written: what was to be removed is gone, and what is there now is to stay.</summary>
    public void Supersede(string key, PendingMark mark)
    {
        if (mark.Times > 0)
        {
            _keys.TryRemove(KeyValuePair.Create(key, mark.Times));
        }

        foreach (var spared in mark.Filters ?? [])
        {
            spared[key] = true;
        }
    }

    public void Dispose() => _stop.Cancel();

    // Not in one method with the question whether anything is kept, which is asked at each read and write: the closure would be made there.
    private bool IsKept(string key) => _keys.ContainsKey(key) || (!_filters.IsEmpty && _filters.Any(filter => filter.Key.IsMatch(key) && !filter.Value.ContainsKey(key)));

    private PendingMark MarkKept(string key) => new(_keys.GetValueOrDefault(key), [.. _filters.Where(filter => filter.Key.IsMatch(key)).Select(filter => filter.Value)]);

    private bool HasRoom => _keys.Count + _tags.Count + _filters.Count < MaxCount;

    private bool Began(Action add)
    {
        lock (_gate)
        {
            add();
            _isEmpty = false;
            _delivery ??= DeliverAllAsync();
        }

        _diagnostics.Counters.Increment(Counter.DeferredInvalidations);
        return true;
    }

    private async Task DeliverAllAsync()
    {
        while (true)
        {
            await Task.Delay(Pause, _time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stop.IsCancellationRequested)
            {
                return;
            }

            await DeliverAsync(_tags, MaxAtOnce, async tag =>
            {
                await _removeTag(tag.Key, tag.Value.IsLazy, _stop.Token).ConfigureAwait(false);
                _tags.TryRemove(tag);
            }).ConfigureAwait(false);
            await DeliverAsync(_keys, MaxAtOnce, async key =>
            {
                await _removeKey(key.Key, _stop.Token).ConfigureAwait(false);
                _keys.TryRemove(key);
            }).ConfigureAwait(false);

            // One by one: each asks all servers, and where it fails the others do.
            await DeliverAsync(_filters, atOnce: 1, async filter =>
            {
                await _removeAll(filter.Key, key => !filter.Value.ContainsKey(key), _stop.Token).ConfigureAwait(false);
                _filters.TryRemove(filter);
            }).ConfigureAwait(false);

            lock (_gate)
            {
                if (_keys.IsEmpty && _tags.IsEmpty && _filters.IsEmpty)
                {
                    _isEmpty = true;
                    _delivery = null;
                    return;
                }
            }
        }
    }

    /// <summary>
    /// Delivers each, whatever becomes of the others, for the servers of a cluster come back one by one. Ends when nothing of a batch could be delivered; the order is another each
    /// time, so that what cannot be delivered does not hold up the rest.
    /// </summary>
    private async Task DeliverAsync<TName, TState>(ConcurrentDictionary<TName, TState> waiting, int atOnce, Func<KeyValuePair<TName, TState>, Task> deliver)
        where TName : notnull
    {
        // The dictionary's own method: what copies any collection takes its count first, and throws if more come before the copy.
        var items = waiting.ToArray();
        Random.Shared.Shuffle(items);
        foreach (var batch in items.Chunk(atOnce))
        {
            var delivered = await Task.WhenAll(batch.Select(item => TryAsync(() => deliver(item)))).ConfigureAwait(false);
            if (!delivered.Contains(true))
            {
                return;
            }
        }
    }

    private async Task<bool> TryAsync(Func<Task> deliver)
    {
        try
        {
            await deliver().ConfigureAwait(false);
            return true;
        }
        catch (Exception exception)
        {
            if (exception is not CacheException && !_stop.IsCancellationRequested)
            {
                _diagnostics.TierFailed("deliver removal", "", exception);
            }

            return false;
        }
    }
}
