namespace Larder.Soak.Processes;

/// <summary>Times in buckets that grow by 4 %, from a microsecond to two minutes; those of several processes can be added.</summary>
internal sealed class LatencyHistogram
{
    private const int PerDoubling = 16;

    public long[] Buckets { get; init; } = new long[27 * PerDoubling];

    public long Count => Buckets.Sum();

    public double MaxMilliseconds { get; set; }

    public void Add(long ticks)
    {
        var milliseconds = Clock.Milliseconds(ticks);
        var bucket = (int)(Math.Log2(Math.Max(1, milliseconds * 1_000)) * PerDoubling);
        Interlocked.Increment(ref Buckets[Math.Min(bucket, Buckets.Length - 1)]);
        if (milliseconds > MaxMilliseconds)
        {
            // Two at once may lose the smaller or the larger by a hair: a figure for people.
            MaxMilliseconds = milliseconds;
        }
    }

    public void Add(LatencyHistogram other)
    {
        for (var i = 0; i < Buckets.Length; i++)
        {
            Buckets[i] += other.Buckets[i];
        }

        MaxMilliseconds = Math.Max(MaxMilliseconds, other.MaxMilliseconds);
    }

    /// <summary>Gets the time, in milliseconds, that a share of all did not exceed; 0 when there are none.</summary>
    public double Percentile(double share)
    {
        var left = (long)Math.Ceiling(Count * share);
        for (var i = 0; i < Buckets.Length && left > 0; i++)
        {
            left -= Buckets[i];
            if (left <= 0)
            {
                return Math.Min(Math.Pow(2, (i + 1.0) / PerDoubling) / 1_000, MaxMilliseconds);
            }
        }

        return 0;
    }
}
