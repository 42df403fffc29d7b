using System.Globalization;

namespace Larder.Tiers;

/// <summary>Counts: how many were given in the window, and when it began.</summary>
internal sealed class FixedWindowLimit(int permits, long windowMs) : RateLimit(permits, nameof(permits))
{
    public long WindowMs => windowMs;

    internal override string Kind { get; } = string.Create(CultureInfo.InvariantCulture, $"fixed-{windowMs}");

    internal override long LifeMs => windowMs;

    internal override RateAnswer Take(ref long[] counts, int permits, long nowMs)
    {
        // A window that begins in the future was begun by a clock that went back since; further ahead than its length it is no window.
        var isOver = counts.Length != 2 || nowMs >= counts[1] + windowMs || counts[1] > nowMs + windowMs;
        var (used, start) = isOver ? (0, nowMs) : (counts[0], counts[1]);
        var left = Math.Max(0, Permits - used);
        if (left < Math.Max(permits, 1))
        {
            return new RateAnswer(false, left, start + windowMs - nowMs);
        }

        if (permits > 0)
        {
            counts = [used + permits, start];
        }

        return new RateAnswer(true, left - permits, 0);
    }
}
