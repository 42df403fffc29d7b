namespace Larder.Writing;

/// <summary>
/// Takes writes to the source: several keys together, of each key the newest, never two of one key at the same time. What fails is tried again, alone and after
/// a growing pause, while the other keys go on; what fails too often is handed to the journal as a dead letter.
/// </summary>
internal sealed partial class WriteFlow<TKey, T> : IAsyncDisposable
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, FlowSlot<TKey, T>> _slots = new(StringComparer.Ordinal);
    private readonly Queue<FlowSlot<TKey, T>> _ready = new();
    private readonly PriorityQueue<FlowSlot<TKey, T>, long> _paused = new();
    private readonly Signal _work = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly WriteQueueSettings<TKey, T> _settings;
    private readonly IFlowJournal<TKey, T> _journal;
    private readonly WriteCounts _counts;
    private readonly TimeProvider _time;
    private TaskCompletionSource? _emptied;
    private TaskCompletionSource? _room;
    private Task? _pump;
    private bool _isHurried;

    public WriteFlow(WriteQueueSettings<TKey, T> settings, IFlowJournal<TKey, T> journal, WriteCounts counts)
    {
        (_settings, _journal, _counts, _time) = (settings, journal, counts, settings.Time);
    }

    /// <summary>Gets how many keys have writes.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _slots.Count;
            }
        }
    }

    /// <summary>Gets how long the oldest write has waited.</summary>
    public TimeSpan Lag
    {
        get
        {
            lock (_lock)
            {
                return _slots.Count == 0 ? TimeSpan.Zero : _time.GetElapsedTime(_slots.Values.Min(slot => slot.Write.AcceptedAt));
            }
        }
    }

    /// <summary>Begins to deliver.</summary>
    public void Start()
    {
        lock (_lock)
        {
            if (_pump is not null || _stop.IsCancellationRequested)
            {
                return;
            }

            using var flow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
            _pump = PumpAsync();
        }
    }

    /// <summary>Takes a write, unless its key is new and there are too many.</summary>
    /// <returns>Whether it was taken.</returns>
    public bool TryAdd(QueuedWrite<TKey, T> write, int limit = int.MaxValue)
    {
        lock (_lock)
        {
            if (!_slots.TryGetValue(write.Text, out var slot))
            {
                if (_slots.Count >= limit)
                {
                    return false;
                }

                _slots[write.Text] = slot = new FlowSlot<TKey, T>(write);
                _ready.Enqueue(slot);
                if (_ready.Count == 1 || _ready.Count >= _settings.Options.BatchSize)
                {
                    _work.Set();
                }

                return true;
            }

            if (slot.IsUnderWay && slot.Next is null)
            {
                slot.Next = write;
                return true;
            }

            _counts.Coalesce();
            write.Replace(slot.Newest);
            if (slot.IsUnderWay)
            {
                slot.Next = write;
            }
            else
            {
                slot.Write = write;
            }

            return true;
        }
    }

    /// <summary>Waits until writes have gone, if there are that many.</summary>
    /// <param name="limit">How many there may be.</param>
    public Task RoomAsync(int limit)
    {
        lock (_lock)
        {
            return _slots.Count < limit ? Task.CompletedTask : (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Finds the newest write of a key.</summary>
    public QueuedWrite<TKey, T>? Find(string text)
    {
        lock (_lock)
        {
            return _slots.TryGetValue(text, out var slot) ? slot.Newest : null;
        }
    }

    /// <summary>Forgets what is not under way and meets a condition.</summary>
    public void Forget(Func<QueuedWrite<TKey, T>, bool> condition)
    {
        lock (_lock)
        {
            foreach (var slot in _slots.Values.Where(slot => condition(slot.Newest)).ToArray())
            {
                if (slot.IsUnderWay)
                {
                    slot.Next = null;
                }
                else
                {
                    // It stays in its line, where it is found empty.
                    _slots.Remove(slot.Write.Text);
                }
            }

            TellIfEmpty();
        }
    }

    /// <summary>Waits until all writes are delivered, which no longer wait for others to go with them.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        Task emptied;
        lock (_lock)
        {
            if (_slots.Count == 0)
            {
                return;
            }

            _isHurried = true;
            _emptied ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            emptied = _emptied.Task;
            _work.Set();
        }

        await emptied.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Ends the deliveries; the one that is under way is cancelled.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        Task? pump;
        lock (_lock)
        {
            pump = _pump;
        }

        await (pump ?? Task.CompletedTask).ConfigureAwait(false);
    }

    private async Task PumpAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        while (!_stop.IsCancellationRequested)
        {
            var batch = TakeBatch(out var wait);
            if (batch.Count == 0)
            {
                await _work.WaitAsync(wait, _time, _stop.Token).ConfigureAwait(false);
                continue;
            }

            await DeliverAsync(batch).ConfigureAwait(false);
        }
    }

    /// <summary>Takes the writes that go now.</summary>
    /// <param name="wait">How long to wait when there are none.</param>
    private List<FlowSlot<TKey, T>> TakeBatch(out TimeSpan wait)
    {
        var batch = new List<FlowSlot<TKey, T>>();
        lock (_lock)
        {
            wait = EndPauses();
            SkipForgotten();
            var options = _settings.Options;
            if (_ready.Count < options.BatchSize && !_isHurried && _ready.TryPeek(out var oldest) && options.FlushInterval - _time.GetElapsedTime(oldest.Write.AcceptedAt) is var left && left > TimeSpan.Zero)
            {
                wait = wait == Timeout.InfiniteTimeSpan || left < wait ? left : wait;
                return batch;
            }

            while (batch.Count < options.BatchSize && _ready.TryDequeue(out var slot))
            {
                slot.IsUnderWay = true;
                batch.Add(slot);
                SkipForgotten();
            }
        }

        return batch;
    }

    /// <summary>Lets the writes go on whose pause is over.</summary>
    /// <returns>How long the next pause lasts.</returns>
    private TimeSpan EndPauses()
    {
        var now = _time.GetTimestamp();
        while (_paused.TryPeek(out var slot, out var until))
        {
            if (until > now)
            {
                return _time.GetElapsedTime(now, until);
            }

            _paused.Dequeue();
            if (IsIn(slot))
            {
                _ready.Enqueue(slot);
            }
        }

        return Timeout.InfiniteTimeSpan;
    }

    private void SkipForgotten()
    {
        while (_ready.TryPeek(out var slot) && !IsIn(slot))
        {
            _ready.Dequeue();
        }
    }

    private bool IsIn(FlowSlot<TKey, T> slot) => _slots.TryGetValue(slot.Write.Text, out var known) && ReferenceEquals(known, slot);

    private void TellIfEmpty()
    {
        if (_slots.Count == 0)
        {
            _isHurried = false;
            _emptied?.TrySetResult();
            _emptied = null;
        }
    }
}
