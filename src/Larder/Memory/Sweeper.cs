using Larder.Tiers;

namespace Larder.Memory;

/// <summary>Runs the sweep at intervals while there is something to sweep; no timer is armed otherwise.</summary>
internal sealed class Sweeper : IDisposable
{
    private readonly CacheClock _clock;
    private readonly TimeSpan _interval;
    private readonly Func<bool> _sweep;
    private readonly Lock _gate = new();
    private ITimer? _timer;
    private long _lastRun;
    private volatile bool _isArmed;
    private bool _hasClock;
    private bool _isDisposed;

    public Sweeper(CacheClock clock, TimeSpan interval, Func<bool> sweep)
    {
        _clock = clock;
        _interval = interval;
        _sweep = sweep;
    }

    public DateTimeOffset? LastRun => Volatile.Read(ref _lastRun) is not 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    public void Start()
    {
        if (_isArmed)
        {
            return;
        }

        lock (_gate)
        {
            if (!_isArmed && !_isDisposed)
            {
                _isArmed = true;
                if (!_hasClock)
                {
                    _hasClock = true;
                    _clock.Acquire();
                }

                _timer ??= CreateTimer();
                _timer.Change(_interval, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _timer?.Dispose();
            ReleaseClockNeedsLock();
        }
    }

    private void ReleaseClockNeedsLock()
    {
        if (_hasClock)
        {
            _hasClock = false;
            _clock.Release();
        }
    }

    private ITimer CreateTimer()
    {
        // The timer must not keep the context of the caller that happened to store the first entry.
        using var _ = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        return _clock.Provider.CreateTimer(static state => ((Sweeper)state!).Run(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private void Run()
    {
        // Disarmed first: an entry stored while the sweep runs arms it again.
        _isArmed = false;
        var remains = _sweep();
        Volatile.Write(ref _lastRun, _clock.Provider.GetUtcNow().UtcTicks);
        if (remains)
        {
            Start();
            return;
        }

        lock (_gate)
        {
            if (!_isArmed)
            {
                ReleaseClockNeedsLock();
            }
        }
    }
}
