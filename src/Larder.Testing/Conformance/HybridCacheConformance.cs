using Microsoft.Extensions.Caching.Hybrid;

namespace Larder.Testing.Conformance;

/// <summary>What a HybridCache promises of keys, options, flags and tags.</summary>
internal sealed class HybridCacheConformance(CacheHarness harness) : HybridSuite(harness)
{
    private int _calls;

    public async Task A_value_is_created_once()
    {
        Expect.Equal("1", await CreateAsync("key"));
        Expect.Equal("1", await CreateAsync("key"));
        Expect.Equal("1", await PeekAsync<string>("key"));
    }

    public async Task A_key_is_a_string_a_span_or_an_interpolated_string()
    {
        var id = 42;
        await Hybrid.SetAsync("user:42", "value");

        Expect.Equal("value", await Hybrid.GetOrCreateAsync("user:42", _ => Next()));
        Expect.Equal("value", await Hybrid.GetOrCreateAsync("GET user:42".AsSpan(4), _ => Next()));
        Expect.Equal("value", await Hybrid.GetOrCreateAsync($"user:{id}", _ => Next()));
        Expect.Equal("1", await Hybrid.GetOrCreateAsync($"user:{id + 1}", id, (_, _) => Next()));
        Expect.Equal("1", await PeekAsync<string>("user:43"));
    }

    public async Task Keys_differ_by_case() => Expect.Equal(("1", "2"), (await CreateAsync("key"), await CreateAsync("Key")));

    public async Task Null_is_cached()
    {
        for (var i = 0; i < 2; i++)
        {
            Expect.True(await Hybrid.GetOrCreateAsync<string?>("key", _ =>
            {
                _calls++;
                return new((string?)null);
            }) is null);
        }

        Expect.Equal(1, _calls);
    }

    public async Task An_entry_of_another_type_is_a_miss_and_replaced()
    {
        await Hybrid.SetAsync("key", new SampleRecord(1, "one", 1, DateTimeOffset.UnixEpoch, SampleKind.Small));

        Expect.Equal("1", await CreateAsync("key"));
        Expect.Equal("1", await PeekAsync<string>("key"));
    }

    public async Task A_key_that_is_none_runs_the_factory_and_caches_nothing()
    {
        foreach (var key in new[] { null!, "", "  ", "\t", "a\nb", "a\u001fb", new string('k', 1025) })
        {
            _calls = 0;
            Expect.Equal("1", await CreateAsync(key));
            Expect.Equal("2", await CreateAsync(key));
            Expect.True(await PeekAsync<string?>(key) is null, "nothing is cached");
        }
    }

    public async Task A_key_of_the_longest_length_is_cached()
    {
        await CreateAsync(new string('k', 1024));

        Expect.Equal("1", await CreateAsync(new string('k', 1024)));
    }

    public async Task Keys_that_are_not_well_formed_are_told_apart()
    {
        foreach (var key in new[] { "a\uD800", "a\uD801", "a\uFFFD", "\uDC00a" })
        {
            await Hybrid.SetAsync(key, key);
        }

        foreach (var key in new[] { "a\uD800", "a\uD801", "a\uFFFD", "\uDC00a" })
        {
            Expect.Equal(key, await Hybrid.GetOrCreateAsync(key, _ => new ValueTask<string>(key)));
            await Hybrid.RemoveAsync(key);
            Expect.True(await PeekAsync<string?>(key) is null);
        }
    }

    public async Task An_entry_lives_for_its_expiration()
    {
        await CreateAsync("default");
        await CreateAsync("given", new() { Expiration = TimeSpan.FromMinutes(1) });

        Clock.Advance(TimeSpan.FromMinutes(1));
        Expect.True(await PeekAsync<string?>("given") is null);
        Expect.Equal("1", await PeekAsync<string>("default"));
        Clock.Advance(TimeSpan.FromMinutes(4));
        Expect.True(await PeekAsync<string?>("default") is null);
    }

    public async Task What_a_call_says_counts_more_than_the_defaults_and_flags_are_replaced()
    {
        var cache = Node(new() { DefaultEntryOptions = new() { Expiration = TimeSpan.FromMinutes(1), Flags = NoReads } });
        await cache.GetOrCreateAsync("default", _ => Next());
        await cache.GetOrCreateAsync("default", _ => Next());
        await cache.GetOrCreateAsync("given", _ => Next(), new() { Expiration = TimeSpan.FromMinutes(2) });

        Expect.Equal(3, _calls);
        Expect.Equal("2", await cache.GetOrCreateAsync("default", _ => Next(), new() { Flags = HybridCacheEntryFlags.DisableCompression }));
        Clock.Advance(TimeSpan.FromMinutes(1));
        Expect.True(await PeekAsync<string?>(cache, "default") is null);
        Expect.Equal("3", await PeekAsync<string>(cache, "given"));
    }

