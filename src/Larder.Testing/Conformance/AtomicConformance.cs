namespace Larder.Testing.Conformance;

/// <summary>Conditional writes and writes that depend on what is there.</summary>
internal sealed class AtomicConformance(CacheHarness harness) : ConformanceSuite(harness)
{
    [Ledger(61)]
    public async Task Add_stores_only_where_nothing_is()
    {
        Expect.True(await Cache.AddAsync("key", 1));
        Expect.False(await Cache.AddAsync("key", 2));
        Expect.Equal(1, (await Cache.GetAsync<int>("key")).Value);
        Expect.Equal(1, Cache.Statistics.Snapshot().Sets);
    }

    public async Task Add_takes_a_stored_null_for_a_value()
    {
        await Cache.SetAsync<string?>("key", null);

        Expect.False(await Cache.AddAsync("key", "value"));
    }

    public async Task Add_that_fails_leaves_the_time_to_live_alone()
    {
        await Cache.SetAsync("key", 1, TimeSpan.FromSeconds(10));
        await Cache.AddAsync("key", 2, TimeSpan.FromHours(1));

        Expect.Equal(TimeSpan.FromSeconds(10), (await Cache.GetTimeToLiveAsync("key")).Remaining);
    }

    public async Task Replace_stores_only_where_something_is()
    {
        Expect.False(await Cache.ReplaceAsync("key", 1));
        Expect.False(await Cache.ExistsAsync("key"));

        await Cache.SetAsync("key", 1);
        Expect.True(await Cache.ReplaceAsync("key", "two"));
        Expect.Equal("two", (await Cache.GetAsync<string>("key")).Value);
    }

    [Ledger(62)]
    public async Task Exchange_returns_what_was_there()
    {
        Expect.False((await Cache.ExchangeAsync("key", "one")).HasValue);
        Expect.Equal("one", (await Cache.ExchangeAsync("key", "two")).Value);
        Expect.Equal("two", (await Cache.GetAsync<string>("key")).Value);
    }

    public async Task Exchange_returns_no_value_of_another_type_and_stores_all_the_same()
    {
        await Cache.SetAsync("key", "text");

        Expect.False((await Cache.ExchangeAsync("key", 2)).HasValue);
        Expect.Equal(2, (await Cache.GetAsync<int>("key")).Value);
    }

    public async Task Every_write_changes_the_version()
    {
        var seen = new HashSet<long>();
        for (var i = 0; i < 20; i++)
        {
            await Cache.SetAsync("key", 1);
            Expect.True(seen.Add((await Cache.GetAsync<int>("key")).Version), "a version is never used again");
            await Cache.IncrementAsync("key");
            Expect.True(seen.Add((await Cache.GetAsync<int>("key")).Version), "an increment changes the version");
            await Cache.RemoveAsync("key");
        }
    }

    public async Task Reading_and_prolonging_leave_the_version_alone()
    {
        await Cache.SetAsync("key", 1, new CachePolicy { SlidingExpiration = TimeSpan.FromSeconds(10) });
        var version = (await Cache.GetAsync<int>("key")).Version;
        Clock.Advance(TimeSpan.FromSeconds(5));
        await Cache.GetAsync<int>("key");
        await Cache.ExpireAsync("key", TimeSpan.FromHours(1));
        await Cache.PersistAsync("key");

        Expect.Equal(version, (await Cache.PeekAsync<int>("key")).Version);
    }

    [Ledger(63)]
    public async Task Compare_and_set_stores_when_the_version_is_the_one_that_was_read()
    {
        await Cache.SetAsync("key", 1);
        var version = (await Cache.GetAsync<int>("key")).Version;

        Expect.True(await Cache.CompareAndSetAsync("key", 2, version));
        Expect.False(await Cache.CompareAndSetAsync("key", 3, version));
        Expect.Equal(2, (await Cache.GetAsync<int>("key")).Value);
    }

    public async Task Compare_and_set_with_version_zero_is_add()
    {
        Expect.True(await Cache.CompareAndSetAsync("key", 1, expectedVersion: 0));
        Expect.False(await Cache.CompareAndSetAsync("key", 2, expectedVersion: 0));
        Expect.Equal(1, (await Cache.GetAsync<int>("key")).Value);
    }

    public async Task Compare_and_set_fails_when_the_entry_is_gone_or_was_made_anew()
    {
        await Cache.SetAsync("key", 1);
        var version = (await Cache.GetAsync<int>("key")).Version;
        await Cache.RemoveAsync("key");
        Expect.False(await Cache.CompareAndSetAsync("key", 2, version));

        await Cache.SetAsync("key", 1);
        Expect.False(await Cache.CompareAndSetAsync("key", 2, version), "the same value is not the same version");
    }

    public async Task Compare_and_remove_removes_when_the_version_is_the_one_that_was_read()
    {
        await Cache.SetAsync("key", 1);
        var version = (await Cache.GetAsync<int>("key")).Version;
        await Cache.SetAsync("key", 2);

        Expect.False(await Cache.CompareAndRemoveAsync("key", version));
        Expect.True(await Cache.CompareAndRemoveAsync("key", (await Cache.GetAsync<int>("key")).Version));
        Expect.False(await Cache.ExistsAsync("key"));
    }

