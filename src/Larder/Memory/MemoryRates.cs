using Larder.Tiers;

namespace Larder.Memory;

/// <summary>Permits of this process: a table of the counts that are not at their beginning. Those whose time is over are thrown away once a minute, and when the table has doubled.</summary>
internal sealed class MemoryRates(CacheClock clock) : RateStore
{
    private const int SmallestSweep = 1024;
    private const long SweepAfterMs = 60_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, (long[] Counts, long KeepUntilMs)> _counts = new(StringComparer.Ordinal);
    private int _sweepAt = SmallestSweep;
    private long _sweptAtMs;

    /// <summary>Gets how many counts are held.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _counts.Count;
            }
        }
    }

    public override ValueTask<RateAnswer> TakeAsync(string name, RateLimit limit, int permits, CancellationToken cancellationToken)
    {
        TryTake(name, limit, permits, out var answer);
        return new(answer);
    }

    public override bool TryTake(string name, RateLimit limit, int permits, out RateAnswer answer)
    {
        var key = KeyOf(name, limit);
        lock (_gate)
        {
            var before = _counts.TryGetValue(key, out var found) ? found.Counts : [];
            var counts = before;
            answer = limit.Take(ref counts, permits, clock.NowMs);
            if (!ReferenceEquals(counts, before))
            {
                _counts[key] = (counts, clock.NowMs + limit.LifeMs);
                SweepNeedsLock(clock.NowMs);
            }

            return true;
        }
    }

    private void SweepNeedsLock(long now)
    {
        if (_counts.Count < _sweepAt && now - _sweptAtMs < SweepAfterMs)
        {
            return;
        }

        foreach (var (key, count) in _counts)
        {
            if (count.KeepUntilMs <= now)
            {
                _counts.Remove(key);
            }
        }

        (_sweepAt, _sweptAtMs) = (Math.Max(SmallestSweep, 2 * _counts.Count), now);
    }
}
