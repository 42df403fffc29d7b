namespace Larder.Testing.Conformance;

/// <summary>Times to live: how they are given, told, changed, prolonged and shortened.</summary>
internal sealed class ExpiryConformance(CacheHarness harness) : ConformanceSuite(harness)
{
    private static readonly TimeSpan s_tenSeconds = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_oneMillisecond = TimeSpan.FromMilliseconds(1);

    [Ledger(42, 78)]
    public async Task An_entry_lives_until_its_time_is_over_and_no_longer()
    {
        await Cache.SetAsync("key", 1, s_tenSeconds);

        Clock.Advance(s_tenSeconds - s_oneMillisecond);
        Expect.True((await Cache.GetAsync<int>("key")).HasValue);

        Clock.Advance(s_oneMillisecond);
        Expect.False((await Cache.GetAsync<int>("key")).HasValue);
    }

    [Ledger(55)]
    [LedgerFault(6)]
    public async Task The_time_to_live_is_absent_none_or_what_remains()
    {
        await Cache.SetAsync("expires", 1, s_tenSeconds);
        await Cache.SetAsync("stays", 1, CacheTtl.Never);
        Clock.Advance(TimeSpan.FromMilliseconds(2_345));

        Expect.Equal(EntryTimeToLive.Absent, await Cache.GetTimeToLiveAsync("absent"));
        Expect.Equal(EntryTimeToLive.NoExpiry, await Cache.GetTimeToLiveAsync("stays"));
        Expect.Equal(new EntryTimeToLive(Exists: true, TimeSpan.FromMilliseconds(7_655)), await Cache.GetTimeToLiveAsync("expires"));
    }

    [Ledger(71)]
    public async Task A_read_tells_the_time_that_remains()
    {
        await Cache.SetAsync("key", 1, s_tenSeconds);
        Clock.Advance(TimeSpan.FromMilliseconds(1));

        Expect.Equal(TimeSpan.FromMilliseconds(9_999), (await Cache.GetAsync<int>("key")).TimeToLive);
        Expect.Equal(TimeSpan.FromMilliseconds(9_999), (await Cache.PeekAsync<int>("key")).TimeToLive);
    }

    [Ledger(41)]
    public async Task Without_a_time_to_live_the_cache_s_own_counts()
    {
        var cache = Harness.CreateCache(options => options.TimeToLive = TimeSpan.FromHours(2));
        await cache.SetAsync("key", 1);

        Expect.Equal(TimeSpan.FromHours(2), (await cache.GetTimeToLiveAsync("key")).Remaining);
    }

    [Ledger(77)]
    public async Task The_default_is_five_minutes()
    {
        await Cache.SetAsync("key", 1);

        Expect.Equal(TimeSpan.FromMinutes(5), (await Cache.GetTimeToLiveAsync("key")).Remaining);
    }

    [Ledger(87)]
    public async Task Short_medium_and_long_are_five_minutes_an_hour_and_a_day()
    {
        await Cache.SetAsync("short", 1, CacheTtl.Short);
        await Cache.SetAsync("medium", 1, CacheTtl.Medium);
        await Cache.SetAsync("long", 1, CacheTtl.Long);

        Expect.Equal(TimeSpan.FromMinutes(5), (await Cache.GetTimeToLiveAsync("short")).Remaining);
        Expect.Equal(TimeSpan.FromHours(1), (await Cache.GetTimeToLiveAsync("medium")).Remaining);
        Expect.Equal(TimeSpan.FromHours(24), (await Cache.GetTimeToLiveAsync("long")).Remaining);
    }

    [Ledger(84)]
    public async Task The_call_wins_over_the_policy_the_policy_over_the_view_and_the_view_over_the_cache()
    {
        var view = Cache.WithTimeToLive(TimeSpan.FromMinutes(1));
        var policy = new CachePolicy { TimeToLive = TimeSpan.FromMinutes(2) };
        await view.SetAsync("view", 1);
        await view.SetAsync("policy", 1, policy);
        await view.SetAsync("call", 1, new CacheEntryOptions { Policy = policy, TimeToLive = TimeSpan.FromMinutes(3) });

        Expect.Equal(TimeSpan.FromMinutes(1), (await Cache.GetTimeToLiveAsync("view")).Remaining);
        Expect.Equal(TimeSpan.FromMinutes(2), (await Cache.GetTimeToLiveAsync("policy")).Remaining);
        Expect.Equal(TimeSpan.FromMinutes(3), (await Cache.GetTimeToLiveAsync("call")).Remaining);
    }

