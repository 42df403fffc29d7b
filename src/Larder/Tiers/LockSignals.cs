namespace Larder.Tiers;

/// <summary>Signals by key, kept while somebody watches.</summary>
internal sealed class LockSignals
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Signal> _signals = new(StringComparer.Ordinal);

    /// <summary>Says that somebody watches a key, until <see cref="Leave"/>.</summary>
    public void Enter(string key)
    {
        lock (_gate)
        {
            if (!_signals.TryGetValue(key, out var signal))
            {
                _signals.Add(key, signal = new Signal());
            }

            signal.Watchers++;
        }
    }

    public void Leave(string key)
    {
        lock (_gate)
        {
            if (--_signals[key].Watchers == 0)
            {
                _signals.Remove(key);
            }
        }
    }

    /// <summary>Gets the next signal of a key that is watched.</summary>
    public Task NextAsync(string key)
    {
        lock (_gate)
        {
            return _signals[key].Next.Task;
        }
    }

    public void Raise(string key)
    {
        TaskCompletionSource next;
        lock (_gate)
        {
            if (!_signals.TryGetValue(key, out var signal))
            {
                return;
            }

            next = signal.Next;
            signal.Next = NewNext();
        }

        next.SetResult();
    }

    private static TaskCompletionSource NewNext() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Signal
    {
        public int Watchers { get; set; }

        public TaskCompletionSource Next { get; set; } = NewNext();
    }
}
