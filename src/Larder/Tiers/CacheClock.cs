namespace Larder.Tiers;

/// <summary>
/// Milliseconds that only go forward, from a <see cref="TimeProvider"/>: a jump of the wall clock changes no expiry. The system's time comes
/// from <see cref="CoarseTime"/>.
/// </summary>
internal sealed class CacheClock(TimeProvider provider)
{
    private readonly TimeProvider? _other = ReferenceEquals(provider, TimeProvider.System) ? null : provider;
    private readonly long _start = provider.GetTimestamp();

    public TimeProvider Provider { get; } = provider;

    public long NowMs => _other is null ? CoarseTime.NowMs : (long)_other.GetElapsedTime(_start).TotalMilliseconds;

    /// <summary>Says that the time will be asked for often.</summary>
    public void Acquire()
    {
        if (_other is null)
        {
            CoarseTime.Acquire();
        }
    }

    /// <summary>Takes <see cref="Acquire"/> back.</summary>
    public void Release()
    {
        if (_other is null)
        {
            CoarseTime.Release();
        }
    }

    /// <summary>Adds a duration to a point in time, where <see cref="EntryWrite.Never"/> stays what it is.</summary>
    public static long After(long nowMs, long durationMs) => durationMs >= EntryWrite.Never - nowMs ? EntryWrite.Never : nowMs + durationMs;

    /// <summary>Makes a span of milliseconds; the longest there is for more.</summary>
    public static TimeSpan Span(long durationMs) => durationMs >= TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerMillisecond ? TimeSpan.MaxValue : TimeSpan.FromMilliseconds(durationMs);
}