    public async Task Never_and_the_longest_duration_are_no_expiry()
    {
        await Cache.SetAsync("never", 1, CacheTtl.Never);
        await Cache.SetAsync("longest", 1, TimeSpan.MaxValue);
        Clock.Advance(TimeSpan.FromDays(30));

        Expect.Equal(EntryTimeToLive.NoExpiry, await Cache.GetTimeToLiveAsync("longest"));
        Expect.True((await Cache.GetAsync<int>("never")) is { HasValue: true, TimeToLive: null });
    }

    public async Task Nearly_the_longest_duration_does_not_overflow()
    {
        await Cache.SetAsync("key", 1, TimeSpan.MaxValue - TimeSpan.FromDays(1));
        Clock.Advance(TimeSpan.FromDays(30));

        Expect.True(await Cache.ExistsAsync("key"));
        Expect.True((await Cache.GetAsync<int>("key")).TimeToLive is null or { Days: > 1_000_000 }, "it lives for as long, or for ever");
    }

    [Ledger(42)]
    [LedgerFault(7, 14)]
    public async Task A_time_below_a_second_is_kept_to_the_millisecond()
    {
        await Cache.SetAsync("key", 1, TimeSpan.FromMilliseconds(25));
        Clock.Advance(TimeSpan.FromMilliseconds(24));
        Expect.Equal(s_oneMillisecond, (await Cache.GetTimeToLiveAsync("key")).Remaining);

        Clock.Advance(s_oneMillisecond);
        Expect.False(await Cache.ExistsAsync("key"));
    }

    public async Task A_time_below_a_millisecond_is_a_millisecond()
    {
        await Cache.SetAsync("key", 1, TimeSpan.FromTicks(1));
        Expect.True(await Cache.ExistsAsync("key"));

        Clock.Advance(s_oneMillisecond);
        Expect.False(await Cache.ExistsAsync("key"));
    }

    public async Task Setting_again_begins_a_new_life()
    {
        await Cache.SetAsync("key", 1, s_tenSeconds);
        Clock.Advance(TimeSpan.FromSeconds(9));
        await Cache.SetAsync("key", 2, s_tenSeconds);
        Clock.Advance(TimeSpan.FromSeconds(9));

        Expect.Equal(2, (await Cache.GetAsync<int>("key")).Value);
    }

    [Ledger(56)]
    public async Task Expire_lengthens_and_shortens_a_life_from_now_on()
    {
        await Cache.SetAsync("key", 1, s_tenSeconds);
        Clock.Advance(TimeSpan.FromSeconds(9));

        Expect.True(await Cache.ExpireAsync("key", TimeSpan.FromMinutes(1)));
        Expect.Equal(TimeSpan.FromMinutes(1), (await Cache.GetTimeToLiveAsync("key")).Remaining);

        Expect.True(await Cache.ExpireAsync("key", s_oneMillisecond));
        Clock.Advance(s_oneMillisecond);
        Expect.False(await Cache.ExistsAsync("key"));
    }

    public async Task Expire_keeps_the_value_and_its_tags()
    {
        await Cache.SetAsync("key", "value", new() { Tags = ["tag"] });
        await Cache.ExpireAsync("key", TimeSpan.FromHours(1));

        Expect.Equal("value", (await Cache.GetAsync<string>("key")).Value);
        await Cache.RemoveByTagAsync("tag");
        Expect.False(await Cache.ExistsAsync("key"));
    }

    public async Task Expire_with_never_takes_the_expiry_away()
    {
        await Cache.SetAsync("key", 1, s_tenSeconds);

        Expect.True(await Cache.ExpireAsync("key", CacheTtl.Never));
        Expect.Equal(EntryTimeToLive.NoExpiry, await Cache.GetTimeToLiveAsync("key"));
    }

    public async Task Expire_and_persist_find_nothing_where_there_is_nothing()
    {
        Expect.False(await Cache.ExpireAsync("key", s_tenSeconds));
        Expect.False(await Cache.PersistAsync("key"));
        Expect.False(await Cache.ExistsAsync("key"));
    }

    [Ledger(57)]
    public async Task Persist_takes_the_expiry_away()
    {
        await Cache.SetAsync("key", 1, s_tenSeconds);

        Expect.True(await Cache.PersistAsync("key"));
        Expect.True(await Cache.PersistAsync("key"), "an entry without expiry is there too");
        Clock.Advance(TimeSpan.FromDays(1));
        Expect.Equal(1, (await Cache.GetAsync<int>("key")).Value);
    }

