using Larder.Testing;
using Larder.Tests.Invalidation;

namespace Larder.Tests.GuideFaults;

/// <summary>Faults 13, 15, 23, 26, 32, 33, 35, 38, 42, 45 and 50: keys, prefixes, patterns, tags.</summary>
public sealed partial class GuideFaultTests
{
    [Fact]
    [Ledger(143)]
    [LedgerFault(13)]
    public async Task Fault_13_what_a_tag_leaves_behind_does_not_grow_with_its_entries()
    {
        var store = new HookedStore(_clock);
        await using var over = Cache.Over(store, options => options.TimeProvider = _clock);
        for (var i = 0; i < 100; i++)
        {
            await over.SetAsync($"key:{i}", i, new CacheEntryOptions { TimeToLive = TimeSpan.FromSeconds(1), Tags = ["tag"] });
        }

        await over.RemoveByTagAsync("tag");
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.True(store.Keys.Count <= 2, string.Join(", ", store.Keys));
    }

    [Fact]
    [LedgerFault(13)]
    public async Task Fault_13_an_entry_written_while_its_tag_is_invalidated_can_be_invalidated_afterwards()
    {
        for (var round = 0; round < 200; round++)
        {
            var writing = Task.Run(async () => await _cache.SetAsync("key", 1, new CacheEntryOptions { Tags = ["tag"] }));
            await _cache.RemoveByTagAsync("tag");
            await writing;

            await _cache.RemoveByTagAsync("tag");
            Assert.False(await _cache.ExistsAsync("key"));
        }
    }

    [Fact]
    [LedgerFault(13)]
    public async Task Fault_13_the_tag_of_a_load_is_that_of_its_beginning()
    {
        await _cache.GetOrCreateAsync("key", _cache, static async (cache, _, _) =>
        {
            await cache.RemoveByTagAsync("tag");
            return "read before";
        }, new CacheEntryOptions { Tags = ["tag"] });

        Assert.False(await _cache.ExistsAsync("key"));
    }

    [Fact]
    [LedgerFault(15)]
    public async Task Fault_15_of_two_updates_the_one_that_read_earlier_does_not_win_by_writing_later()
    {
        await _cache.SetAsync("key", "first");
        var seenByBoth = (await _cache.GetAsync<string>("key")).Version;

        Assert.True(await _cache.CompareAndSetAsync("key", "newer", seenByBoth));
        Assert.False(await _cache.CompareAndSetAsync("key", "older", seenByBoth));

        Assert.Equal("newer", (await _cache.GetAsync<string>("key")).Value);
    }

    [Fact]
    [LedgerFault(23)]
    public async Task Fault_23_a_key_is_the_same_however_it_is_written()
    {
        var (text, number, id) = ("a", 42, Guid.NewGuid());
        await _cache.SetAsync($"user:{text}", 1);
        await _cache.SetAsync($"user:{number}", 1);
        await _cache.SetAsync($"user:{id}", 1);

        Assert.True(await _cache.RemoveAsync("user:" + text));
        Assert.True(await _cache.RemoveAsync("user:42"));
        Assert.True(await _cache.RemoveAsync(("user:" + id).AsSpan()));
        Assert.Equal(0, await _cache.CountAsync());
    }

    [Fact]
    [Ledger(98)]
    [LedgerFault(26)]
    public async Task Fault_26_there_is_one_layout_of_keys()
    {
        var store = new HookedStore(_clock);
        await using var over = Cache.Over(store, options =>
        {
            options.TimeProvider = _clock;
            options.Prefix = "shop.staging:";
        });
        string? loaded = null;
        await over.WithPrefix("users:").GetOrCreateAsync("1", 0, (_, load, _) => new ValueTask<int>((loaded = load.Key).Length));

        Assert.Equal(["shop.staging:users:1"], store.Entries);
        Assert.Equal("users:1", loaded);
        Assert.Equal(["users:1"], await over.KeysAsync().ToArrayAsync());
    }

    [Fact]
    [LedgerFault(32)]
    public async Task Fault_32_what_a_pattern_removes_is_gone_behind_a_prefix_too()
    {
        await using var over = Cache.Over(new HookedStore(_clock), options =>
        {
            options.TimeProvider = _clock;
            options.Prefix = "biometrics";
        });
        foreach (var cache in new[] { _cache, over })
        {
            var view = cache.WithPrefix("biometrics");
            await view.SetAsync("user:1", 1);
            await view.SetAsync("user:2", 1);
            await view.SetAsync("other", 1);

            Assert.Equal(2, await view.RemoveByPatternAsync("user:*"));

            Assert.False((await view.GetAsync<int>("user:1")).HasValue);
            Assert.Equal(["biometrics:other"], await cache.KeysAsync().ToArrayAsync());
        }
    }

