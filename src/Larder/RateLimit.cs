using Larder.Tiers;

namespace Larder;

/// <summary>How many permits are given in which time. The three kinds are <see cref="FixedWindow"/>, <see cref="SlidingWindow"/> and <see cref="TokenBucket"/>.</summary>
public abstract class RateLimit
{
    private const int MaxPermits = 1_000_000_000;

    private static readonly TimeSpan LongestPeriod = TimeSpan.FromDays(365);

    private protected RateLimit(int permits, string parameter) => Permits = permits is >= 1 and <= MaxPermits
        ? permits
        : throw new ArgumentOutOfRangeException(parameter, permits, $"{parameter} is {permits}, and must be from 1 to 1,000,000,000.");

    /// <summary>Gets how many permits there are at most at one moment, and so how many can be asked for at once.</summary>
    public int Permits { get; }

    /// <summary>Gets the kind and the times, which a count in the store belongs to: with others it begins anew.</summary>
    internal abstract string Kind { get; }

    /// <summary>
    /// A window that begins with the first permit, in which so many are given. Twice as many can be given in a span as long as a window: at the end of one and at the beginning of the next.
    /// </summary>
    /// <param name="permits">How many permits; 1 to 1,000,000,000.</param>
    /// <param name="window">How long the window is; 1 millisecond to 365 days.</param>
    /// <returns>The limit.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public static RateLimit FixedWindow(int permits, TimeSpan window) => new FixedWindowLimit(permits, Milliseconds(window, nameof(window)));

    /// <summary>
    /// At no time more than so many permits in a span as long as the window, wherever it begins. Permits are counted in segments of the window: one comes back when its
    /// whole segment is out of the window, up to a segment late and never early.
    /// </summary>
    /// <param name="permits">How many permits; 1 to 1,000,000,000.</param>
    /// <param name="window">How long the window is; 1 millisecond to 365 days.</param>
    /// <param name="segments">Into how many segments it is divided; 1 to 100, and at least a millisecond each. Default 10.</param>
    /// <returns>The limit.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public static RateLimit SlidingWindow(int permits, TimeSpan window, int segments = 10)
    {
        var milliseconds = Milliseconds(window, nameof(window));
        if (segments is < 1 or > 100 || segments > milliseconds)
        {
            throw new ArgumentOutOfRangeException(nameof(segments), segments, $"segments is {segments}, and must be from 1 to 100, and leave each segment a millisecond of the window of {window}.");
        }

        return new SlidingWindowLimit(permits, milliseconds, segments);
    }

    /// <summary>A bucket that is full at first and gets tokens in each period, as long as there is room: bursts up to its capacity, and the rate of its refill over time.</summary>
    /// <param name="capacity">How many tokens it holds; 1 to 1,000,000,000.</param>
    /// <param name="tokensPerPeriod">How many it gets; 1 to <paramref name="capacity"/>.</param>
    /// <param name="period">How often; 1 millisecond to 365 days.</param>
    /// <returns>The limit.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public static RateLimit TokenBucket(int capacity, int tokensPerPeriod, TimeSpan period)
    {
        var limit = new TokenBucketLimit(capacity, tokensPerPeriod, Milliseconds(period, nameof(period)));
        return tokensPerPeriod >= 1 && tokensPerPeriod <= capacity
            ? limit
            : throw new ArgumentOutOfRangeException(nameof(tokensPerPeriod), tokensPerPeriod, $"tokensPerPeriod is {tokensPerPeriod}, and must be from 1 to the capacity, {capacity}.");
    }

    /// <summary>Takes permits out of a count.</summary>
    /// <param name="counts">The count, whose form each kind has for itself; empty for one that begins. Changed if the permits are granted.</param>
    /// <param name="permits">How many; zero asks whether there is any.</param>
    /// <param name="nowMs">The time.</param>
    internal abstract RateAnswer Take(ref long[] counts, int permits, long nowMs);

    /// <summary>Gets how long a count must be kept that nobody asks for.</summary>
    internal abstract long LifeMs { get; }

    private static long Milliseconds(TimeSpan period, string parameter) => period >= TimeSpan.FromMilliseconds(1) && period <= LongestPeriod
        ? (long)period.TotalMilliseconds
        : throw new ArgumentOutOfRangeException(parameter, period, $"{parameter} is {period}, and must be from 1 millisecond to 365 days.");
}
