namespace Larder.Tiers;

/// <summary>
/// Milliseconds that only go forward, from a <see cref="TimeProvider"/>: a jump of the wall clock changes no expiry. The system's time is read
/// from the tick count, which is four times cheaper than a timestamp.
/// </summary>
internal sealed class CacheClock(TimeProvider provider)
{
    private readonly TimeProvider? _other = ReferenceEquals(provider, TimeProvider.System) ? null : provider;
    private readonly long _start = provider.GetTimestamp();

    public TimeProvider Provider { get; } = provider;

#pragma warning disable RS0030 // This is the cache's clock that all others are sent to.
    public long NowMs => _other is null ? Environment.TickCount64 : (long)_other.GetElapsedTime(_start).TotalMilliseconds;
#pragma warning restore RS0030

    /// <summary>Adds a duration to a point in time, where <see cref="EntryWrite.Never"/> stays what it is.</summary>
    public static long After(long nowMs, long durationMs) => durationMs >= EntryWrite.Never - nowMs ? EntryWrite.Never : nowMs + durationMs;
}