    public async Task An_expiration_that_is_not_above_zero_is_refused()
    {
        foreach (var options in new HybridCacheEntryOptions[] { new() { Expiration = TimeSpan.Zero }, new() { LocalCacheExpiration = TimeSpan.FromSeconds(-1) } })
        {
            await Expect.ThrowsAsync<ArgumentOutOfRangeException>(() => Hybrid.SetAsync("key", 1, options).AsTask());
            await Expect.ThrowsAsync<ArgumentOutOfRangeException>(() => CreateAsync("key", options).AsTask());
        }
    }

    public async Task The_longest_expiration_is_none()
    {
        await Hybrid.SetAsync("key", "value", new() { Expiration = TimeSpan.MaxValue });
        Clock.Advance(TimeSpan.FromDays(30));

        Expect.Equal("value", await PeekAsync<string>("key"));
    }

    public async Task Without_underlying_data_a_miss_is_the_default()
    {
        HybridCacheEntryOptions options = new() { Flags = HybridCacheEntryFlags.DisableUnderlyingData };

        Expect.Equal(0, await Hybrid.GetOrCreateAsync("key", _ => new ValueTask<int>(7), options));
        await Hybrid.SetAsync("key", 1);
        Expect.Equal(1, await Hybrid.GetOrCreateAsync("key", _ => new ValueTask<int>(7), options));
        Expect.Equal(0, await Hybrid.GetOrCreateAsync("other", _ => new ValueTask<int>(7), options));
        Expect.Equal(7, await Hybrid.GetOrCreateAsync("other", _ => new ValueTask<int>(7)));
    }

    public async Task Without_reads_the_factory_runs_and_its_value_is_kept()
    {
        await CreateAsync("key");

        Expect.Equal("2", await CreateAsync("key", new() { Flags = NoReads }));
        Expect.Equal("3", await CreateAsync("key", new() { Flags = NoReads }));
        Expect.Equal("3", await CreateAsync("key"));
    }

    public async Task Without_writes_the_value_is_handed_out_and_what_is_there_stays()
    {
        Expect.Equal("1", await CreateAsync("key", new() { Flags = NoWrites }));
        Expect.Equal("2", await CreateAsync("key"));
        Expect.Equal("3", await CreateAsync("key", new() { Flags = NoWrites | NoReads }));
        await Hybrid.SetAsync("key", "set", new() { Flags = NoWrites });

        Expect.Equal("2", await PeekAsync<string>("key"));
    }

    public async Task A_set_value_replaces_what_is_there_and_its_expiration()
    {
        await Hybrid.SetAsync("key", "old", new() { Expiration = TimeSpan.FromMinutes(1) });
        await Hybrid.SetAsync("key", "new", new() { Expiration = TimeSpan.FromMinutes(10) });
        Clock.Advance(TimeSpan.FromMinutes(5));

        Expect.Equal("new", await CreateAsync("key"));
    }

    public async Task Removed_keys_are_absent()
    {
        foreach (var key in new[] { "a", "b", "c" })
        {
            await Hybrid.SetAsync(key, key);
        }

        await Hybrid.RemoveAsync("a");
        await Hybrid.RemoveAsync(["b", "c", "unknown"]);
        await Hybrid.RemoveAsync((IEnumerable<string>)null!);
        await Hybrid.RemoveAsync([]);
        await Hybrid.RemoveAsync("");

        Expect.True(await PeekAsync<string?>("a") is null && await PeekAsync<string?>("b") is null && await PeekAsync<string?>("c") is null);
        await Expect.ThrowsAsync<ArgumentNullException>(() => Hybrid.RemoveAsync((string)null!).AsTask());
    }

    public async Task Entries_are_removed_by_any_of_their_tags()
    {
        await Hybrid.SetAsync("a", "a", tags: ["one"]);
        await Hybrid.SetAsync("b", "b", tags: ["two", "three"]);
        await Hybrid.SetAsync("c", "c", tags: ["four"]);
        await Hybrid.SetAsync("none", "none");

        await Hybrid.RemoveByTagAsync("one");
        await Hybrid.RemoveByTagAsync(["three", "unknown"]);

        Expect.True(await PeekAsync<string?>("a") is null && await PeekAsync<string?>("b") is null);
        Expect.Equal(("c", "none"), (await PeekAsync<string>("c"), await PeekAsync<string>("none")));
        await CreateAsync("a", tags: ["one"]);
        Expect.Equal("1", await PeekAsync<string>("a"));
    }

