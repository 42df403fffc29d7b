namespace Larder.Testing;

/// <summary>
/// Time that stands still until a test moves it. Timers that become due fire inside <see cref="Advance"/>, on the thread that calls it, in the
/// order in which they are due.
/// </summary>
public sealed class FakeTimeProvider : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<FakeTimer> _timers = [];
    private long _elapsedTicks;
    private DateTimeOffset _start;

    /// <summary>Makes a clock.</summary>
    /// <param name="start">The time it begins with. Default: 2026-01-01, 00:00 UTC.</param>
    public FakeTimeProvider(DateTimeOffset? start = null) => _start = start ?? new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Gets how many timers are armed.</summary>
    public int ArmedTimers
    {
        get
        {
            lock (_gate)
            {
                return _timers.Count;
            }
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp() => Volatile.Read(ref _elapsedTicks);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _start.AddTicks(_elapsedTicks);
        }
    }

    /// <summary>Moves the time forward, and fires the timers that become due.</summary>
    /// <param name="by">By how much; not negative.</param>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        var until = GetTimestamp() + by.Ticks;
        while (TakeNextDue(until) is { } timer)
        {
            timer.Fire();
        }

        lock (_gate)
        {
            // A timer, or another thread, may have gone further meanwhile: time does not go back.
            Volatile.Write(ref _elapsedTicks, Math.Max(_elapsedTicks, until));
        }
    }

    /// <summary>Lets the wall clock jump, as an administrator or a time server does; timers and timestamps do not notice.</summary>
    /// <param name="by">By how much; may be negative.</param>
    public void JumpWallClock(TimeSpan by)
    {
        lock (_gate)
        {
            _start += by;
        }
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new FakeTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private FakeTimer? TakeNextDue(long until)
    {
        lock (_gate)
        {
            FakeTimer? next = null;
            foreach (var timer in _timers)
            {
                if (timer.DueAt <= until && (next is null || timer.DueAt < next.DueAt))
                {
                    next = timer;
                }
            }

            if (next is not null)
            {
                Volatile.Write(ref _elapsedTicks, Math.Max(_elapsedTicks, next.DueAt));
                if (next.PeriodTicks > 0)
                {
                    next.DueAt += next.PeriodTicks;
                }
                else
                {
                    _timers.Remove(next);
                }
            }

            return next;
        }
    }

    private sealed class FakeTimer(FakeTimeProvider owner, TimerCallback callback, object? state) : ITimer
    {
        public long DueAt { get; set; }

        public long PeriodTicks { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (owner._gate)
            {
                owner._timers.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    DueAt = owner._elapsedTicks + dueTime.Ticks;
                    PeriodTicks = period == Timeout.InfiniteTimeSpan ? 0 : period.Ticks;
                    owner._timers.Add(this);
                }

                return true;
            }
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return default;
        }
    }
}
