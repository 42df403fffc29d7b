namespace Larder.Testing.Conformance;

/// <summary>Entries that each read prolongs.</summary>
internal sealed class SlidingConformance(CacheHarness harness) : ConformanceSuite(harness)
{
    private static readonly CachePolicy s_sliding = new() { SlidingExpiration = TimeSpan.FromSeconds(10) };

    [Ledger(58)]
    public async Task Reads_prolong_a_sliding_entry_without_end()
    {
        await Cache.SetAsync("key", 1, s_sliding);
        for (var i = 0; i < 100; i++)
        {
            Clock.Advance(TimeSpan.FromSeconds(9));
            Expect.True((await Cache.GetAsync<int>("key")).HasValue);
        }

        Clock.Advance(TimeSpan.FromSeconds(10));
        Expect.False((await Cache.GetAsync<int>("key")).HasValue);
    }

    public async Task A_sliding_entry_that_nobody_reads_expires()
    {
        await Cache.SetAsync("key", 1, s_sliding);
        Clock.Advance(TimeSpan.FromSeconds(10));

        Expect.False((await Cache.GetAsync<int>("key")).HasValue);
    }

    [Ledger(58)]
    public async Task A_time_to_live_of_the_policy_is_the_cap()
    {
        await Cache.SetAsync("key", 1, s_sliding with { TimeToLive = TimeSpan.FromSeconds(15) });
        Clock.Advance(TimeSpan.FromSeconds(8));
        Expect.Equal(TimeSpan.FromSeconds(7), (await Cache.GetAsync<int>("key")).TimeToLive);

        Clock.Advance(TimeSpan.FromSeconds(7));
        Expect.False((await Cache.GetAsync<int>("key")).HasValue);
    }

    public async Task A_time_to_live_of_the_call_is_the_cap()
    {
        await Cache.SetAsync("key", 1, new CacheEntryOptions { Policy = s_sliding, TimeToLive = TimeSpan.FromSeconds(4) });

        Expect.Equal(TimeSpan.FromSeconds(4), (await Cache.GetTimeToLiveAsync("key")).Remaining);
        Clock.Advance(TimeSpan.FromSeconds(4));
        Expect.False(await Cache.ExistsAsync("key"));
    }

    public async Task The_cache_can_slide_by_default()
    {
        var cache = Harness.CreateCache(options => options.SlidingExpiration = TimeSpan.FromSeconds(10));
        await cache.SetAsync("key", 1);
        Clock.Advance(TimeSpan.FromSeconds(9));
        await cache.GetAsync<int>("key");

        Expect.Equal(TimeSpan.FromSeconds(10), (await cache.GetTimeToLiveAsync("key")).Remaining);
    }

    public async Task Peeking_asking_and_listing_do_not_prolong()
    {
        await Cache.SetAsync("key", 1, s_sliding);
        Clock.Advance(TimeSpan.FromSeconds(9));
        await Cache.PeekAsync<int>("key");
        await Cache.ExistsAsync("key");
        await Cache.GetTimeToLiveAsync("key");
        await Cache.CountAsync();

        Expect.Equal(TimeSpan.FromSeconds(1), (await Cache.GetTimeToLiveAsync("key")).Remaining);
    }

    public async Task Get_many_and_get_or_create_prolong()
    {
        await Cache.SetAsync("many", 1, s_sliding);
        await Cache.SetAsync("create", 1, s_sliding);
        Clock.Advance(TimeSpan.FromSeconds(9));
        await Cache.GetManyAsync<int>(["many"]);
        await Cache.GetOrCreateAsync("create", static _ => new ValueTask<int>(2), s_sliding);

        Expect.Equal(TimeSpan.FromSeconds(10), (await Cache.GetTimeToLiveAsync("many")).Remaining);
        Expect.Equal(TimeSpan.FromSeconds(10), (await Cache.GetTimeToLiveAsync("create")).Remaining);
    }

    public async Task Expire_ends_the_sliding()
    {
        await Cache.SetAsync("key", 1, s_sliding);
        await Cache.ExpireAsync("key", TimeSpan.FromSeconds(20));
        Clock.Advance(TimeSpan.FromSeconds(19));
        await Cache.GetAsync<int>("key");

        Expect.Equal(TimeSpan.FromSeconds(1), (await Cache.GetTimeToLiveAsync("key")).Remaining);
    }

    public async Task Expire_ends_the_sliding_also_when_the_expiry_stays_where_it_was()
    {
        await Cache.SetAsync("key", 1, s_sliding);
        await Cache.ExpireAsync("key", TimeSpan.FromSeconds(10));
        Clock.Advance(TimeSpan.FromSeconds(9));
        await Cache.GetAsync<int>("key");

        Expect.Equal(TimeSpan.FromSeconds(1), (await Cache.GetTimeToLiveAsync("key")).Remaining);
    }

    public async Task Persist_ends_the_sliding()
    {
        await Cache.SetAsync("key", 1, s_sliding);
        await Cache.PersistAsync("key");
        await Cache.GetAsync<int>("key");

        Expect.Equal(EntryTimeToLive.NoExpiry, await Cache.GetTimeToLiveAsync("key"));
    }

    public async Task A_counter_goes_on_sliding_when_it_is_incremented()
    {
        await Cache.IncrementAsync("key", 1, s_sliding);
        Clock.Advance(TimeSpan.FromSeconds(9));
        await Cache.IncrementAsync("key");
        Expect.Equal(TimeSpan.FromSeconds(1), (await Cache.GetTimeToLiveAsync("key")).Remaining);

        await Cache.GetAsync<long>("key");
        Expect.Equal(TimeSpan.FromSeconds(10), (await Cache.GetTimeToLiveAsync("key")).Remaining);
    }
}
