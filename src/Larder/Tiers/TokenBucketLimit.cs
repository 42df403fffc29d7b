using System.Globalization;

namespace Larder.Tiers;

/// <summary>Counts: how many tokens there were, and when the period began in which that was so.</summary>
internal sealed class TokenBucketLimit(int capacity, int tokensPerPeriod, long periodMs) : RateLimit(capacity, nameof(capacity))
{
    public int TokensPerPeriod => tokensPerPeriod;

    public long PeriodMs => periodMs;

    internal override string Kind { get; } = string.Create(CultureInfo.InvariantCulture, $"bucket-{periodMs}");

    internal override long LifeMs => periodMs * ((Permits / tokensPerPeriod) + 1L);

    internal override RateAnswer Take(ref long[] counts, int permits, long nowMs)
    {
        // A period that begins in the future was begun by a clock that went back since.
        var (tokens, start) = counts.Length == 2 ? (Math.Min(counts[0], Permits), Math.Min(counts[1], nowMs)) : (Permits, nowMs);
        var periods = (nowMs - start) / periodMs;
        var missing = Permits - tokens;
        if (periods >= (missing + tokensPerPeriod - 1) / tokensPerPeriod)
        {
            // Full: the next period begins with the next token that is taken.
            (tokens, start) = (Permits, nowMs);
        }
        else
        {
            (tokens, start) = (tokens + (periods * tokensPerPeriod), start + (periods * periodMs));
        }

        var wanted = Math.Max(permits, 1);
        if (tokens < wanted)
        {
            return new RateAnswer(false, tokens, start + ((wanted - tokens + tokensPerPeriod - 1) / tokensPerPeriod * periodMs) - nowMs);
        }

        if (permits > 0)
        {
            counts = [tokens - permits, start];
        }

        return new RateAnswer(true, tokens - permits, 0);
    }
}