    [Fact]
    [LedgerFault(33)]
    public async Task Fault_33_a_hundred_thousand_keys_are_listed_once_each_and_removed()
    {
        await using var cache = Cache.InMemory(options => options.Memory.MaxEntries = 300_000);
        for (var i = 0; i < 100_000; i++)
        {
            await cache.SetAsync($"key:{i}", 1);
        }

        var listed = new HashSet<string>();
        await foreach (var key in cache.KeysAsync("key:*"))
        {
            Assert.True(listed.Add(key));
        }

        Assert.Equal(100_000, listed.Count);
        Assert.Equal(100_000, await cache.RemoveByPatternAsync("key:*"));
        Assert.Equal(0, await cache.CountAsync());
    }

    [Fact]
    [LedgerFault(35)]
    public async Task Fault_35_a_delayed_invalidation_is_not_lost_at_shutdown()
    {
        var store = new HookedStore(_clock);
        var over = Cache.Over(store, options => options.TimeProvider = _clock);
        await over.SetAsync("key", 1);
        await over.InvalidateAsync(new InvalidationGroup().AddKeys("key"), InvalidationMode.Delayed(TimeSpan.FromMinutes(1)));

        await over.DisposeAsync();

        Assert.Empty(store.Entries);
    }

    [Fact]
    [LedgerFault(35)]
    public async Task Fault_35_a_lazy_invalidation_does_something()
    {
        await _cache.SetAsync("key", "old");
        await _cache.InvalidateAsync(new InvalidationGroup().AddKeys("key"), InvalidationMode.Lazy);

        Assert.True((await _cache.GetAsync<string>("key")).IsStale);
        Assert.Equal("old", await _cache.GetOrCreateAsync("key", _ => new ValueTask<string>("new")));
        await UntilAsync(() => _cache.TryGet<string>("key", out var value) && value == "new");
    }

    [Fact]
    [Ledger(106)]
    [LedgerFault(38)]
    public async Task Fault_38_clearing_stays_within_the_prefix()
    {
        var store = new HookedStore(_clock);
        await using var a = Cache.Over(store, options => Configure(options, "a"));
        await using var b = Cache.Over(store, options => Configure(options, "b"));
        await a.SetAsync("key", 1);
        await b.SetAsync("key", 1);

        Assert.Equal(1, await a.ClearAsync());
        Assert.Equal(["b:key"], store.Entries);

        await _cache.WithPrefix("a").SetAsync("key", 1);
        await _cache.SetAsync("key", 1);
        Assert.Equal(1, await _cache.WithPrefix("a").ClearAsync());
        Assert.True(await _cache.ExistsAsync("key"));
    }

    [Fact]
    [LedgerFault(42)]
    public async Task Fault_42_patterns_with_stars_in_the_middle_sets_and_escapes_delete_what_they_say()
    {
        foreach (var (pattern, match, other) in new[]
        {
            ("user:*:x*", "user:1:x2", "user:1:y"), ("a*b*c", "a1b2c", "a1c"), ("k?y", "key", "kay2"), ("[a-c]1", "b1", "d1"), ("[^a]1", "b1", "a1"), ("a\\*", "a*", "ab"),
        })
        {
            await _cache.SetAsync(match, 1);
            await _cache.SetAsync(other, 1);

            Assert.Equal(1, await _cache.RemoveByPatternAsync(pattern));

            Assert.Equal([other], await _cache.KeysAsync().ToArrayAsync());
            await _cache.ClearAsync();
        }
    }

    [Fact]
    [LedgerFault(45)]
    public async Task Fault_45_glob_characters_of_a_prefix_stand_for_themselves()
    {
        var store = new HookedStore(_clock);
        await using var odd = Cache.Over(store, options => Configure(options, "a*"));
        await using var plain = Cache.Over(store, options => Configure(options, "ab"));
        await odd.SetAsync("key", 1);
        await plain.SetAsync("key", 1);
        await _cache.WithPrefix("[ab]").SetAsync("key", 1);
        await _cache.WithPrefix("a").SetAsync("key", 1);

        Assert.Equal(1, await odd.ClearAsync());
        Assert.Equal(1, await _cache.WithPrefix("[ab]").ClearAsync());

        Assert.True(await plain.ExistsAsync("key"));
        Assert.True(await _cache.ExistsAsync("a:key"));
    }

    [Fact]
    [Ledger(60, 105)]
    [LedgerFault(50)]
    public async Task Fault_50_removing_more_than_255_entries_is_counted_right()
    {
        var keys = Enumerable.Range(0, 1000).Select(i => $"key:{i}").ToArray();
        foreach (var remove in new Func<ValueTask<long>>[] { () => _cache.RemoveManyAsync(keys), () => _cache.RemoveByPatternAsync("key:*"), () => _cache.ClearAsync() })
        {
            await _cache.SetManyAsync(keys.Select(key => KeyValuePair.Create(key, 1)));
            Assert.Equal(1000, await remove());
        }
    }

    private void Configure(CacheOptions options, string prefix)
    {
        options.TimeProvider = _clock;
        options.Prefix = prefix;
    }
}
