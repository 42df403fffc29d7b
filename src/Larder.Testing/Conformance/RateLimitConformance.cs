using System.Threading.RateLimiting;

namespace Larder.Testing.Conformance;

/// <summary>Rate limiters: fixed and sliding windows, and token buckets.</summary>
internal sealed class RateLimitConformance(CacheHarness harness) : ConformanceSuite(harness)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Ledger(199)]
    public async Task A_window_gives_its_permits_and_no_more()
    {
        await using var limiter = Cache.CreateRateLimiter("api", RateLimit.FixedWindow(3, Minute));

        Expect.True(await TakeAsync(limiter, 2));
        Expect.False(await TakeAsync(limiter, 2));
        Expect.True(await TakeAsync(limiter, 1));
        Expect.False(await TakeAsync(limiter, 1));
    }

    public async Task A_window_that_is_over_is_followed_by_another()
    {
        await using var limiter = Cache.CreateRateLimiter("api", RateLimit.FixedWindow(1, Minute));
        Expect.True(await TakeAsync(limiter));
        Clock.Advance(TimeSpan.FromSeconds(59));
        Expect.False(await TakeAsync(limiter));

        Clock.Advance(TimeSpan.FromSeconds(1));

        Expect.True(await TakeAsync(limiter));
        Expect.False(await TakeAsync(limiter));
    }

    public async Task Who_is_refused_is_told_when_to_come_again_and_gets_it_then()
    {
        foreach (var limit in new[] { RateLimit.FixedWindow(3, Minute), RateLimit.SlidingWindow(3, Minute, 6), RateLimit.TokenBucket(3, 1, Minute) })
        {
            await using var limiter = Cache.CreateRateLimiter("api", limit);
            Expect.True(await TakeAsync(limiter, 3));
            Clock.Advance(TimeSpan.FromSeconds(7));
            using var refused = await limiter.AcquireAsync(2);
            Expect.False(refused.IsAcquired);
            Expect.True(refused.TryGetMetadata(MetadataName.RetryAfter, out var after) && after > TimeSpan.Zero);

            Clock.Advance(after - TimeSpan.FromMilliseconds(1));
            Expect.False(await TakeAsync(limiter, 2));
            Clock.Advance(TimeSpan.FromMilliseconds(1));
            Expect.True(await TakeAsync(limiter, 2));
        }
    }

    public async Task A_sliding_window_never_gives_more_in_a_span_of_its_length_wherever_that_begins()
    {
        var limit = RateLimit.SlidingWindow(5, TimeSpan.FromSeconds(10), segments: 4);
        await using var limiter = Cache.CreateRateLimiter("api", limit);
        var random = new Random(7);
        var given = new List<(DateTimeOffset At, int Permits)>();
        for (var i = 0; i < 200; i++)
        {
            Clock.Advance(TimeSpan.FromMilliseconds(random.Next(0, 1500)));
            var permits = random.Next(1, 4);
            if (await TakeAsync(limiter, permits))
            {
                given.Add((Clock.GetUtcNow(), permits));
            }
        }

        foreach (var (end, _) in given)
        {
            var inSpan = given.Where(other => other.At <= end && other.At > end - TimeSpan.FromSeconds(10)).Sum(other => other.Permits);
            Expect.True(inSpan <= 5, $"at most 5 permits in the ten seconds before {end:O}, not {inSpan}");
        }

        Expect.True(given.Sum(other => other.Permits) > 30, "a good part of what is possible was given");
    }

    public async Task A_sliding_window_gives_its_permits_back_within_a_segment_after_the_window()
    {
        await using var limiter = Cache.CreateRateLimiter("api", RateLimit.SlidingWindow(2, Minute, 6));
        Expect.True(await TakeAsync(limiter, 2));

        Clock.Advance(Minute - TimeSpan.FromMilliseconds(1));
        Expect.False(await TakeAsync(limiter));
        Clock.Advance(TimeSpan.FromSeconds(10) + TimeSpan.FromMilliseconds(1));

        Expect.True(await TakeAsync(limiter, 2));
    }

    public async Task A_bucket_is_full_at_first_and_fills_token_by_token()
    {
        await using var limiter = Cache.CreateRateLimiter("api", RateLimit.TokenBucket(10, 2, TimeSpan.FromSeconds(1)));
        Expect.True(await TakeAsync(limiter, 10));
        Expect.False(await TakeAsync(limiter));

        Clock.Advance(TimeSpan.FromMilliseconds(2500));

        Expect.True(await TakeAsync(limiter, 4));
        Expect.False(await TakeAsync(limiter));
        Clock.Advance(TimeSpan.FromMilliseconds(500));
        Expect.True(await TakeAsync(limiter, 2));
    }

    public async Task A_bucket_holds_no_more_than_its_capacity()
    {
        await using var limiter = Cache.CreateRateLimiter("api", RateLimit.TokenBucket(3, 1, TimeSpan.FromSeconds(1)));
        Expect.True(await TakeAsync(limiter, 2));

        Clock.Advance(TimeSpan.FromHours(1));

        Expect.True(await TakeAsync(limiter, 3));
        Expect.False(await TakeAsync(limiter));
    }

    public async Task To_ask_for_nothing_tells_whether_there_is_anything_and_takes_nothing()
    {
        await using var limiter = Cache.CreateRateLimiter("api", RateLimit.FixedWindow(1, Minute));

        Expect.True(await TakeAsync(limiter, 0));
        Expect.True(await TakeAsync(limiter, 0));
        Expect.True(await TakeAsync(limiter, 1));
        Expect.False(await TakeAsync(limiter, 0));
    }

    public async Task Many_who_ask_at_once_get_exactly_what_there_is()
    {
        foreach (var limit in new[] { RateLimit.FixedWindow(40, Minute), RateLimit.SlidingWindow(40, Minute), RateLimit.TokenBucket(40, 1, Minute) })
        {
            var granted = 0;
            await Contention.RunAsync(8, async _ =>
            {
                await using var limiter = Cache.CreateRateLimiter("api", limit);
                for (var i = 0; i < 10; i++)
                {
                    if (await TakeAsync(limiter).ConfigureAwait(false))
                    {
                        Interlocked.Increment(ref granted);
                    }
                }
            });

            Expect.Equal(40, granted);
        }
    }

    public async Task A_lease_tells_the_limit_and_what_is_left()
    {
        await using var limiter = Cache.CreateRateLimiter("api", RateLimit.FixedWindow(5, Minute));

        using var lease = await limiter.AcquireAsync(2);

        Expect.True(lease.TryGetMetadata(RateLimitMetadata.Limit, out var limit) && limit == 5);
        Expect.True(lease.TryGetMetadata(RateLimitMetadata.Remaining, out var remaining) && remaining == 3);
        Expect.Equal(3, limiter.GetStatistics()!.CurrentAvailablePermits);
    }

    public async Task Limiters_of_another_name_view_kind_or_window_count_by_themselves()
    {
        await using var limiter = Cache.CreateRateLimiter("api", RateLimit.FixedWindow(1, Minute));
        Expect.True(await TakeAsync(limiter));

        await using var otherName = Cache.CreateRateLimiter("api:2", RateLimit.FixedWindow(1, Minute));
        await using var otherView = Cache.WithPrefix("view").CreateRateLimiter("api", RateLimit.FixedWindow(1, Minute));
        await using var otherKind = Cache.CreateRateLimiter("api", RateLimit.TokenBucket(1, 1, Minute));
        await using var otherWindow = Cache.CreateRateLimiter("api", RateLimit.FixedWindow(1, 2 * Minute));

        Expect.True(await TakeAsync(otherName));
        Expect.True(await TakeAsync(otherView));
        Expect.True(await TakeAsync(otherKind));
        Expect.True(await TakeAsync(otherWindow));
        Expect.False(await TakeAsync(limiter));
    }

    public async Task Limits_entries_and_locks_share_no_names_and_counts_are_no_entries()
    {
        await Cache.SetAsync("api", 1);
        await using var held = await Cache.TryAcquireLockAsync("api", Minute);
        await using var limiter = Cache.CreateRateLimiter("api", RateLimit.FixedWindow(1, Minute));

        Expect.True(await TakeAsync(limiter));
        Expect.Equal(1, await Cache.CountAsync());
        await Cache.ClearAsync();

        Expect.False(await TakeAsync(limiter));
    }

    public async Task A_limit_that_was_lowered_holds_for_what_has_been_given_already()
    {
        foreach (var of in new Func<int, RateLimit>[] { permits => RateLimit.FixedWindow(permits, Minute), permits => RateLimit.SlidingWindow(permits, Minute) })
        {
            await using var before = Cache.CreateRateLimiter("api", of(10));
            Expect.True(await TakeAsync(before, 8));

            await using var after = Cache.CreateRateLimiter("api", of(2));

            Expect.False(await TakeAsync(after, 1));
        }
    }

    public async Task More_than_there_ever_are_is_refused_at_the_call()
    {
        await using var limiter = Cache.CreateRateLimiter("api", RateLimit.FixedWindow(2, Minute));

        var refusal = await Expect.ThrowsAsync<ArgumentOutOfRangeException>(async () => await limiter.AcquireAsync(3).ConfigureAwait(false));

        Expect.True(refusal.Message.Contains("3 permits were asked for", StringComparison.Ordinal) && refusal.Message.Contains("is 2", StringComparison.Ordinal));
    }

    private static async Task<bool> TakeAsync(RateLimiter limiter, int permits = 1)
    {
        using var lease = await limiter.AcquireAsync(permits).ConfigureAwait(false);
        return lease.IsAcquired;
    }
}
