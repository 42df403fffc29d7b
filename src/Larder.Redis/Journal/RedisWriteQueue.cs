using System.Globalization;
using System.Runtime.CompilerServices;
using Larder.Writing;

namespace Larder.Redis.Journal;

/// <summary>A queue in Redis: writes are appended by whoever makes them, and delivered by the process that has their partition.</summary>
internal sealed class RedisWriteQueue<TKey, T> : IWriteQueue<TKey, T>
    where TKey : notnull
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    private readonly WriteQueueSettings<TKey, T> _settings;
    private readonly JournalStore _store;
    private readonly JournalWorker<TKey, T> _worker;
    private readonly WriteCounts _counts = new();
    private readonly int _maxBytes;
    private readonly long _limit;
    private bool _isClosed;

    public RedisWriteQueue(WriteQueueSettings<TKey, T> settings, JournalStore store, TimeSpan lease, int maxBytes)
    {
        (_settings, _store, _maxBytes) = (settings, store, maxBytes);
        _limit = Math.Max(1, (settings.Options.MaxQueued + store.Partitions - 1) / store.Partitions);
        _worker = new JournalWorker<TKey, T>(settings, store, lease, _counts);
    }

    public void Start() => _worker.Start();

    public async ValueTask<(bool IsQueued, long Version)> AppendAsync(string text, TKey key, T? value, bool isDeletion, CancellationToken cancellationToken)
    {
        var payload = JournalPayload.Write(key, value, isDeletion, _settings.Serializers);
        if (payload.Length > _maxBytes)
        {
            throw new CacheException(string.Create(CultureInfo.InvariantCulture, $"The write of '{text}' is {payload.Length:N0} bytes long; the limit, MaxValueBytes, is {_maxBytes:N0}."));
        }

        var options = _settings.Options;
        var began = _settings.Time.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _isClosed), typeof(SourceCache<TKey, T>));
            var (isQueued, version) = await _store.AppendAsync(text, payload, _limit, options.WhenFull == QueueFullMode.WriteThrough, cancellationToken).ConfigureAwait(false);
            if (isQueued)
            {
                _counts.Accept();
                _worker.Wake();
                return (true, version);
            }

            if (options.WhenFull == QueueFullMode.WriteThrough)
            {
                _counts.WriteThrough();
                return (false, version);
            }

            if (options.WhenFull == QueueFullMode.Reject || _settings.Time.GetElapsedTime(began) >= options.FullTimeout)
            {
                _counts.Reject();
                throw new WriteQueueFullException(string.Create(CultureInfo.InvariantCulture, $"The partition of '{text}' holds {_limit:N0} writes, its share of MaxQueued, {options.MaxQueued:N0}. Slow down, raise the limit, or let more processes deliver."));
            }

            await Task.Delay(pause, _settings.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask<QueuedRead<T>> FindAsync(string text, CancellationToken cancellationToken)
    {
        var payload = await _store.FindAsync(text, cancellationToken).ConfigureAwait(false);
        return payload is not null && JournalPayload.TryRead<TKey, T>(payload, _settings.Serializers, out _, out var value, out _) ? new QueuedRead<T>(true, value) : default;
    }

    public async ValueTask ForgetAsync(string text, long version)
    {
        try
        {
            await _store.ForgetAsync(text, version, CancellationToken.None).ConfigureAwait(false);
        }
        catch (CacheException exception)
        {
            // Readers may see the older write until it has been delivered, and refused for its version.
            Larder.Diagnostics.Log.TierFailed(_settings.Diagnostics.Logger, _settings.Diagnostics.Name, "forget queued write", text, exception);
        }
    }

    /// <summary>Waits until the journal is empty, whoever delivers.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        for (var pause = FirstPause; await _store.LengthAsync(cancellationToken).ConfigureAwait(false) > 0; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            _worker.Hurry();
            await Task.Delay(pause, TimeProvider.System, cancellationToken).ConfigureAwait(false);
        }
    }

    public WriteBehindStatistics Snapshot() => _counts.Snapshot(_worker.Queued, _worker.Lag);

    public async IAsyncEnumerable<DeadLetter<TKey, T>> DeadLettersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var partition = 0; partition < _store.Partitions; partition++)
        {
            for (var after = "-"; ;)
            {
                var page = await _store.DeadAsync(partition, after, cancellationToken).ConfigureAwait(false);
                foreach (var (id, text, payload, version, reason) in page)
                {
                    var isReadable = JournalPayload.TryRead<TKey, T>(payload, _settings.Serializers, out var key, out var value, out var isDeletion);
                    yield return new DeadLetter<TKey, T>
                    {
                        Id = string.Create(CultureInfo.InvariantCulture, $"{partition}/{id}"),
                        KeyText = text,
                        Key = key,
                        Value = value,
                        IsDeletion = isDeletion,
                        IsReadable = isReadable,
                        Version = version,
                        Reason = reason,
                    };
                }

                if (page.Count == 0)
                {
                    break;
                }

                after = $"({page[^1].Id}";
            }
        }
    }

    public ValueTask<bool> RemoveDeadLetterAsync(string id, CancellationToken cancellationToken)
    {
        var slash = id.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && int.TryParse(id.AsSpan(0, slash), NumberStyles.None, CultureInfo.InvariantCulture, out var partition) && partition < _store.Partitions
            ? _store.RemoveDeadAsync(partition, id[(slash + 1)..], cancellationToken)
            : new(false);
    }

    public async ValueTask DisposeAsync()
    {
        Volatile.Write(ref _isClosed, true);
        await _worker.DisposeAsync().ConfigureAwait(false);
        await _store.DisposeAsync().ConfigureAwait(false);
    }
}
