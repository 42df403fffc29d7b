namespace Larder.Testing.Conformance;

/// <summary>Tags: removing all entries that carry one.</summary>
internal sealed class TagConformance(CacheHarness harness) : ConformanceSuite(harness)
{
    private static readonly string[] OddTags =
    [
        "*", "?", "[a-z]", "[", "]", "\\", "a b", "a:b", "a:", ":a", "{a}", "a\r\nb", "a\0b", "!", "!tag:a", "<b>", "ä", "Ä", "\U0001F600", "'; --", "-0", "0",
    ];

    [Ledger(142, 145)]
    public async Task Removing_by_a_tag_removes_the_entry_that_carries_it()
    {
        await SetAsync("key", "tag");

        await Cache.RemoveByTagAsync("tag");

        Expect.False((await Cache.GetAsync<string>("key")).HasValue);
        Expect.False(await Cache.ExistsAsync("key"));
    }

    [Ledger(139, 143)]
    public async Task Removing_by_a_tag_removes_every_entry_that_carries_it_and_no_other()
    {
        for (var i = 0; i < 100; i++)
        {
            await SetAsync($"key:{i}", i % 3 == 0 ? "third" : "other");
        }

        await Cache.RemoveByTagAsync("third");

        Expect.SameElements(Enumerable.Range(0, 100).Where(i => i % 3 != 0).Select(i => $"key:{i}"), await Cache.KeysAsync().ToListAsync());
    }

    public async Task Removing_by_a_tag_that_no_entry_carries_removes_nothing()
    {
        await SetAsync("tagged", "tag");
        await SetAsync("plain");

        await Cache.RemoveByTagAsync("unknown");

        Expect.Equal(2, await Cache.CountAsync());
    }

    public async Task Removing_by_a_tag_on_an_empty_cache_changes_nothing()
    {
        await Cache.RemoveByTagAsync("tag");
        await Cache.RemoveByTagAsync("tag");

        Expect.Equal(0, await Cache.CountAsync());
    }

    public async Task Any_one_of_an_entrys_tags_removes_it()
    {
        foreach (var tag in new[] { "first", "second", "third" })
        {
            await SetAsync("key", "first", "second", "third");

            await Cache.RemoveByTagAsync(tag);

            Expect.False(await Cache.ExistsAsync("key"));
        }
    }

    [Ledger(142)]
    public async Task An_entry_may_carry_32_tags_and_each_removes_it()
    {
        var tags = Enumerable.Range(0, 32).Select(i => $"tag:{i}").ToArray();
        foreach (var tag in tags)
        {
            await SetAsync("key", tags);
            await Cache.RemoveByTagAsync(tag);
            Expect.False(await Cache.ExistsAsync("key"));
        }
    }

    public async Task More_than_32_tags_are_refused_and_nothing_is_stored()
    {
        var tags = Enumerable.Range(0, 33).Select(i => $"tag:{i}").ToArray();

        await Expect.ThrowsAsync<ArgumentException>(() => SetAsync("key", tags));

        Expect.False(await Cache.ExistsAsync("key"));
    }

    public async Task A_tag_given_twice_counts_once()
    {
        var tags = Enumerable.Repeat("same", 40).ToArray();
        await SetAsync("key", tags);

        await Cache.RemoveByTagAsync("same");

        Expect.False(await Cache.ExistsAsync("key"));
    }

    public async Task Replacing_an_entry_replaces_its_tags()
    {
        await SetAsync("key", "old");
        await SetAsync("key", "new");

        await Cache.RemoveByTagAsync("old");
        Expect.True(await Cache.ExistsAsync("key"));

        await Cache.RemoveByTagAsync("new");
        Expect.False(await Cache.ExistsAsync("key"));
    }

    public async Task Replacing_an_entry_without_tags_leaves_it_without()
    {
        await SetAsync("key", "tag");
        await SetAsync("key");

        await Cache.RemoveByTagAsync("tag");

        Expect.True(await Cache.ExistsAsync("key"));
    }

