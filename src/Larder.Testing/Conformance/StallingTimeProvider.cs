namespace Larder.Testing.Conformance;

/// <summary>The time of another clock, with timers that can be made to stall, as in a process that is stopped while time goes on.</summary>
internal sealed class StallingTimeProvider(FakeTimeProvider clock) : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<StallingTimer> _timers = [];

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override long GetTimestamp() => clock.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new StallingTimer(callback, state);
        timer.Inner = clock.CreateTimer(static timer => ((StallingTimer)timer!).Fire(), timer, dueTime, period);
        lock (_gate)
        {
            _timers.Add(timer);
        }

        return timer;
    }

    /// <summary>Stalls the timers that there are; those made later are not stalled.</summary>
    public void Stall()
    {
        lock (_gate)
        {
            _timers.ForEach(timer => timer.IsStalled = true);
        }
    }

    /// <summary>Lets the stalled timers go on; those that missed their time fire now.</summary>
    public void Resume()
    {
        StallingTimer[] timers;
        lock (_gate)
        {
            timers = [.. _timers];
        }

        foreach (var timer in timers)
        {
            timer.Resume();
        }
    }

    private sealed class StallingTimer(TimerCallback callback, object? state) : ITimer
    {
        private bool _isDisposed;
        private bool _hasMissed;

        public ITimer? Inner { get; set; }

        public bool IsStalled { get; set; }

        public void Fire()
        {
            if (IsStalled)
            {
                _hasMissed = true;
            }
            else
            {
                callback(state);
            }
        }

        public void Resume()
        {
            IsStalled = false;
            if (_hasMissed && !_isDisposed)
            {
                _hasMissed = false;
                callback(state);
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => Inner!.Change(dueTime, period);

        public void Dispose()
        {
            _isDisposed = true;
            Inner!.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