    public async Task The_star_stands_for_all_entries_tagged_or_not()
    {
        await Hybrid.SetAsync("tagged", "value", tags: ["tag"]);
        await Hybrid.SetAsync("untagged", "value");
        await CreateAsync("created");

        await Hybrid.RemoveByTagAsync("*");

        Expect.True(await PeekAsync<string?>("tagged") is null && await PeekAsync<string?>("untagged") is null && await PeekAsync<string?>("created") is null);
        await Hybrid.SetAsync("untagged", "new");
        Expect.Equal("new", await PeekAsync<string>("untagged"));
    }

    public async Task No_tag_removes_nothing()
    {
        await Hybrid.SetAsync("key", "value", tags: ["tag"]);

        await Hybrid.RemoveByTagAsync((string)null!);
        await Hybrid.RemoveByTagAsync(" ");
        await Hybrid.RemoveByTagAsync((IEnumerable<string>)null!);
        await Hybrid.RemoveByTagAsync([]);

        Expect.Equal("value", await PeekAsync<string>("key"));
    }

    public async Task A_tag_that_is_none_is_refused()
    {
        foreach (var tag in new[] { null!, "", " ", "*" })
        {
            var created = await Expect.ThrowsAsync<ArgumentException>(() => CreateAsync("key", tags: ["good", tag]).AsTask());
            var set = await Expect.ThrowsAsync<ArgumentException>(() => Hybrid.SetAsync("key", 1, tags: [tag]).AsTask());
            Expect.Equal(("tags", "tags"), (created.ParamName, set.ParamName));
        }

        Expect.Equal(0, _calls);
    }

    public async Task Tags_may_be_changed_after_the_call()
    {
        List<string> tags = ["one"];
        await Hybrid.SetAsync("key", "value", tags: tags);
        tags[0] = "two";

        await Hybrid.RemoveByTagAsync("two");
        Expect.Equal("value", await PeekAsync<string>("key"));
        await Hybrid.RemoveByTagAsync("one");
        Expect.True(await PeekAsync<string?>("key") is null);
    }

    public async Task Tags_that_are_long_or_not_well_formed_are_told_apart()
    {
        foreach (var tag in new[] { "\uD800", "\uD801", new string('t', 5000), new string('t', 5001) })
        {
            await Hybrid.SetAsync("key", "value", tags: [tag + "x"]);
            await Hybrid.SetAsync("other", "value", tags: [tag]);
            await Hybrid.RemoveByTagAsync(tag);
            Expect.True(await PeekAsync<string?>("other") is null);
            await Hybrid.RemoveByTagAsync(tag + "x");
            Expect.True(await PeekAsync<string?>("key") is null);
        }
    }

    public async Task Values_of_many_types_come_back()
    {
        await ExpectBackAsync("text");
        await ExpectBackAsync(42);
        await ExpectBackAsync(new Guid("7f5cd5b4-3d3d-4a67-9e56-0d7f2c1f0a11"));
        await ExpectBackAsync(DateTimeOffset.UnixEpoch);
        await ExpectBackAsync(("text", 42));
        await ExpectBackAsync(new SampleRecord(1, "one", 1.5m, DateTimeOffset.UnixEpoch, SampleKind.Large));
        await Hybrid.SetAsync("list", new List<(string, int)> { ("a", 1), ("b", 2) });
        Expect.SameElements([("a", 1), ("b", 2)], await PeekAsync<List<(string, int)>>("list"));
    }

    private async Task ExpectBackAsync<T>(T value)
    {
        await Hybrid.SetAsync("value", value);
        Expect.Equal(value, await PeekAsync<T>("value"));
        await Hybrid.RemoveAsync("value");
        Expect.Equal(value, await Hybrid.GetOrCreateAsync("value", _ => new ValueTask<T>(value)));
        Expect.Equal(value, await PeekAsync<T>("value"));
    }

    private ValueTask<string> CreateAsync(string key, HybridCacheEntryOptions? options = null, IEnumerable<string>? tags = null) => Hybrid.GetOrCreateAsync(key, _ => Next(), options, tags);

    private ValueTask<string> Next() => new((++_calls).ToString(System.Globalization.CultureInfo.InvariantCulture));
}