    [Ledger(140)]
    public async Task A_tag_reaches_across_the_views_of_a_cache()
    {
        var users = Cache.WithPrefix("users");
        var orders = Cache.WithPrefix("orders");
        await users.SetAsync("1", "user", Tagged("customer:1"));
        await orders.SetAsync("7", "order", Tagged("customer:1"));
        await Cache.SetAsync("plain", "value", Tagged("customer:1"));
        await orders.SetAsync("8", "order", Tagged("customer:2"));

        await users.RemoveByTagAsync("customer:1");

        Expect.SameElements(["orders:8"], await Cache.KeysAsync().ToListAsync());
    }

    public async Task An_entry_written_after_the_invalidation_lives()
    {
        await SetAsync("key", "tag");
        await Cache.RemoveByTagAsync("tag");

        await SetAsync("key", "tag");
        await SetAsync("another", "tag");

        Expect.True(await Cache.ExistsAsync("key"));
        Expect.True(await Cache.ExistsAsync("another"));
    }

    public async Task A_tag_can_be_invalidated_again_and_again()
    {
        for (var round = 0; round < 20; round++)
        {
            await SetAsync("key", "tag");
            Expect.True(await Cache.ExistsAsync("key"));
            await Cache.RemoveByTagAsync("tag");
            Expect.False(await Cache.ExistsAsync("key"));
        }
    }

    public async Task A_tag_survives_a_new_time_to_live()
    {
        await SetAsync("key", "tag");
        await Cache.ExpireAsync("key", TimeSpan.FromHours(1));

        await Cache.RemoveByTagAsync("tag");

        Expect.False(await Cache.ExistsAsync("key"));
    }

    public async Task A_tag_survives_the_end_of_the_expiry()
    {
        await SetAsync("key", "tag");
        await Cache.PersistAsync("key");

        await Cache.RemoveByTagAsync("tag");

        Expect.False(await Cache.ExistsAsync("key"));
    }

    public async Task A_tag_survives_an_increment()
    {
        await Cache.IncrementAsync("counter", 1, Tagged("tag"));
        await Cache.IncrementAsync("counter");

        await Cache.RemoveByTagAsync("tag");

        Expect.False(await Cache.ExistsAsync("counter"));
        Expect.Equal(1L, await Cache.IncrementAsync("counter"));
    }

    public async Task A_tag_survives_sliding_reads()
    {
        var policy = new CachePolicy { SlidingExpiration = TimeSpan.FromMinutes(1) };
        await Cache.SetAsync("key", "value", new() { Policy = policy, Tags = ["tag"] });
        for (var read = 0; read < 5; read++)
        {
            Clock.Advance(TimeSpan.FromSeconds(40));
            Expect.True((await Cache.GetAsync<string>("key")).HasValue);
        }

        await Cache.RemoveByTagAsync("tag");

        Expect.False(await Cache.ExistsAsync("key"));
    }

    public async Task A_change_of_the_expiry_does_not_bring_an_invalidated_entry_back()
    {
        await SetAsync("key", "tag");
        await Cache.RemoveByTagAsync("tag");

        Expect.False(await Cache.ExpireAsync("key", TimeSpan.FromHours(1)));
        Expect.False(await Cache.PersistAsync("key"));

        Expect.False(await Cache.ExistsAsync("key"));
    }

    public async Task An_invalidated_entry_is_absent_for_every_operation()
    {
        await SetAsync("key", "tag");
        await Cache.RemoveByTagAsync("tag");

        Expect.False((await Cache.PeekAsync<string>("key")).HasValue);
        Expect.Equal(EntryTimeToLive.Absent, await Cache.GetTimeToLiveAsync("key"));
        Expect.Equal(0, await Cache.CountAsync());
        Expect.SameElements([], await Cache.KeysAsync().ToListAsync());
        Expect.False(await Cache.ReplaceAsync("key", "new"));
        Expect.False(await Cache.RemoveAsync("key"));
        Expect.Equal(0L, await Cache.RemoveByPatternAsync("*"));
        Expect.True(await Cache.AddAsync("key", "new"));
    }

