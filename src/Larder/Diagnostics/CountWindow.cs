namespace Larder.Diagnostics;

/// <summary>The counts of some earlier moments, so that what was counted in the last span of time can be told: as many as are needed to be a sixteenth of it off at most.</summary>
internal sealed class CountWindow
{
    private const int Parts = 16;

    private readonly TimeSpan _length;
    private readonly Lock _gate = new();
    private readonly Queue<(long TakenAt, CacheStatisticsSnapshot Counts)> _earlier = [];
    private (long TakenAt, CacheStatisticsSnapshot Counts) _before;
    private long _lastAt;

    /// <summary>Makes a window.</summary>
    /// <param name="length">Its length.</param>
    /// <param name="start">The counts at the beginning of all counting.</param>
    /// <param name="startedAt">When that was.</param>
    public CountWindow(TimeSpan length, CacheStatisticsSnapshot start, long startedAt) => (_length, _before, _lastAt) = (length, (startedAt, start), startedAt);

    /// <summary>Gets the counts at the beginning of the window that ends now.</summary>
    /// <param name="now">The counts now, which are kept for later.</param>
    /// <param name="time">The time.</param>
    public (CacheStatisticsSnapshot Counts, TimeSpan Span) Begin(CacheStatisticsSnapshot now, TimeProvider time)
    {
        lock (_gate)
        {
            var timestamp = time.GetTimestamp();
            while (_earlier.TryPeek(out var next) && time.GetElapsedTime(next.TakenAt, timestamp) >= _length)
            {
                _before = _earlier.Dequeue();
            }

            if (time.GetElapsedTime(_lastAt, timestamp) >= _length / Parts)
            {
                _earlier.Enqueue((timestamp, now));
                _lastAt = timestamp;
            }

            return (_before.Counts, time.GetElapsedTime(_before.TakenAt, timestamp));
        }
    }
}
