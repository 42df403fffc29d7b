namespace Larder.Testing.Conformance;

/// <summary>Glob patterns with the meaning of Redis: listing and removing keys.</summary>
internal sealed class PatternConformance(CacheHarness harness) : ConformanceSuite(harness)
{
    [Ledger(102)]
    public async Task A_star_matches_any_characters_and_none()
    {
        await SeedAsync("user:", "user:1", "user:1:name", "users", "a user:1");

        await MatchesAsync("user:*", "user:", "user:1", "user:1:name");
    }

    [Ledger(102)]
    public async Task A_star_in_front_matches_the_end()
    {
        await SeedAsync("user:cache", ":cache", "cache", "user:cache:1");

        await MatchesAsync("*:cache", "user:cache", ":cache");
    }

    [Ledger(102)]
    [LedgerFault(42)]
    public async Task Stars_in_the_middle_match_each_for_itself()
    {
        await SeedAsync("user:1:x", "user:1:x2", "user:1:2:x", "user::x", "user:1:y", "users:1:x", "user:x");

        await MatchesAsync("user:*:x*", "user:1:x", "user:1:x2", "user:1:2:x", "user::x");
    }

    public async Task Many_stars_find_a_match_that_the_first_try_misses()
    {
        await SeedAsync("aXbXbc", "abbc", "abcb", "acb");

        await MatchesAsync("a*b*c", "aXbXbc", "abbc");
    }

    public async Task A_question_mark_matches_one_character()
    {
        await SeedAsync("key1", "key2", "key", "key10");

        await MatchesAsync("key?", "key1", "key2");
    }

    public async Task A_set_matches_one_of_its_characters()
    {
        await SeedAsync("hello", "hallo", "hillo", "hllo", "heallo");

        await MatchesAsync("h[ae]llo", "hello", "hallo");
    }

    public async Task A_range_matches_what_lies_between()
    {
        await SeedAsync("k0", "k1", "k2", "k3", "ka");

        await MatchesAsync("k[1-2]", "k1", "k2");
    }

    public async Task A_negated_set_matches_what_is_not_in_it()
    {
        await SeedAsync("hello", "hallo", "hbllo", "h^llo");

        await MatchesAsync("h[^e]llo", "hallo", "hbllo", "h^llo");
    }

    public async Task An_escaped_character_matches_itself()
    {
        await SeedAsync("a*", "ab", "a?", "a[b]", "a\\b");

        await MatchesAsync("a\\*", "a*");
        await MatchesAsync("a\\?", "a?");
        await MatchesAsync("a\\[b\\]", "a[b]");
        await MatchesAsync("a\\\\b", "a\\b");
    }

    public async Task A_pattern_without_special_characters_matches_one_key()
    {
        await SeedAsync("key", "key1", "akey");

        await MatchesAsync("key", "key");
    }

    public async Task Letters_match_their_own_case_only()
    {
        await SeedAsync("Key", "key", "KEY");

        await MatchesAsync("k*", "key");
    }

    public async Task Line_ends_and_letters_of_all_scripts_are_characters()
    {
        await SeedAsync("a\r\nb", "a\0b", "aäb", "a漢b", "ab");

        await MatchesAsync("a*b", "a\r\nb", "a\0b", "aäb", "a漢b", "ab");
        await MatchesAsync("a[ä漢]b", "aäb", "a漢b");
    }

    public async Task A_pattern_that_makes_naive_matchers_explode_is_matched_at_once()
    {
        await SeedAsync(new string('a', 500));

        await MatchesAsync(string.Concat(Enumerable.Repeat("a*", 250)) + "b");
    }

    [Ledger(102, 105)]
    public async Task Removing_by_a_pattern_removes_and_counts_what_matches()
    {
        await SeedAsync("user:1", "user:2", "user:3", "order:1");

        Expect.Equal(3L, await Cache.RemoveByPatternAsync("user:*"));

        await MatchesAsync("*", "order:1");
        Expect.False((await Cache.GetAsync<int>("user:1")).HasValue);
        Expect.Equal(0L, await Cache.RemoveByPatternAsync("user:*"));
    }

    public async Task Removing_by_a_pattern_with_two_stars_removes_what_it_lists()
    {
        await SeedAsync("user:1:x", "user:2:xy", "user:3:z");

        Expect.Equal(2L, await Cache.RemoveByPatternAsync("user:*:x*"));

        await MatchesAsync("*", "user:3:z");
    }

    [Ledger(59)]
    public async Task Expired_entries_are_neither_listed_nor_counted()
    {
        await Cache.SetAsync("short", 1, TimeSpan.FromSeconds(1));
        await Cache.SetAsync("long", 2, TimeSpan.FromHours(1));
        Clock.Advance(TimeSpan.FromSeconds(1));

        await MatchesAsync("*", "long");
        Expect.Equal(1L, await Cache.CountAsync());
        Expect.Equal(1L, await Cache.RemoveByPatternAsync("*"));
    }

    [Ledger(59)]
    public async Task A_listing_and_the_count_agree_for_a_thousand_keys()
    {
        await SeedAsync([.. Enumerable.Range(0, 1000).Select(i => $"key:{i}")]);

        var keys = await Cache.KeysAsync().ToListAsync();

        Expect.Equal(1000, keys.Distinct().Count());
        Expect.Equal(1000, keys.Count);
        Expect.Equal(1000L, await Cache.CountAsync());
        Expect.Equal(100L, await Cache.RemoveByPatternAsync("key:[1-9]?5") + await Cache.RemoveByPatternAsync("key:?5") + await Cache.RemoveByPatternAsync("key:5"));
        Expect.Equal(900L, await Cache.CountAsync());
    }

