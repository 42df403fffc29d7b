using System.Globalization;

namespace Larder.Tiers;

/// <summary>Counts: pairs of the number of a segment, counted from the beginning of time, and how many were given in it; oldest first.</summary>
internal sealed class SlidingWindowLimit(int permits, long windowMs, int segments) : RateLimit(permits, nameof(permits))
{
    public long SegmentMs { get; } = (windowMs + segments - 1) / segments;

    public int Segments => segments;

    internal override string Kind { get; } = string.Create(CultureInfo.InvariantCulture, $"sliding-{windowMs}-{segments}");

    internal override long LifeMs => SegmentMs * (segments + 1);

    internal override RateAnswer Take(ref long[] counts, int permits, long nowMs)
    {
        var segment = nowMs / SegmentMs;
        var live = new List<long>(counts.Length + 2);
        long used = 0;
        for (var i = 0; i + 1 < counts.Length; i += 2)
        {
            // One in the future was counted by a clock that went back since.
            if (counts[i] >= segment - segments && counts[i] <= segment + segments)
            {
                live.AddRange([counts[i], counts[i + 1]]);
                used += counts[i + 1];
            }
        }

        var left = Math.Max(0, Permits - used);
        var wanted = Math.Max(permits, 1);
        if (left < wanted)
        {
            return new RateAnswer(false, left, UntilFree(live, wanted - (Permits - used), nowMs));
        }

        if (permits > 0)
        {
            var at = live.Count - 2;
            if (at >= 0 && live[at] >= segment)
            {
                live[at + 1] += permits;
            }
            else
            {
                live.AddRange([segment, permits]);
            }

            counts = [.. live];
        }

        return new RateAnswer(true, left - permits, 0);
    }

    private long UntilFree(List<long> live, long missing, long nowMs)
    {
        for (var i = 0; i < live.Count; i += 2)
        {
            missing -= live[i + 1];
            if (missing <= 0)
            {
                return ((live[i] + segments + 1) * SegmentMs) - nowMs;
            }
        }

        return LifeMs;
    }
}
