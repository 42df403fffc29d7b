namespace Larder.Diagnostics;

/// <summary>Counts what reads find.</summary>
internal static class ReadCounting
{
    /// <summary>Counts a hit or a miss.</summary>
    /// <returns>What the caller gets: nothing, where there is no value for it.</returns>
    public static CacheResult<T> CountRead<T>(this StripedCounters counters, CacheResult<T> result)
    {
        if (!result.HasValue)
        {
            counters.CountMiss(result);
            return default;
        }

        counters.Increment(result.IsStale ? Counter.StaleHits : Counter.FreshHits);
        return result;
    }

    private static void CountMiss<T>(this StripedCounters counters, CacheResult<T> result)
    {
        counters.Increment(Counter.Misses);
        if (result.HasOtherType)
        {
            counters.Increment(Counter.TypeMismatches);
        }
    }
}