    [Ledger(56)]
    public async Task Neither_expire_nor_persist_brings_an_expired_entry_back()
    {
        await Cache.SetAsync("key", 1, s_tenSeconds);
        Clock.Advance(s_tenSeconds);

        Expect.False(await Cache.ExpireAsync("key", TimeSpan.FromHours(1)));
        Expect.False(await Cache.PersistAsync("key"));
        Expect.False((await Cache.GetAsync<int>("key")).HasValue);
    }

    public async Task Persisting_a_value_that_may_be_served_stale_does_not_bring_it_back()
    {
        await Cache.SetAsync("key", 1, new CachePolicy { TimeToLive = s_tenSeconds, MaxStale = TimeSpan.FromHours(1) });
        Clock.Advance(s_tenSeconds);

        Expect.False(await Cache.PersistAsync("key"));
        Expect.False((await Cache.GetAsync<int>("key")).HasValue);
        Expect.False(await Cache.ExistsAsync("key"));
    }

    [Ledger(95)]
    public async Task Jitter_shortens_lives_differently_and_never_lengthens_them()
    {
        var policy = new CachePolicy { TimeToLive = s_tenSeconds, TimeToLiveJitter = 0.5 };
        var lives = new HashSet<TimeSpan?>();
        for (var i = 0; i < 64; i++)
        {
            await Cache.SetAsync($"key:{i}", i, policy);
            var life = (await Cache.GetTimeToLiveAsync($"key:{i}")).Remaining;
            Expect.Between(TimeSpan.FromSeconds(5), s_tenSeconds, life);
            lives.Add(life);
        }

        Expect.True(lives.Count > 8, "times to live are spread");
    }

    public async Task Jitter_leaves_no_expiry_alone()
    {
        await Cache.SetAsync("key", 1, new CachePolicy { TimeToLive = CacheTtl.Never, TimeToLiveJitter = 0.9 });

        Expect.Equal(EntryTimeToLive.NoExpiry, await Cache.GetTimeToLiveAsync("key"));
    }

    public async Task A_loaded_null_lives_for_the_negative_time_to_live()
    {
        var policy = new CachePolicy { TimeToLive = TimeSpan.FromHours(1), NegativeTimeToLive = s_tenSeconds };
        await Cache.GetOrCreateAsync<string?>("absent", static _ => new ValueTask<string?>((string?)null), policy);
        await Cache.GetOrCreateAsync<string?>("present", static _ => new ValueTask<string?>("value"), policy);

        Expect.Equal(s_tenSeconds, (await Cache.GetTimeToLiveAsync("absent")).Remaining);
        Expect.Equal(TimeSpan.FromHours(1), (await Cache.GetTimeToLiveAsync("present")).Remaining);
    }

    public async Task A_loaded_null_is_not_stored_when_told_so()
    {
        var policy = new CachePolicy { StoreNull = false };
        var value = await Cache.GetOrCreateAsync<string?>("key", static _ => new ValueTask<string?>((string?)null), policy);

        Expect.Equal(null, value);
        Expect.False(await Cache.ExistsAsync("key"));
    }

    public async Task The_loader_chooses_the_time_to_live()
    {
        await Cache.GetOrCreateAsync(
            "key",
            0,
            static (_, load, _) =>
            {
                load.TimeToLive = TimeSpan.FromSeconds(10);
                return new ValueTask<int>(1);
            },
            TimeSpan.FromHours(1));

        Expect.Equal(s_tenSeconds, (await Cache.GetTimeToLiveAsync("key")).Remaining);
    }

    public async Task A_jump_of_the_wall_clock_leaves_lives_that_begin_after_it_as_long_as_they_are()
    {
        await Cache.SetAsync("stays", 1, CacheTtl.Never);
        Clock.JumpWallClock(TimeSpan.FromHours(1));

        Expect.True(await Cache.ExistsAsync("stays"));
        await Cache.SetAsync("key", 1, s_tenSeconds);
        Clock.Advance(s_tenSeconds - s_oneMillisecond);
        Expect.True(await Cache.ExistsAsync("key"));
        Clock.Advance(s_oneMillisecond);
        Expect.False(await Cache.ExistsAsync("key"));
    }
}
