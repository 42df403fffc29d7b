using System.Globalization;
using System.Runtime.CompilerServices;
using Larder.Diagnostics;

namespace Larder.Writing;

/// <summary>A queue in the memory of the process.</summary>
internal sealed class MemoryWriteQueue<TKey, T> : IWriteQueue<TKey, T>, IFlowJournal<TKey, T>
    where TKey : notnull
{
    /// <summary>The most dead letters that are kept; the oldest make room.</summary>
    private const int MaxDeadLetters = 10_000;

    private readonly Lock _lock = new();
    private readonly LinkedList<DeadLetter<TKey, T>> _dead = new();
    private readonly WriteQueueSettings<TKey, T> _settings;
    private readonly WriteFlow<TKey, T> _flow;
    private readonly WriteCounts _counts = new();
    private long _lastVersion;
    private bool _isClosed;

    public MemoryWriteQueue(WriteQueueSettings<TKey, T> settings)
    {
        _settings = settings;
        _flow = new WriteFlow<TKey, T>(settings, this, _counts);
    }

    public void Start() => _flow.Start();

    public async ValueTask<(bool IsQueued, long Version)> AppendAsync(string text, TKey key, T? value, bool isDeletion, CancellationToken cancellationToken)
    {
        var options = _settings.Options;
        var began = _settings.Time.GetTimestamp();
        while (true)
        {
            ObjectDisposedException.ThrowIf(Volatile.Read(ref _isClosed), typeof(SourceCache<TKey, T>));
            var version = NextVersion();
            if (_flow.TryAdd(new QueuedWrite<TKey, T>(text, key, value, isDeletion, version, began), options.MaxQueued))
            {
                _counts.Accept();
                return (true, version);
            }

            var left = options.FullTimeout - _settings.Time.GetElapsedTime(began);
            if (options.WhenFull == QueueFullMode.WriteThrough)
            {
                _counts.WriteThrough();
                return (false, version);
            }

            if (options.WhenFull == QueueFullMode.Reject || left <= TimeSpan.Zero)
            {
                _counts.Reject();
                throw new WriteQueueFullException(string.Create(CultureInfo.InvariantCulture, $"The queue of write-behind holds {options.MaxQueued:N0} writes, its limit MaxQueued. Slow down, raise the limit, or let the source take more at once."));
            }

            await _flow.RoomAsync(options.MaxQueued).WaitAsync(Limits.Timer(left), _settings.Time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public ValueTask<QueuedRead<T>> FindAsync(string text, CancellationToken cancellationToken) =>
        new(_flow.Find(text) is { } write ? new QueuedRead<T>(true, write.Value) : default);

    public ValueTask ForgetAsync(string text, long version) => default; // Only the write of a key that has none in the queue goes past it.

    public Task DrainAsync(CancellationToken cancellationToken) => _flow.DrainAsync(cancellationToken);

    public WriteBehindStatistics Snapshot() => _counts.Snapshot(_flow.Count, _flow.Lag);

    public async IAsyncEnumerable<DeadLetter<TKey, T>> DeadLettersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        DeadLetter<TKey, T>[] letters;
        lock (_lock)
        {
            letters = [.. _dead];
        }

        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var letter in letters)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return letter;
        }
    }

    public ValueTask<bool> RemoveDeadLetterAsync(string id, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new(_dead.FirstOrDefault(letter => letter.Id == id) is { } found && _dead.Remove(found));
        }
    }

    public ValueTask SettleAsync(IReadOnlyList<QueuedWrite<TKey, T>> writes) => default;

    public bool Holds(QueuedWrite<TKey, T> write) => true;

    public ValueTask<bool> BuryAsync(QueuedWrite<TKey, T> write, string reason)
    {
        lock (_lock)
        {
            _dead.AddLast(new DeadLetter<TKey, T>
            {
                Id = write.Version.ToString(CultureInfo.InvariantCulture),
                KeyText = write.Text,
                Key = write.Key,
                Value = write.Value,
                IsDeletion = write.IsDeletion,
                Version = write.Version,
                Reason = reason,
            });
            if (_dead.Count > MaxDeadLetters)
            {
                _dead.RemoveFirst();
            }
        }

        return new(true);
    }

    public async ValueTask DisposeAsync()
    {
        Volatile.Write(ref _isClosed, true);
        using var deadline = new CancellationTokenSource(_settings.Options.DrainTimeout, _settings.Time);
        try
        {
            await _flow.DrainAsync(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Log.WritesLost(_settings.Diagnostics.Logger, _settings.Diagnostics.Name, _flow.Count);
        }

        await _flow.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Makes a number that is larger than all before, also than those of an earlier process on a machine whose clock does not go back.</summary>
    private long NextVersion()
    {
        var now = _settings.Time.GetUtcNow().UtcTicks / TimeSpan.TicksPerMicrosecond;
        while (true)
        {
            var last = Volatile.Read(ref _lastVersion);
            var next = Math.Max(last + 1, now);
            if (Interlocked.CompareExchange(ref _lastVersion, next, last) == last)
            {
                return next;
            }
        }
    }
}
