using System.Collections.Concurrent;

namespace Larder.Testing.Conformance;

/// <summary>Groups of keys, patterns and tags: invalidated at once, later, or by marking stale.</summary>
internal sealed class InvalidationConformance(CacheHarness harness) : ConformanceSuite(harness)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Ledger(104, 139, 146, 148)]
    public async Task A_group_removes_its_keys_patterns_and_tags_and_nothing_else()
    {
        await SeedAsync();

        await Cache.InvalidateAsync(Group());

        Expect.SameElements(["key:3", "order:1"], await Cache.KeysAsync().ToListAsync());
    }

    public async Task An_empty_group_changes_nothing()
    {
        await SeedAsync();

        await Cache.InvalidateAsync(new InvalidationGroup());
        await Cache.InvalidateAsync(new InvalidationGroup(), InvalidationMode.Lazy);
        await Cache.InvalidateAsync(new InvalidationGroup(), InvalidationMode.Delayed(Minute));

        Expect.Equal(6L, await Cache.CountAsync());
    }

    public async Task A_group_of_what_is_not_there_changes_nothing()
    {
        await Cache.SetAsync("key", 1);
        var group = new InvalidationGroup().AddKeys("absent").AddPatterns("absent:*").AddTags("absent");

        await Cache.InvalidateAsync(group);
        await Cache.InvalidateAsync(group, InvalidationMode.Lazy);

        Expect.False((await Cache.GetAsync<int>("key")).IsStale);
        Expect.Equal(1L, await Cache.CountAsync());
    }

    [Ledger(104)]
    public async Task A_group_can_be_used_often()
    {
        var group = Group();
        for (var round = 0; round < 3; round++)
        {
            await SeedAsync();
            await Cache.InvalidateAsync(group);
            Expect.Equal(2L, await Cache.CountAsync());
        }
    }

    public async Task A_group_with_a_part_that_is_none_is_refused_before_anything_is_done()
    {
        await SeedAsync();
        InvalidationGroup[] groups =
        [
            Group().AddKeys(""), Group().AddKeys((string)null!), Group().AddKeys("\uD800"), Group().AddTags(""), Group().AddTags((string)null!), Group().AddTags(new string('t', 1025)),
        ];
        foreach (var group in groups)
        {
            foreach (var mode in new[] { InvalidationMode.Immediate, InvalidationMode.Lazy, InvalidationMode.Delayed(Minute) })
            {
                await Expect.ThrowsAsync<ArgumentException>(() => Cache.InvalidateAsync(group, mode).AsTask());
            }
        }

        await Expect.ThrowsAsync<ArgumentNullException>(() => Cache.InvalidateAsync(null!).AsTask());
        Clock.Advance(Minute);
        Expect.Equal(6L, await Cache.CountAsync());
        Expect.False((await Cache.PeekAsync<string>("key:1")).IsStale);
    }

    public async Task A_malformed_pattern_is_refused_when_it_is_added()
    {
        foreach (var pattern in new[] { null, "", "[", "a\\" })
        {
            await Expect.ThrowsAsync<ArgumentException>(() => Task.FromResult(new InvalidationGroup().AddPatterns(pattern!)));
        }
    }

    public async Task A_cancelled_invalidation_does_nothing()
    {
        await SeedAsync();
        foreach (var mode in new[] { InvalidationMode.Immediate, InvalidationMode.Lazy, InvalidationMode.Delayed(Minute) })
        {
            await Expect.ThrowsAsync<OperationCanceledException>(() => Cache.InvalidateAsync(Group(), mode, new CancellationToken(canceled: true)).AsTask());
        }

        Clock.Advance(Minute);
        Expect.Equal(6L, await Cache.CountAsync());
        Expect.False((await Cache.PeekAsync<string>("key:1")).IsStale);
    }

    [Ledger(146)]
    public async Task A_delayed_invalidation_takes_place_when_it_is_due()
    {
        await SeedAsync();

        await Cache.InvalidateAsync(Group(), InvalidationMode.Delayed(Minute));
        Clock.Advance(Minute - TimeSpan.FromMilliseconds(1));
        Expect.Equal(6L, await Cache.CountAsync());

        Clock.Advance(TimeSpan.FromMilliseconds(1));
        await Eventually.TrueAsync(async () => await Cache.CountAsync() == 2);
        Expect.SameElements(["key:3", "order:1"], await Cache.KeysAsync().ToListAsync());
    }

    public async Task A_delayed_invalidation_removes_what_was_written_meanwhile()
    {
        await Cache.InvalidateAsync(new InvalidationGroup().AddPatterns("user:*"), InvalidationMode.Delayed(Minute));
        Clock.Advance(Minute / 2);
        await Cache.SetAsync("user:1", 1);

        Clock.Advance(Minute / 2);

        await Eventually.TrueAsync(async () => !await Cache.ExistsAsync("user:1"));
    }

    public async Task A_delayed_invalidation_takes_place_once()
    {
        await Cache.InvalidateAsync(new InvalidationGroup().AddKeys("key").AddTags("tag"), InvalidationMode.Delayed(Minute));
        await Cache.SetAsync("key", 1, CacheTtl.Never);
        Clock.Advance(Minute);
        await Eventually.TrueAsync(async () => !await Cache.ExistsAsync("key"));

        await Cache.SetAsync("key", 2, new CacheEntryOptions { TimeToLive = CacheTtl.Never, Tags = ["tag"] });
        Clock.Advance(10 * Minute);

        Expect.True(await Cache.ExistsAsync("key"));
    }

    public async Task Delayed_invalidations_take_place_each_in_its_time()
    {
        await Cache.SetAsync("a", 1, CacheTtl.Never);
        await Cache.SetAsync("b", 1, CacheTtl.Never);
        await Cache.InvalidateAsync(new InvalidationGroup().AddKeys("b"), InvalidationMode.Delayed(2 * Minute));
        await Cache.InvalidateAsync(new InvalidationGroup().AddKeys("a"), InvalidationMode.Delayed(Minute));

        Clock.Advance(Minute);
        await Eventually.TrueAsync(async () => !await Cache.ExistsAsync("a"));
        Expect.True(await Cache.ExistsAsync("b"));

        Clock.Advance(Minute);
        await Eventually.TrueAsync(async () => !await Cache.ExistsAsync("b"));
    }

    public async Task A_delayed_invalidation_keeps_what_the_group_was_at_the_call()
    {
        await Cache.SetAsync("a", 1);
        await Cache.SetAsync("b", 1);
        var group = new InvalidationGroup().AddKeys("a");
        await Cache.InvalidateAsync(group, InvalidationMode.Delayed(Minute));
        group.AddKeys("b");

        Clock.Advance(Minute);

        await Eventually.TrueAsync(async () => !await Cache.ExistsAsync("a"));
        Expect.True(await Cache.ExistsAsync("b"));
    }

    public async Task A_token_that_is_cancelled_after_the_call_does_not_cancel_what_is_planned()
    {
        await Cache.SetAsync("key", 1);
        using var source = new CancellationTokenSource();
        await Cache.InvalidateAsync(new InvalidationGroup().AddKeys("key"), InvalidationMode.Delayed(Minute), source.Token);

        await source.CancelAsync();
        Clock.Advance(Minute);

        await Eventually.TrueAsync(async () => !await Cache.ExistsAsync("key"));
    }

    public async Task A_delayed_invalidation_that_is_cancelled_before_it_is_due_does_not_take_place()
    {
        await Cache.SetAsync("key", 1, CacheTtl.Never);
        await Cache.SetAsync("other", 1, CacheTtl.Never);
        using var source = new CancellationTokenSource();
        await Cache.InvalidateAsync(new InvalidationGroup().AddKeys("key"), InvalidationMode.Delayed(Minute, source.Token));
        await Cache.InvalidateAsync(new InvalidationGroup().AddKeys("other"), InvalidationMode.Delayed(Minute));

        await source.CancelAsync();
        Clock.Advance(Minute);

        await Eventually.TrueAsync(async () => !await Cache.ExistsAsync("other"));
        Expect.True(await Cache.ExistsAsync("key"));
        await Expect.ThrowsAsync<OperationCanceledException>(() =>
            Cache.InvalidateAsync(new InvalidationGroup().AddKeys("key"), InvalidationMode.Delayed(Minute, source.Token)).AsTask());
    }

    public async Task Cancelling_a_delayed_invalidation_that_took_place_changes_nothing()
    {
        await Cache.SetAsync("key", 1, CacheTtl.Never);
        using var source = new CancellationTokenSource();
        await Cache.InvalidateAsync(new InvalidationGroup().AddKeys("key"), InvalidationMode.Delayed(Minute, source.Token));
        Clock.Advance(Minute);
        await Eventually.TrueAsync(async () => !await Cache.ExistsAsync("key"));

        await source.CancelAsync();

        Expect.False(await Cache.ExistsAsync("key"));
    }

    public async Task What_is_planned_is_done_when_the_cache_is_disposed()
    {
        var cache = Harness.CreateCache();
        var done = new ConcurrentQueue<string>();
        cache.Events.Invalidated += invalidation => done.Enqueue($"{invalidation.Target} {invalidation.What}");
        await cache.InvalidateAsync(new InvalidationGroup().AddKeys("a").AddTags("t"), InvalidationMode.Delayed(Minute));
        await cache.InvalidateAsync(new InvalidationGroup().AddPatterns("b:*"), InvalidationMode.Delayed(TimeSpan.FromDays(1)));
        Expect.True(done.IsEmpty);

        await cache.DisposeAsync();

        Expect.SameElements(["Key a", "Pattern b:*", "Tag t"], done);
        Clock.Advance(TimeSpan.FromDays(2));
        Expect.Equal(3, done.Count);
    }

    [Ledger(147)]
    public async Task A_delay_that_is_none_or_too_long_is_refused()
    {
        foreach (var delay in new[] { TimeSpan.Zero, TimeSpan.FromTicks(-1), TimeSpan.MaxValue, TimeSpan.FromDays(25) })
        {
            await Expect.ThrowsAsync<ArgumentOutOfRangeException>(() => Task.FromResult(InvalidationMode.Delayed(delay)));
        }
    }

    [Ledger(146)]
    public async Task A_lazy_invalidation_leaves_the_values_and_marks_them_stale()
    {
        await SeedAsync();

        await Cache.InvalidateAsync(Group(), InvalidationMode.Lazy);

        Expect.Equal(6L, await Cache.CountAsync());
        foreach (var key in new[] { "key:1", "user:1", "user:2", "tagged" })
        {
            var result = await Cache.GetAsync<string>(key);
            Expect.Equal("value", result.GetValueOrDefault(), key);
            Expect.True(result.IsStale, $"{key} is stale");
        }

        foreach (var key in new[] { "key:3", "order:1" })
        {
            Expect.False((await Cache.GetAsync<string>(key)).IsStale, $"{key} is stale");
        }
    }

    public async Task A_lazily_invalidated_value_is_served_while_it_is_loaded_anew()
    {
        foreach (var group in new[] { new InvalidationGroup().AddKeys("tagged"), new InvalidationGroup().AddPatterns("tag*"), new InvalidationGroup().AddTags("tag") })
        {
            await SeedAsync();
            await Cache.InvalidateAsync(group, InvalidationMode.Lazy);

            var served = await Cache.GetOrCreateAsync("tagged", _ => new ValueTask<string>("new"), new CacheEntryOptions { Tags = ["tag"] });

            Expect.Equal("value", served);
            await Eventually.TrueAsync(async () => (await Cache.PeekAsync<string>("tagged")) is { IsStale: false, Value: "new" });
        }
    }

    public async Task A_lazily_invalidated_value_expires_when_it_would_have()
    {
        await Cache.SetAsync("key", 1, Minute);
        Clock.Advance(Minute / 2);

        await Cache.InvalidateAsync(new InvalidationGroup().AddKeys("key"), InvalidationMode.Lazy);

        Expect.Equal(Minute / 2, (await Cache.GetTimeToLiveAsync("key")).Remaining);
        Clock.Advance(Minute / 2);
        Expect.False(await Cache.ExistsAsync("key"));
    }

    public async Task Writing_a_lazily_invalidated_entry_makes_it_fresh()
    {
        await SeedAsync();
        await Cache.InvalidateAsync(Group(), InvalidationMode.Lazy);

        await Cache.SetAsync("key:1", "new");
        await Cache.SetAsync("tagged", "new", new CacheEntryOptions { Tags = ["tag"] });

        Expect.False((await Cache.GetAsync<string>("key:1")).IsStale);
        Expect.False((await Cache.GetAsync<string>("tagged")).IsStale);
    }

    public async Task A_lazily_invalidated_entry_can_be_removed_at_once_afterwards()
    {
        await SeedAsync();
        await Cache.InvalidateAsync(Group(), InvalidationMode.Lazy);

        await Cache.InvalidateAsync(Group());

        Expect.SameElements(["key:3", "order:1"], await Cache.KeysAsync().ToListAsync());
    }

    public async Task A_load_under_way_is_not_stored_when_a_group_removes_its_key()
    {
        foreach (var group in new[] { new InvalidationGroup().AddKeys("user:1"), new InvalidationGroup().AddPatterns("user:*"), new InvalidationGroup().AddTags("tag") })
        {
            await Cache.GetOrCreateAsync(
                "user:1",
                (Cache, group),
                static async (state, _, ct) =>
                {
                    await state.Cache.InvalidateAsync(state.group, cancellationToken: ct);
                    return "loaded before";
                },
                new CacheEntryOptions { Tags = ["tag"] });

            Expect.False(await Cache.ExistsAsync("user:1"));
        }
    }

    public async Task A_load_under_way_leaves_nothing_fresh_when_its_key_is_invalidated_lazily()
    {
        foreach (var group in new[] { new InvalidationGroup().AddKeys("user:1"), new InvalidationGroup().AddPatterns("user:*"), new InvalidationGroup().AddTags("tag") })
        {
            await Cache.GetOrCreateAsync(
                "user:1",
                (Cache, group),
                static async (state, _, ct) =>
                {
                    await state.Cache.InvalidateAsync(state.group, InvalidationMode.Lazy, ct);
                    return "loaded before";
                },
                new CacheEntryOptions { Tags = ["tag"] });

            var result = await Cache.PeekAsync<string>("user:1");
            Expect.True(!result.HasValue || result.IsStale, "what was loaded before is absent or stale");
            await Cache.RemoveAsync("user:1");
        }
    }

    [Ledger(148)]
    public async Task Every_part_of_a_group_is_told_to_subscribers()
    {
        var told = new ConcurrentQueue<CacheInvalidation>();
        Cache.Events.Invalidated += told.Enqueue;
        var group = new InvalidationGroup().AddKeys("k").AddPatterns("p*").AddTags("t");

        await Cache.InvalidateAsync(group);
        await Cache.InvalidateAsync(group, InvalidationMode.Lazy);

        Expect.SameElements(
            ["Key k False", "Key k True", "Pattern p* False", "Pattern p* True", "Tag t False", "Tag t True"],
            told.Select(invalidation => $"{invalidation.Target} {invalidation.What} {invalidation.IsLazy}"));
    }

    private static InvalidationGroup Group() => new InvalidationGroup().AddKeys("key:1").AddPatterns("user:*").AddTags("tag");

    private async Task SeedAsync()
    {
        foreach (var key in new[] { "key:1", "key:3", "user:1", "user:2", "order:1" })
        {
            await Cache.SetAsync(key, "value");
        }

        await Cache.SetAsync("tagged", "value", new CacheEntryOptions { Tags = ["tag"] });
    }
}
