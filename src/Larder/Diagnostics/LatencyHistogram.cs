using System.Numerics;

namespace Larder.Diagnostics;

/// <summary>
/// Counts durations in buckets, eight for each doubling, so that a percentile is right to an eighth. Safe for all threads; after G. Tene's HdrHistogram, with its exponent and mantissa.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int MantissaBits = 3;
    private const int BucketsPerDoubling = 1 << MantissaBits;

    /// <summary>Up to about 15 hours, in ticks of 100 ns.</summary>
    private const int MaxBits = 39;

    private readonly long[] _counts = new long[(MaxBits - MantissaBits + 2) * BucketsPerDoubling];

    public void Record(TimeSpan duration) => Interlocked.Increment(ref _counts[IndexOf(Math.Clamp(duration.Ticks, 0, (1L << MaxBits) - 1))]);

    /// <summary>Gets the counts of all buckets; the difference of two tells of the time between.</summary>
    public long[] Snapshot() => [.. _counts];

    /// <summary>Gets the duration that a part of what was counted did not exceed; <see langword="null"/> when nothing was.</summary>
    /// <param name="counts">The counts of the buckets.</param>
    /// <param name="part">The part, 0 to 1, such as 0.99.</param>
    public static TimeSpan? Percentile(ReadOnlySpan<long> counts, double part)
    {
        long total = 0;
        foreach (var count in counts)
        {
            total += count;
        }

        var rank = Math.Max(1, (long)Math.Ceiling(total * part));
        long seen = 0;
        for (var index = 0; index < counts.Length && total > 0; index++)
        {
            seen += counts[index];
            if (seen >= rank)
            {
                return TimeSpan.FromTicks(UpperOf(index));
            }
        }

        return null;
    }

    private static int IndexOf(long ticks)
    {
        if (ticks < BucketsPerDoubling)
        {
            return (int)ticks;
        }

        var shift = BitOperations.Log2((ulong)ticks) - MantissaBits;
        return ((shift + 1) << MantissaBits) + (int)((ticks >> shift) & (BucketsPerDoubling - 1));
    }

    /// <summary>Gets the longest duration of a bucket.</summary>
    private static long UpperOf(int index)
    {
        if (index < BucketsPerDoubling)
        {
            return index;
        }

        var shift = (index >> MantissaBits) - 1;
        return ((BucketsPerDoubling + (index & (BucketsPerDoubling - 1)) + 1L) << shift) - 1;
    }
}