    public async Task An_exchange_returns_nothing_of_an_invalidated_entry()
    {
        await SetAsync("key", "tag");
        await Cache.RemoveByTagAsync("tag");

        Expect.False((await Cache.ExchangeAsync("key", "new")).HasValue);
    }

    public async Task Every_tag_of_odd_characters_is_a_tag_of_its_own()
    {
        foreach (var tag in OddTags)
        {
            await SetAsync($"key of {tag}", tag);
        }

        foreach (var tag in OddTags)
        {
            var before = await Cache.CountAsync();
            await Cache.RemoveByTagAsync(tag);
            Expect.False(await Cache.ExistsAsync($"key of {tag}"));
            Expect.Equal(before - 1, await Cache.CountAsync());
        }
    }

    public async Task Tags_that_begin_alike_or_differ_in_case_are_different()
    {
        await SetAsync("a", "user");
        await SetAsync("b", "users");
        await SetAsync("c", "User");

        await Cache.RemoveByTagAsync("user");

        Expect.SameElements(["b", "c"], await Cache.KeysAsync().ToListAsync());
    }

    public async Task A_tag_that_is_no_tag_is_refused()
    {
        foreach (var tag in new[] { null, "", new string('t', 1025), "\uD800", "a\uDC00" })
        {
            await Expect.ThrowsAsync<ArgumentException>(() => Cache.RemoveByTagAsync(tag!).AsTask());
            await Expect.ThrowsAsync<ArgumentException>(() => SetAsync("key", tag!));
        }

        Expect.Equal(0, await Cache.CountAsync());
    }

    public async Task A_list_of_tags_that_is_changed_after_the_call_changes_nothing()
    {
        var tags = new List<string> { "given" };
        await Cache.SetAsync("key", "value", new() { Tags = tags });
        tags[0] = "later";

        await Cache.RemoveByTagAsync("later");
        Expect.True(await Cache.ExistsAsync("key"));

        await Cache.RemoveByTagAsync("given");
        Expect.False(await Cache.ExistsAsync("key"));
    }

    public async Task Many_entries_stored_at_once_carry_the_tags()
    {
        await Cache.SetManyAsync([KeyValuePair.Create("a", 1), KeyValuePair.Create("b", 2)], Tagged("tag"));

        await Cache.RemoveByTagAsync("tag");

        Expect.Equal(0, await Cache.CountAsync());
    }

    [Ledger(145)]
    public async Task A_load_under_way_is_not_stored_when_its_tag_is_invalidated()
    {
        var value = await Cache.GetOrCreateAsync(
            "key",
            Cache,
            static async (cache, _, _) =>
            {
                await cache.RemoveByTagAsync("tag");
                return "loaded before";
            },
            Tagged("tag"));

        Expect.Equal("loaded before", value);
        Expect.False(await Cache.ExistsAsync("key"));
    }

    public async Task A_load_under_way_is_not_stored_when_a_tag_that_the_loader_adds_is_invalidated()
    {
        await Cache.GetOrCreateAsync(
            "key",
            Cache,
            static async (cache, load, _) =>
            {
                await cache.RemoveByTagAsync("tag");
                load.AddTags("tag");
                return "loaded before";
            });

        Expect.False(await Cache.ExistsAsync("key"));
    }

    public async Task A_load_under_way_is_stored_when_another_tag_is_invalidated()
    {
        await Cache.GetOrCreateAsync(
            "key",
            Cache,
            static async (cache, _, _) =>
            {
                await cache.RemoveByTagAsync("another");
                return "value";
            },
            Tagged("tag"));

        Expect.True(await Cache.ExistsAsync("key"));
    }

    private static CacheEntryOptions Tagged(params string[] tags) => new() { Tags = tags };

    private Task SetAsync(string key, params string[] tags) => Cache.SetAsync(key, $"value of {key}", Tagged(tags)).AsTask();
}
