using Larder.Testing;

namespace Larder.Benchmarks.Ratios;

/// <summary>What a sweep of a million entries takes, and what is left on the heap after a million expired entries that nobody reads.</summary>
internal static class Expiry
{
    private const int Count = 1_000_000;
    private const int Sweeps = 15;

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_short = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(60);

    public static void Report(Action<FormattableString> print)
    {
        // First, while there is nothing else on the heap.
        var (empty, full, after) = ReturnOfMemory();
        print($"| heap, MB: empty | with 1M entries | after they have expired and a sweep has passed |");
        print($"|--:|--:|--:|");
        print($"| {empty / 1e6:F2} | {full / 1e6:F1} | {after / 1e6:F2} |");
        print($"");
        print($"| sweep of 1,000,000 entries, of which have expired | ms of processor time, the least of {Sweeps} |");
        print($"|---|--:|");
        var keys = Enumerable.Range(0, Count).Select(KeySet.KeyOf).ToArray();
        foreach (var expiring in (int[])[0, 100_000, Count])
        {
            print($"| {expiring:N0} | {Sweep(keys, expiring) / 1e6:F1} |");
        }
    }

    /// <summary>Takes the least of several sweeps: each begins with the same number of entries that live and that have expired.</summary>
    private static double Sweep(string[] keys, int expiring)
    {
        var clock = new FakeTimeProvider();
        var product = new Product(1, "name");
        using var cache = Cache.InMemory(options =>
        {
            CacheSet.Unbounded(options);
            options.TimeProvider = clock;
            options.Memory.SweepInterval = s_interval;
        });
        for (var i = 0; i < Count; i++)
        {
            CacheSet.Complete(cache.SetAsync(keys[i], product, CacheTtl.Never));
        }

        var best = double.MaxValue;
        for (var round = 0; round < Sweeps; round++)
        {
            for (var i = 0; i < Count; i += Count / Math.Max(1, expiring))
            {
                CacheSet.Complete(cache.SetAsync(keys[i], product, expiring == 0 ? CacheTtl.Long : s_short));
            }

            // The timer of the sweep fires on this thread.
            var start = CpuClock.ThreadNanoseconds;
            clock.Advance(s_interval);
            best = Math.Min(best, CpuClock.ThreadNanoseconds - start);
            if (cache.Statistics.Entries != Count - expiring)
            {
                throw new InvalidOperationException($"{cache.Statistics.Entries:N0} entries after a sweep.");
            }
        }

        return best;
    }

    private static (double Empty, double Full, double After) ReturnOfMemory()
    {
        using var cache = Cache.InMemory(options =>
        {
            CacheSet.Unbounded(options);
            options.Memory.SweepInterval = s_interval / 15;
        });
        Fill(cache, 1, s_short);
        WaitUntilEmpty(cache);
        var empty = GC.GetTotalMemory(forceFullCollection: true);

        // All of them have to live until they have been counted, on a slow machine too.
        for (var timeToLive = s_short; timeToLive <= s_longest; timeToLive *= 2)
        {
            Fill(cache, Count, timeToLive);
            var full = GC.GetTotalMemory(forceFullCollection: true);
            var isFull = cache.Statistics.Entries == Count;
            WaitUntilEmpty(cache);
            if (isFull)
            {
                return (empty, full, GC.GetTotalMemory(forceFullCollection: true));
            }
        }

        throw new InvalidOperationException($"{Count:N0} entries were not written within {s_longest}.");
    }

    private static void Fill(ICache cache, int count, TimeSpan timeToLive)
    {
        for (var i = 0; i < count; i++)
        {
            CacheSet.Complete(cache.SetAsync(KeySet.KeyOf(i), new Product(i, "name"), timeToLive));
        }
    }

    /// <summary>Looks at a counter only: no entry is read.</summary>
    private static void WaitUntilEmpty(ICache cache)
    {
        while (cache.Statistics.Entries > 0)
        {
            Thread.Sleep(50);
        }
    }
}