    public async Task Compare_and_remove_with_version_zero_removes_nothing()
    {
        Expect.False(await Cache.CompareAndRemoveAsync("key", expectedVersion: 0));
        await Cache.SetAsync("key", 1);
        Expect.False(await Cache.CompareAndRemoveAsync("key", expectedVersion: 0));
        Expect.True(await Cache.ExistsAsync("key"));
    }

    [Ledger(138)]
    public async Task Update_makes_the_new_value_of_the_present_one()
    {
        Expect.Equal("0", await Cache.UpdateAsync<string>("key", static current => current.HasValue ? current.Value + "+" : "0"));
        Expect.Equal("0+", await Cache.UpdateAsync<string>("key", static current => current.HasValue ? current.Value + "+" : "0"));
        Expect.Equal("0+", (await Cache.GetAsync<string>("key")).Value);
    }

    public async Task Update_takes_an_entry_of_another_type_for_none_and_overwrites_it()
    {
        await Cache.SetAsync("key", "text");

        Expect.Equal(1, await Cache.UpdateAsync<int>("key", static current => current.HasValue ? 100 : 1));
        Expect.Equal(1, (await Cache.GetAsync<int>("key")).Value);
    }

    public async Task An_update_whose_function_throws_changes_nothing()
    {
        await Cache.SetAsync("key", 1);

        await Expect.ThrowsAsync<FormatException>(() => Cache.UpdateAsync<int>("key", static _ => throw new FormatException()).AsTask());
        Expect.Equal(1, (await Cache.GetAsync<int>("key")).Value);
    }

    [Ledger(69)]
    public async Task Increment_starts_at_zero_and_adds()
    {
        Expect.Equal(1, await Cache.IncrementAsync("key"));
        Expect.Equal(43, await Cache.IncrementAsync("key", 42));
        Expect.Equal(40, await Cache.DecrementAsync("key", 3));
        Expect.Equal(-60, await Cache.IncrementAsync("key", -100));
        Expect.Equal(-60, (await Cache.GetAsync<long>("key")).Value);
    }

    public async Task Decrement_of_an_absent_counter_goes_below_zero() => Expect.Equal(-1, await Cache.DecrementAsync("key"));

    public async Task Increment_goes_on_from_an_integer_that_was_set()
    {
        await Cache.SetAsync("key", 41);

        Expect.Equal(42, await Cache.IncrementAsync("key"));
        Expect.Equal(42, (await Cache.GetAsync<int>("key")).Value);
    }

    [Ledger(69)]
    public async Task The_time_to_live_of_a_counter_is_that_of_its_creation()
    {
        await Cache.IncrementAsync("key", 1, TimeSpan.FromSeconds(10));
        Clock.Advance(TimeSpan.FromSeconds(4));
        await Cache.IncrementAsync("key", 1, TimeSpan.FromHours(1));

        Expect.Equal(TimeSpan.FromSeconds(6), (await Cache.GetTimeToLiveAsync("key")).Remaining);
        Clock.Advance(TimeSpan.FromSeconds(6));
        Expect.Equal(1, await Cache.IncrementAsync("key"));
    }

    public async Task The_tags_of_a_counter_are_those_of_its_creation()
    {
        await Cache.IncrementAsync("key", 1, new() { Tags = ["created"] });
        await Cache.IncrementAsync("key", 1, new() { Tags = ["later"] });

        await Cache.RemoveByTagAsync("later");
        Expect.True(await Cache.ExistsAsync("key"));
        await Cache.RemoveByTagAsync("created");
        Expect.False(await Cache.ExistsAsync("key"));
    }

    public async Task Increment_beyond_64_bits_throws_and_changes_nothing()
    {
        await Cache.SetAsync("high", long.MaxValue);
        await Cache.SetAsync("low", long.MinValue);

        await Expect.ThrowsAsync<OverflowException>(() => Cache.IncrementAsync("high").AsTask());
        await Expect.ThrowsAsync<OverflowException>(() => Cache.DecrementAsync("low").AsTask());
        Expect.Equal(long.MaxValue, (await Cache.GetAsync<long>("high")).Value);
        Expect.Equal(long.MinValue, (await Cache.GetAsync<long>("low")).Value);
    }

    public async Task Increment_of_what_is_no_integer_throws_and_changes_nothing()
    {
        await Cache.SetAsync("text", "7");
        await Cache.SetAsync<string?>("null", null);

        var exception = await Expect.ThrowsAsync<CacheTypeException>(() => Cache.IncrementAsync("text").AsTask());
        await Expect.ThrowsAsync<CacheTypeException>(() => Cache.IncrementAsync("null").AsTask());
        Expect.True(exception.Message.Contains("text", StringComparison.Ordinal), "the message names the key");
        Expect.Equal("7", (await Cache.GetAsync<string>("text")).Value);
    }

    public async Task A_failed_condition_counts_no_set()
    {
        await Cache.SetAsync("key", 1);
        await Cache.AddAsync("key", 2);
        await Cache.ReplaceAsync("other", 2);
        await Cache.CompareAndSetAsync("key", 2, expectedVersion: 1);

        Expect.Equal(1, Cache.Statistics.Snapshot().Sets);
    }
}
