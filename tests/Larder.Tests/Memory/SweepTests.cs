namespace Larder.Tests.Memory;

/// <summary>Expired entries give back their memory though nobody reads them.</summary>
public sealed class SweepTests : MemoryTest
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(60);

    [Fact]
    [Ledger(80)]
    public void An_empty_cache_arms_no_timer()
    {
        Assert.Equal(0, Cache.Statistics.Entries);
        Assert.Equal(0, Clock.ArmedTimers);
    }

    [Fact]
    public async Task Reading_an_empty_cache_arms_no_timer()
    {
        await Cache.GetAsync<int>("key");
        await Cache.RemoveAsync("key");
        await Cache.ClearAsync();
        Assert.Equal(0, Clock.ArmedTimers);
    }

    [Fact]
    public async Task An_entry_that_never_expires_arms_no_timer()
    {
        await Cache.SetAsync("key", 1, CacheTtl.Never);
        Assert.Equal(0, Clock.ArmedTimers);
    }

    [Fact]
    [Ledger(80)]
    public async Task Entries_that_expire_arm_one_timer_however_many_they_are()
    {
        for (var i = 0; i < 100; i++)
        {
            await Cache.SetAsync($"key:{i}", i);
        }

        Assert.Equal(1, Clock.ArmedTimers);
    }

    [Fact]
    public async Task Writes_do_not_put_off_the_sweep()
    {
        await Cache.SetAsync("expired", 1, TimeSpan.FromSeconds(1));
        for (var i = 0; i < 6; i++)
        {
            Clock.Advance(s_interval / 6);
            await Cache.SetAsync("key", i, TimeSpan.FromHours(1));
        }

        Assert.Equal(1, Cache.Statistics.Entries);
    }

    [Fact]
    public async Task Giving_an_entry_an_expiry_later_arms_the_timer()
    {
        await Cache.SetAsync("key", 1, CacheTtl.Never);
        await Cache.ExpireAsync("key", TimeSpan.FromSeconds(1));
        Clock.Advance(s_interval);
        Assert.Equal(0, Cache.Statistics.Entries);
    }

    [Fact]
    [Ledger(79, 80)]
    public async Task Expired_entries_are_reclaimed_without_a_reader()
    {
        await FillAsync(100, TimeSpan.FromSeconds(10));
        Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(100, Cache.Statistics.Entries);
        Clock.Advance(s_interval);
        Assert.Equal(0, Cache.Statistics.Entries);
        Assert.Equal(0, Cache.Statistics.Bytes);
    }

    [Fact]
    public async Task Entries_that_live_are_left_alone()
    {
        await FillAsync(10, TimeSpan.FromSeconds(10));
        await Cache.SetAsync("lives", 1, TimeSpan.FromHours(1));
        await Cache.SetAsync("never", 1, CacheTtl.Never);
        Clock.Advance(s_interval);
        Assert.Equal(2, Cache.Statistics.Entries);
        Assert.True(await Cache.ExistsAsync("lives"));
    }

    [Fact]
    public async Task The_timer_is_armed_again_as_long_as_there_is_something_to_sweep()
    {
        await Cache.SetAsync("key", 1, TimeSpan.FromSeconds(150));
        Clock.Advance(s_interval);
        Assert.Equal(1, Clock.ArmedTimers);
        Clock.Advance(s_interval);
        Assert.Equal(1, Cache.Statistics.Entries);
        Clock.Advance(s_interval);
        Assert.Equal(0, Cache.Statistics.Entries);
        Assert.Equal(0, Clock.ArmedTimers);
    }

    [Fact]
    public async Task A_cache_that_became_empty_by_removal_stops_its_timer()
    {
        await Cache.SetAsync("key", 1);
        await Cache.RemoveAsync("key");
        Clock.Advance(s_interval);
        Assert.Equal(0, Clock.ArmedTimers);
    }

    [Fact]
    public async Task An_entry_after_the_timer_stopped_is_swept_too()
    {
        await Cache.SetAsync("first", 1, TimeSpan.FromSeconds(1));
        Clock.Advance(2 * s_interval);
        Assert.Equal(0, Clock.ArmedTimers);
        await Cache.SetAsync("second", 1, TimeSpan.FromSeconds(1));
        Clock.Advance(s_interval);
        Assert.Equal(0, Cache.Statistics.Entries);
    }

    [Fact]
    [Ledger(13)]
    public async Task The_interval_can_be_changed()
    {
        var cache = CreateCache(options => options.Memory.SweepInterval = TimeSpan.FromMilliseconds(100));
        await cache.SetAsync("key", 1, TimeSpan.FromMilliseconds(1));
        Clock.Advance(TimeSpan.FromMilliseconds(99));
        Assert.Equal(1, cache.Statistics.Entries);
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, cache.Statistics.Entries);
    }

    [Fact]
    public async Task A_value_that_may_be_served_stale_is_kept_as_long_as_it_may()
    {
        await Cache.SetAsync("key", 1, new CachePolicy { TimeToLive = TimeSpan.FromSeconds(10), MaxStale = TimeSpan.FromSeconds(100) });
        Clock.Advance(s_interval);
        Assert.Equal(1, Cache.Statistics.Entries);
        Clock.Advance(s_interval);
        Assert.Equal(0, Cache.Statistics.Entries);
    }

    [Fact]
    public async Task Entries_of_a_removed_tag_are_reclaimed()
    {
        await Cache.SetAsync("tagged", 1, new() { TimeToLive = CacheTtl.Never, Tags = ["tag"] });
        await Cache.SetAsync("other", 1, new() { TimeToLive = CacheTtl.Never, Tags = ["other"] });
        await Cache.RemoveByTagAsync("tag");
        Clock.Advance(s_interval);
        Assert.Equal(1, Cache.Statistics.Entries);
        Assert.Equal(1, Cache.Statistics.Snapshot().TagEvictions);
    }

    [Fact]
    public async Task Tags_of_an_empty_cache_keep_no_timer_running()
    {
        await Cache.SetAsync("key", 1, new() { Tags = ["tag"] });
        await Cache.RemoveByTagAsync("tag");
        await Cache.RemoveByTagAsync("never used");
        Clock.Advance(2 * s_interval);
        Assert.Equal(0, Clock.ArmedTimers);
    }

    [Fact]
    [Ledger(191)]
    public async Task Sweeps_are_counted_and_the_last_one_is_told()
    {
        Assert.Null(Cache.Statistics.Snapshot().LastSweep);
        await FillAsync(7, TimeSpan.FromSeconds(10));
        var start = Clock.GetUtcNow();
        Clock.Advance(TimeSpan.FromSeconds(90));

        var statistics = Cache.Statistics.Snapshot();
        Assert.Equal(1, statistics.Sweeps);
        Assert.Equal(7, statistics.SweptEntries);
        Assert.Equal(7, statistics.ExpiredEvictions);
        Assert.Equal(start + s_interval, statistics.LastSweep);
    }

    [Fact]
    public async Task A_jump_of_the_wall_clock_expires_nothing()
    {
        await Cache.SetAsync("key", 1, TimeSpan.FromMinutes(5));
        Clock.JumpWallClock(TimeSpan.FromHours(1));
        Clock.Advance(s_interval);
        Assert.Equal(1, (await Cache.GetAsync<int>("key")).Value);
        Clock.JumpWallClock(TimeSpan.FromHours(-10));
        Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(0, Cache.Statistics.Entries);
    }

    [Fact]
    public async Task The_timer_does_not_keep_the_context_of_the_first_caller()
    {
        var local = new AsyncLocal<string>();
        string? seen = "nothing";
        Cache.Events.Evicted += _ => seen = local.Value;
        await Task.Run(async () =>
        {
            local.Value = "caller";
            await Cache.SetAsync("key", 1, TimeSpan.FromSeconds(1));
        });
        Clock.Advance(s_interval);
        Assert.Null(seen);
    }

    private async Task FillAsync(int count, TimeSpan timeToLive)
    {
        for (var i = 0; i < count; i++)
        {
            await Cache.SetAsync($"key:{i}", i, timeToLive);
        }
    }
}