    public async Task A_removal_of_many_tells_how_far_it_is()
    {
        await SeedAsync([.. Enumerable.Range(0, 1500).Select(i => $"key:{i}"), "other"]);
        var removal = new Steps();
        var clearing = new Steps();

        Expect.Equal(1500L, await Cache.RemoveByPatternAsync("key:*", removal));
        await SeedAsync("first", "second");
        Expect.Equal(3L, await Cache.ClearAsync(clearing));

        Expect.Equal(1500L, removal.Told[^1]);
        Expect.True(removal.Told.Zip(removal.Told.Skip(1)).All(pair => pair.First <= pair.Second));
        Expect.Equal(3L, clearing.Told[^1]);
        await Expect.ThrowsAsync<ArgumentNullException>(() => Cache.ClearAsync(null!).AsTask());
    }

    public async Task What_the_listener_of_a_removal_throws_ends_it()
    {
        await SeedAsync("key");

        await Expect.ThrowsAsync<InvalidTimeZoneException>(() => Cache.ClearAsync(new Steps { Fails = true }).AsTask());
    }

    public async Task Malformed_patterns_are_refused_at_the_call()
    {
        await SeedAsync("key");
        foreach (var pattern in new[] { null, "", "a[", "a[b", "a[^", "a[]", "a\\", "[a\\", "\uD800*", new string('*', 1025) })
        {
            await Expect.ThrowsAsync<ArgumentException>(() => Cache.RemoveByPatternAsync(pattern!).AsTask());
            await Expect.ThrowsAsync<ArgumentException>(() =>
            {
                _ = Cache.KeysAsync(pattern!);
                return Task.CompletedTask;
            });
        }

        Expect.Equal(1L, await Cache.CountAsync());
    }

    public async Task A_cancelled_removal_removes_nothing()
    {
        await SeedAsync("key");

        await Expect.ThrowsAsync<OperationCanceledException>(() => Cache.RemoveByPatternAsync("*", new CancellationToken(canceled: true)).AsTask());
        await Expect.ThrowsAsync<OperationCanceledException>(() => Cache.ClearAsync(new CancellationToken(canceled: true)).AsTask());

        Expect.True(await Cache.ExistsAsync("key"));
    }

    public async Task A_listing_can_be_cancelled_while_it_runs()
    {
        await SeedAsync("a", "b", "c", "d");
        using var source = new CancellationTokenSource();
        var listed = 0;

        await Expect.ThrowsAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in Cache.KeysAsync("*", source.Token))
            {
                listed++;
                await source.CancelAsync();
            }
        });

        Expect.Equal(1, listed);
    }

    public async Task Keys_that_are_there_throughout_are_listed_once_while_others_come_and_go()
    {
        var lasting = Enumerable.Range(0, 200).Select(i => $"lasting:{i}").ToArray();
        await SeedAsync(lasting);
        var listed = new List<string>();
        var step = 0;

        await foreach (var key in Cache.KeysAsync())
        {
            listed.Add(key);
            await Cache.SetAsync($"coming:{step}", step);
            await Cache.RemoveAsync($"coming:{step - 3}");
            await Cache.SetAsync(lasting[step % lasting.Length], step);
            if (++step > 2000)
            {
                break;
            }
        }

        Expect.SameElements(lasting, listed.Where(key => key.StartsWith("lasting:", StringComparison.Ordinal)));
    }

    public async Task Entries_can_be_removed_while_they_are_listed()
    {
        await SeedAsync([.. Enumerable.Range(0, 100).Select(i => $"key:{i}")]);

        await foreach (var key in Cache.KeysAsync("key:*"))
        {
            await Cache.RemoveAsync(key);
        }

        Expect.Equal(0L, await Cache.CountAsync());
    }

    public async Task A_load_of_a_matching_key_that_is_under_way_is_not_stored()
    {
        var value = await Cache.GetOrCreateAsync(
            "user:1",
            Cache,
            static async (cache, _, _) =>
            {
                await cache.RemoveByPatternAsync("user:*");
                return "loaded before";
            });

        Expect.Equal("loaded before", value);
        Expect.False(await Cache.ExistsAsync("user:1"));
    }

    public async Task A_load_of_another_key_is_stored()
    {
        await Cache.GetOrCreateAsync(
            "order:1",
            Cache,
            static async (cache, _, _) =>
            {
                await cache.RemoveByPatternAsync("user:*");
                return "value";
            });

        Expect.True(await Cache.ExistsAsync("order:1"));
    }

    private async Task SeedAsync(params string[] keys)
    {
        foreach (var key in keys)
        {
            await Cache.SetAsync(key, 1);
        }
    }

    private async Task MatchesAsync(string pattern, params string[] expected) =>
        Expect.SameElements(expected, await Cache.KeysAsync(pattern).ToListAsync(), $"the keys that match {pattern}");

    private sealed class Steps : IProgress<long>
    {
        public List<long> Told { get; } = [];

        public bool Fails { get; init; }

        public void Report(long value)
        {
            Told.Add(value);
            if (Fails)
            {
                throw new InvalidTimeZoneException("The listener has its reasons.");
            }
        }
    }
}
