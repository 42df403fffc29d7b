namespace Larder.Testing.Conformance;

/// <summary>Prefixes as walls: what is done in one view or cache never reaches another, whatever characters its prefix holds.</summary>
internal sealed class PrefixConformance(CacheHarness harness) : ConformanceSuite(harness)
{
    private static readonly string[] OddPrefixes =
    [
        "a", "ab", "a*", "a?", "[a]", "[^a]", "[", "]", "a\\", "\\*", "*", "**", "?", "{a}", "{", "a b", "a\r\nb", "A", "ä", "\U0001F600", "<p>",
    ];

    [Ledger(16, 35, 96)]
    public async Task A_view_reads_what_it_wrote_under_the_prefixed_key()
    {
        var view = Cache.WithPrefix("users");

        await view.SetAsync("1", "value");

        Expect.Equal("value", (await view.GetAsync<string>("1")).Value);
        Expect.Equal("value", (await Cache.GetAsync<string>("users:1")).Value);
        Expect.False((await Cache.GetAsync<string>("1")).HasValue);
    }

    [Ledger(96)]
    public async Task The_same_key_in_two_views_is_two_entries()
    {
        await Cache.WithPrefix("a").SetAsync("key", 1);
        await Cache.WithPrefix("b").SetAsync("key", 2);

        Expect.Equal(1, (await Cache.WithPrefix("a").GetAsync<int>("key")).Value);
        Expect.Equal(2, (await Cache.WithPrefix("b").GetAsync<int>("key")).Value);
    }

    [Ledger(60, 106)]
    public async Task Clearing_a_view_leaves_those_whose_prefix_begins_alike()
    {
        await Cache.WithPrefix("a").SetAsync("key", 1);
        await Cache.WithPrefix("ab").SetAsync("key", 2);
        await Cache.SetAsync("a", 3);
        await Cache.SetAsync("abc", 4);

        Expect.Equal(1L, await Cache.WithPrefix("a").ClearAsync());

        Expect.SameElements(["a", "ab:key", "abc"], await Cache.KeysAsync().ToListAsync());
    }

    public async Task A_view_counts_and_lists_its_own_keys_without_the_prefix()
    {
        var view = Cache.WithPrefix("users");
        await view.SetAsync("1", 1);
        await view.SetAsync("2:name", 2);
        await Cache.SetAsync("orders:1", 3);

        Expect.Equal(2L, await view.CountAsync());
        Expect.SameElements(["1", "2:name"], await view.KeysAsync().ToListAsync());
        Expect.SameElements(["2:name"], await view.KeysAsync("*:name").ToListAsync());
        Expect.Equal(3L, await Cache.CountAsync());
    }

    public async Task A_pattern_that_contains_the_prefix_matches_only_behind_it()
    {
        var view = Cache.WithPrefix("users");
        await view.SetAsync("1", 1);
        await Cache.SetAsync("orders:1", 2);

        Expect.Equal(0L, await view.RemoveByPatternAsync("users:*"));
        Expect.Equal(0L, await view.RemoveByPatternAsync("orders:*"));
        Expect.Equal(1L, await view.RemoveByPatternAsync("*"));
        Expect.True(await Cache.ExistsAsync("orders:1"));
    }

    public async Task No_pattern_of_a_view_reaches_beyond_it()
    {
        await Cache.WithPrefix("b").SetAsync("1", 1);
        await Cache.SetAsync("1", 1);
        var view = Cache.WithPrefix("a");
        foreach (var pattern in new[] { "*", "**", "?*", "[^x]*", "\\*", "*:*", "..*", "../b:*" })
        {
            Expect.Equal(0L, await view.RemoveByPatternAsync(pattern));
            Expect.SameElements([], await view.KeysAsync(pattern).ToListAsync());
        }

        Expect.Equal(2L, await Cache.CountAsync());
    }

    [LedgerFault(45)]
    public async Task Prefixes_of_odd_characters_mean_themselves()
    {
        foreach (var prefix in OddPrefixes)
        {
            await Cache.WithPrefix(prefix).SetAsync("key", prefix);
        }

        Expect.Equal(OddPrefixes.LongLength, await Cache.CountAsync());
        foreach (var prefix in OddPrefixes)
        {
            var view = Cache.WithPrefix(prefix);
            Expect.Equal(prefix, (await view.GetAsync<string>("key")).GetValueOrDefault());
            Expect.SameElements(["key"], await view.KeysAsync().ToListAsync());
            Expect.Equal(1L, await view.CountAsync());
        }
    }

