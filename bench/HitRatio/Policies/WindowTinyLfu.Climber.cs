namespace Larder.HitRatio.Policies;

/// <summary>
/// The climber: after each sample it goes on in the direction in which the hit ratio rose, with steps that decay, and starts anew with large steps
/// when the hit ratio has changed much.
/// </summary>
internal sealed partial class WindowTinyLfu
{
    private const double StepShare = 0.0625;
    private const double StepDecay = 0.98;
    private const double RestartThreshold = 0.05;

    /// <summary>The least window, as in ConcurrentLfu; Caffeine's shrinks to a single entry, which does worse on traces with much recency.</summary>
    private const double LeastWindowShare = 0.001;

    private long _hits;
    private long _misses;
    private double _previousHitRatio;
    private double _step;

    private void Climb()
    {
        var requests = _hits + _misses;
        if (requests < _sketch.SampleSize)
        {
            return;
        }

        var hitRatio = (double)_hits / requests;
        var change = hitRatio - _previousHitRatio;
        var amount = change >= 0 ? _step : -_step;
        _step = Math.Abs(change) >= RestartThreshold ? Math.CopySign(StepShare * _capacity, amount) : StepDecay * amount;
        _previousHitRatio = hitRatio;
        _hits = _misses = 0;
        if (amount > 0)
        {
            GrowWindow((long)amount);
        }
        else
        {
            ShrinkWindow((long)-amount);
        }
    }

    private void GrowWindow(long amount)
    {
        var quota = Math.Min(amount, _protectedCapacity);
        _protectedCapacity -= quota;
        _windowCapacity += quota;
        DemoteFromProtected();
        while (true)
        {
            var id = _probation.Oldest;
            if (id == IdList.None || _weights[id] > quota)
            {
                id = _protected.Oldest;
            }

            if (id == IdList.None || _weights[id] > quota)
            {
                return;
            }

            quota -= _weights[id];
            Move(id, Segment.Window);
        }
    }

    private void ShrinkWindow(long amount)
    {
        var quota = Math.Min(amount, Math.Max(0, _windowCapacity - Math.Max(1, (long)(LeastWindowShare * _capacity))));
        _windowCapacity -= quota;
        _protectedCapacity += quota;
        while (_window.Oldest is not IdList.None and var id && _weights[id] <= quota)
        {
            quota -= _weights[id];
            Move(id, Segment.Probation);
        }
    }
}
