using System.Globalization;
using Larder.Redis.Telemetry;
using Larder.Writing;

namespace Larder.Redis.Journal;

/// <summary>
/// Delivers what is in the journal. It holds the leases of its share of the partitions, reads them in order, and has the writes taken to the source; what the
/// source has is taken out. Who loses a lease forgets the partition: its writes are another's by then.
/// </summary>
/// <remarks>It lives in the system's time, whatever clock the cache has: leases end in that of the server.</remarks>
internal sealed class JournalWorker<TKey, T> : IFlowJournal<TKey, T>, IAsyncDisposable
    where TKey : notnull
{
    private const int SettledAtOnce = 500;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(100);

    private readonly string _name = Guid.NewGuid().ToString("N");
    private readonly JournalPartition[] _partitions;
    private readonly CancellationTokenSource _stop = new();
    private readonly WriteQueueSettings<TKey, T> _settings;
    private readonly WriteFlow<TKey, T> _flow;
    private readonly WriteCounts _counts;
    private readonly JournalStore _store;
    private readonly TimeSpan _lease;
    private readonly Signal _work = new();
    private volatile bool _isClosing;
    private Task? _run;
    private long _beatAt;
    private long _takeAt;
    private int _share;

    public JournalWorker(WriteQueueSettings<TKey, T> settings, JournalStore store, TimeSpan lease, WriteCounts counts)
    {
        (_settings, _store, _lease, _counts) = (settings, store, lease, counts);
        _flow = new WriteFlow<TKey, T>(settings, this, counts);
        _partitions = [.. Enumerable.Range(0, store.Partitions).Select(index => new JournalPartition(index))];
    }

    /// <summary>Gets how many writes wait in the partitions of this worker.</summary>
    public long Queued => _partitions.Sum(partition => partition.Length);

    public TimeSpan Lag => _flow.Lag;

    public void Start()
    {
        _flow.Start();
        using var flow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        _run ??= RunAsync();
    }

    /// <summary>Tells that there is something to read.</summary>
    public void Wake() => _work.Set();

    /// <summary>Delivers what has been read without waiting for more.</summary>
    public void Hurry()
    {
        _work.Set();
        _ = _flow.DrainAsync(CancellationToken.None);
    }

    public async ValueTask SettleAsync(IReadOnlyList<QueuedWrite<TKey, T>> writes)
    {
        foreach (var group in writes.GroupBy(write => write.Partition))
        {
            _partitions[group.Key].AddUnsettled(group.SelectMany(write => write.Covered!.Select(version => (version, write.Text))));
            await SettleAsync(_partitions[group.Key]).ConfigureAwait(false);
        }
    }

    public bool Holds(QueuedWrite<TKey, T> write) => _partitions[write.Partition].Holds(write.Version);

    public async ValueTask<bool> BuryAsync(QueuedWrite<TKey, T> write, string reason)
    {
        if (!await TryBuryAsync(write.Partition, write.Version, write.Text, reason).ConfigureAwait(false))
        {
            return false;
        }

        await SettleAsync([write]).ConfigureAwait(false);
        return true;
    }

    /// <summary>Delivers what has been read, gives the partitions back, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _isClosing = true;
        using (var deadline = new CancellationTokenSource(_settings.Options.DrainTimeout, _settings.Time))
        {
            try
            {
                await (_run is null ? Task.CompletedTask : _flow.DrainAsync(deadline.Token)).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // What is left stays in the journal, for another process.
            }
        }

        await _flow.DisposeAsync().ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await (_run ?? Task.CompletedTask).ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var pause = FirstPause;
        var isAway = false;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                pause = await PollAsync().ConfigureAwait(false) ? FirstPause : pause * 2 < LongestPause ? pause * 2 : LongestPause;
                isAway = false;
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                break;
            }
            catch (Exception exception)
            {
                if (!isAway)
                {
                    RedisLog.JournalFailed(_settings.Diagnostics.Logger, _settings.Diagnostics.Name, exception);
                }

                isAway = true;
                pause = LongestPause;
            }

            await _work.WaitAsync(pause, TimeProvider.System, _stop.Token).ConfigureAwait(false);
        }

        await LeaveAsync().ConfigureAwait(false);
    }

    /// <summary>Renews the leases, and reads.</summary>
    /// <returns>Whether there is probably more.</returns>
    private async ValueTask<bool> PollAsync()
    {
        if (IsDue(ref _beatAt, _lease / 3))
        {
            var workers = await _store.BeatAsync(_name, _lease, isAlive: true, _stop.Token).ConfigureAwait(false);
            _share = (_partitions.Length + workers - 1) / Math.Max(1, workers);
            if (_partitions.Count(partition => partition is { IsOwned: true, IsLeaving: false }) > _share && Array.Find(_partitions, partition => partition is { IsOwned: true, IsLeaving: false }) is { } spare)
            {
                spare.IsLeaving = true;
            }
        }

        var polls = _partitions.Where(partition => partition.IsOwned).Select(partition => PollAsync(partition, mayTake: false).AsTask()).ToArray();
        var isBusy = (await Task.WhenAll(polls).ConfigureAwait(false)).Any(hasMore => hasMore);
        if (!_isClosing && _partitions.Count(partition => partition.IsOwned) < _share && IsDue(ref _takeAt, _lease / 10))
        {
            var first = Random.Shared.Next(_partitions.Length);
            for (var i = 0; i < _partitions.Length && _partitions.Count(partition => partition.IsOwned) < _share; i++)
            {
                var partition = _partitions[(first + i) % _partitions.Length];
                isBusy |= !partition.IsOwned && await PollAsync(partition, mayTake: true).ConfigureAwait(false);
            }
        }

        return isBusy;
    }

    private async ValueTask<bool> PollAsync(JournalPartition partition, bool mayTake)
    {
        await SettleAsync(partition).ConfigureAwait(false);
        if (partition.IsLeaving && partition.Held == 0)
        {
            await _store.ReleaseAsync(partition.Index, _name, _stop.Token).ConfigureAwait(false);
            partition.Lose();
            return false;
        }

        var room = Math.Max(0, (2 * _settings.Options.BatchSize) - partition.Held);
        var count = _isClosing || partition.IsLeaving ? 0 : Math.Min(room, _settings.Options.BatchSize);
        JournalTake taken;
        try
        {
            taken = await _store.TakeAsync(partition.Index, _name, _lease, count, mayTake, partition.Cursor, _stop.Token).ConfigureAwait(false);
        }
        catch
        {
            // The reply may be lost, and with it entries that count as read now: they are asked for once more.
            partition.Cursor = "0-0";
            throw;
        }

        if (!taken.IsOwner)
        {
            if (partition.IsOwned)
            {
                partition.Lose();
                _flow.Forget(write => write.Partition == partition.Index);
            }

            return false;
        }

        if (taken.IsNew && partition.IsOwned)
        {
            // The lease had ended, and perhaps another has delivered meanwhile.
            partition.Lose();
            _flow.Forget(write => write.Partition == partition.Index);
        }

        (partition.IsOwned, partition.Cursor, partition.Length) = (true, taken.Cursor, taken.Length);
        foreach (var entry in taken.Entries.Where(entry => partition.TryHold(entry.Version)))
        {
            await AddAsync(partition.Index, entry, taken.Now).ConfigureAwait(false);
        }

        return count > 0 && (taken.Entries.Count == count || taken.Cursor.Length > 0);
    }

    private async ValueTask AddAsync(int partition, JournalEntry entry, long now)
    {
        var problem = !JournalPayload.TryRead<TKey, T>(entry.Payload, _settings.Serializers, out var key, out var value, out var isDeletion)
            ? "The write could not be read: another version of the application wrote it in another form, or another type of values."
            : entry.Reads > _settings.Options.MaxAttempts
                ? string.Create(CultureInfo.InvariantCulture, $"The write has been read {entry.Reads} times and not once been delivered; the processes that tried died or lost their lease.")
                : null;
        if (problem is not null)
        {
            var isBuried = await TryBuryAsync(partition, entry.Version, entry.Text, problem).ConfigureAwait(false);
            _partitions[partition].Drop([(entry.Version, entry.Text)]);
            if (!isBuried)
            {
                _partitions[partition].Cursor = "0-0";
            }
            else
            {
                _counts.Bury();
                Larder.Diagnostics.Log.WriteBuried(_settings.Diagnostics.Logger, _settings.Diagnostics.Name, entry.Text, (int)entry.Reads, new CacheException(problem));
                await _settings.Buried(entry.Text).ConfigureAwait(false);
            }

            return;
        }

        var waited = TimeSpan.FromMicroseconds(Math.Max(0, now - entry.Version));
        var acceptedAt = _settings.Time.GetTimestamp() - (long)(waited.TotalSeconds * _settings.Time.TimestampFrequency);
        _flow.TryAdd(new QueuedWrite<TKey, T>(entry.Text, key, value, isDeletion, entry.Version, acceptedAt) { Partition = partition, Covered = [entry.Version] });
    }

    private async ValueTask<bool> TryBuryAsync(int partition, long version, string text, string reason)
    {
        try
        {
            return await _store.BuryAsync(partition, _name, version, text, reason, CancellationToken.None).ConfigureAwait(false);
        }
        catch (CacheException)
        {
            return false;
        }
    }

    /// <summary>Takes out of the journal what the source has; what fails is left for the next time.</summary>
    private async ValueTask SettleAsync(JournalPartition partition)
    {
        while (partition.Unsettled(SettledAtOnce) is { Count: > 0 } entries)
        {
            try
            {
                await _store.SettleAsync(partition.Index, _name, entries, CancellationToken.None).ConfigureAwait(false);
                partition.Drop(entries);
            }
            catch (CacheException)
            {
                return;
            }
        }
    }

    private async ValueTask LeaveAsync()
    {
        try
        {
            foreach (var partition in _partitions.Where(partition => partition.IsOwned))
            {
                await _store.ReleaseAsync(partition.Index, _name, CancellationToken.None).ConfigureAwait(false);
            }

            await _store.BeatAsync(_name, _lease, isAlive: false, CancellationToken.None).ConfigureAwait(false);
        }
        catch (CacheException)
        {
            // The leases end by themselves.
        }
    }

    private bool IsDue(ref long at, TimeSpan interval)
    {
        var now = TimeProvider.System.GetTimestamp();
        if (at != 0 && TimeProvider.System.GetElapsedTime(at, now) < interval)
        {
            return false;
        }

        at = now;
        return true;
    }
}