    public async Task Clearing_a_view_with_an_odd_prefix_removes_its_own_entry_alone()
    {
        foreach (var prefix in OddPrefixes)
        {
            await Cache.WithPrefix(prefix).SetAsync("key", prefix);
        }

        for (var i = 0; i < OddPrefixes.Length; i++)
        {
            var view = Cache.WithPrefix(OddPrefixes[i]);
            Expect.Equal(1L, i % 2 == 0 ? await view.ClearAsync() : await view.RemoveByPatternAsync("*"));
            Expect.Equal(OddPrefixes.LongLength - i - 1, await Cache.CountAsync());
        }
    }

    public async Task A_group_of_a_view_stays_in_the_view()
    {
        var view = Cache.WithPrefix("a");
        await view.SetAsync("1", 1);
        await view.SetAsync("x:1", 1);
        await Cache.SetAsync("1", 1);
        await Cache.SetAsync("x:1", 1);

        await view.InvalidateAsync(new InvalidationGroup().AddKeys("1").AddPatterns("x:*"));

        Expect.SameElements(["1", "x:1"], await Cache.KeysAsync().ToListAsync());
    }

    public async Task A_view_of_a_view_has_both_prefixes()
    {
        var inner = Cache.WithPrefix("a").WithPrefix("b");

        await inner.SetAsync("key", 1);

        Expect.SameElements(["a:b:key"], await Cache.KeysAsync().ToListAsync());
        Expect.SameElements(["b:key"], await Cache.WithPrefix("a").KeysAsync().ToListAsync());
        Expect.Equal(1, (await Cache.WithPrefix("a:b").GetAsync<int>("key")).GetValueOrDefault());
    }

    public async Task Clearing_the_inner_view_leaves_the_outer()
    {
        var outer = Cache.WithPrefix("a");
        await outer.SetAsync("key", 1);
        await outer.WithPrefix("b").SetAsync("key", 1);

        Expect.Equal(1L, await outer.WithPrefix("b").ClearAsync());

        Expect.SameElements(["key"], await outer.KeysAsync().ToListAsync());
    }

    [Ledger(97)]
    public async Task A_separator_at_the_end_of_a_prefix_is_not_doubled()
    {
        await Cache.WithPrefix("users:").SetAsync("1", 1);

        Expect.SameElements(["users:1"], await Cache.KeysAsync().ToListAsync());
        Expect.True(await Cache.WithPrefix("users").ExistsAsync("1"));
    }

    public async Task A_prefix_that_is_none_is_refused()
    {
        foreach (var prefix in new[] { null, "", ":", "\uD800", new string('p', 1025) })
        {
            await Expect.ThrowsAsync<ArgumentException>(() =>
            {
                _ = Cache.WithPrefix(prefix!);
                return Task.CompletedTask;
            });
        }
    }

    public async Task A_key_is_measured_with_its_prefix()
    {
        var view = Cache.WithPrefix("12345678");

        await view.SetAsync(new string('k', 1024 - 9), 1);
        await Expect.ThrowsAsync<ArgumentException>(() => view.SetAsync(new string('k', 1024 - 8), 1).AsTask());

        Expect.Equal(1L, await Cache.CountAsync());
    }

    public async Task An_empty_or_missing_key_is_refused_in_a_view_too()
    {
        var view = Cache.WithPrefix("a");

        await Expect.ThrowsAsync<ArgumentException>(() => view.SetAsync("", 1).AsTask());
        await Expect.ThrowsAsync<ArgumentException>(() => view.GetAsync<int>((string)null!).AsTask());
        await Expect.ThrowsAsync<ArgumentException>(() => view.RemoveAsync("").AsTask());
    }

    public async Task Two_caches_with_different_prefixes_share_nothing()
    {
        var first = Harness.CreateCache(options => options.Prefix = "a");
        var second = Harness.CreateCache(options => options.Prefix = "ab");
        await first.SetAsync("key", 1, new CacheEntryOptions { Tags = ["tag"] });
        await second.SetAsync("key", 2, new CacheEntryOptions { Tags = ["tag"] });
        await second.SetAsync("b:key", 3);

        await first.RemoveByTagAsync("tag");
        Expect.False(await first.ExistsAsync("key"));
        Expect.Equal(2, (await second.GetAsync<int>("key")).GetValueOrDefault());

        await first.RemoveByPatternAsync("*");
        await first.ClearAsync();
        Expect.SameElements(["b:key", "key"], await second.KeysAsync().ToListAsync());
    }

    public async Task Caches_with_odd_prefixes_share_nothing()
    {
        string[] prefixes = ["a*", "a?", "[ab]", "a", "\\a", "*"];
        var caches = prefixes.Select(prefix => Harness.CreateCache(options => options.Prefix = prefix)).ToArray();
        foreach (var cache in caches)
        {
            await cache.SetAsync("key", 1);
        }

        for (var i = 0; i < caches.Length; i++)
        {
            Expect.Equal(1L, await caches[i].ClearAsync());
            foreach (var other in caches[(i + 1)..])
            {
                Expect.Equal(1L, await other.CountAsync());
            }
        }
    }
}
