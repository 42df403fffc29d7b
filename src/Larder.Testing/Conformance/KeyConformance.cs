using System.Globalization;

namespace Larder.Testing.Conformance;

/// <summary>Keys of all kinds: each has its own value, or is refused (S24 of the reliability design).</summary>
internal sealed class KeyConformance(CacheHarness harness) : ConformanceSuite(harness)
{
    private const int MaxLength = 1024;

    [Ledger(73)]
    public Task Letters_of_all_scripts() => KeepApartAsync("straße", "strasse", "ключ", "鍵", "مفتاح", "키", "İ", "i", "I", "ı");

    [Ledger(73)]
    public Task Emoji_and_characters_beyond_the_basic_plane() => KeepApartAsync("\U0001F9C0", "\U0001F9C1", "a\U0001F9C0", "\U0010FFFF", "\uFFFD", "\uFFFF", "\uFEFF");

    public Task Forms_that_look_the_same() => KeepApartAsync("é", "e\u0301", "K", "\u212A", "Å", "\u212B", "a\u200Bb", "ab", "a\u00ADb");

    public Task Cases() => KeepApartAsync("key", "Key", "KEY", "kEY");

    public Task Characters_of_globs() => KeepApartAsync("*", "?", "[a]", "a", "[^a]", "a*", "a\\*", "\\", "[", "]", "[a-z]", "^", "-");

    public Task Line_breaks_and_controls() => KeepApartAsync("a\r\nb", "a\nb", "a\rb", "a\tb", "\r\n", "\r\nDEL a\r\n", "\u001B[0m", "\u0085", "\u2028", "*1\r\n$4\r\nPING\r\n");

    public Task Nul_characters() => KeepApartAsync("\0", "\0\0", "a\0", "a\0b", "a");

    public Task Blanks() => KeepApartAsync(" ", "  ", "a", " a", "a ", "\u00A0", "\u3000");

    public Task Braces_and_quotes() => KeepApartAsync("{", "}", "{}", "{a}", "{a}b", "{a}{b}", "a{b", "'", "\"", "`", "{global}:{store}:{id}");

    public Task Separators() => KeepApartAsync(":", "::", "a:", ":a", "a:b", "a::b", "a:b:", "/", "a/b", "..", "../a", ".", "|", "a|b", ";", ",");

    public Task Markup_and_code() => KeepApartAsync("<script>alert(1)</script>", "<b>", "&lt;b&gt;", "${a}", "%00", "%2e", "return redis.call('flushall')", "'; DROP TABLE entries; --");

    public Task Words_that_mean_something_elsewhere() => KeepApartAsync("null", "NaN", "true", "CON", "nul", "__proto__", "constructor", "default", "0", "-0", "00");

    [Ledger(144)]
    public Task Look_alikes_of_internal_keys() => KeepApartAsync(
        "p!tag:x", "default!tag:x", "!tag:x", "tag:x", "{lock:x}", "{lock:x}:fence", "lock:x", "record:lock:x", "default!record:{lock:x}", "default:!record:lock:x", "default:x", "x", "!", "default!");

    [Ledger(144)]
    public async Task A_lock_and_a_tag_do_not_meet_an_entry_of_the_same_name()
    {
        foreach (var key in (string[])["x", "lock:x", "{lock:x}", "{lock:x}:fence", "tag:x"])
        {
            await Cache.SetAsync(key, key, new() { Tags = ["x"] });
        }

        await using (var held = await Cache.TryAcquireLockAsync("x", TimeSpan.FromSeconds(10)))
        {
            Expect.True(held is not null);
            Expect.Equal(5, await Cache.CountAsync());
            Expect.Equal("lock:x", (await Cache.GetAsync<string>("lock:x")).Value);
            Expect.True(await Cache.RemoveAsync("lock:x"));
            Expect.True(await Cache.TryAcquireLockAsync("x", TimeSpan.FromSeconds(10)) is null, "removing an entry frees no lock");
        }

        await Cache.RemoveByTagAsync("tag:x");
        Expect.Equal(4, await Cache.CountAsync());
        await Cache.RemoveByTagAsync("x");
        Expect.Equal(0, await Cache.CountAsync());
    }

    public async Task Clearing_frees_no_lock()
    {
        await using var held = await Cache.TryAcquireLockAsync("x", TimeSpan.FromSeconds(10));
        await Cache.ClearAsync();

        Expect.True(await Cache.TryAcquireLockAsync("x", TimeSpan.FromSeconds(10)) is null);
    }

    [Ledger(73)]
    public async Task The_longest_key_is_stored_and_a_longer_one_refused()
    {
        var longest = new string('k', MaxLength);
        await Cache.SetAsync(longest, 1);

        Expect.Equal(1, (await Cache.GetAsync<int>(longest)).Value);
        Expect.False((await Cache.GetAsync<int>(longest[1..] + "x")).HasValue);
        await Expect.ThrowsAsync<ArgumentException>(() => Cache.SetAsync(longest + "k", 1).AsTask());
        await Expect.ThrowsAsync<ArgumentException>(() => Cache.GetAsync<int>(new string('k', 1 << 20)).AsTask());
    }

    public async Task The_longest_key_of_many_bytes_is_stored()
    {
        var longest = new string('鍵', MaxLength);
        await Cache.SetAsync(longest, 1);

        Expect.Equal(1, (await Cache.GetAsync<int>(longest)).Value);
        Expect.SameElements([longest], await KeysAsync(Cache));
    }

    public async Task The_length_of_a_key_counts_with_its_prefix()
    {
        var view = Cache.WithPrefix(new string('p', 600));
        var longest = new string('k', MaxLength - 601);

        Expect.False((await view.GetAsync<int>(longest)).HasValue);
        await view.SetAsync(longest, 1);
        Expect.Equal(1, (await view.GetAsync<int>(longest)).Value);
        await Expect.ThrowsAsync<ArgumentException>(() => view.GetAsync<int>(longest + "k").AsTask());
    }

    public async Task Surrogates_without_their_partner_are_refused()
    {
        foreach (var key in (string[])["\uD800", "\uDC00", "a\uD83E", "\uDDC0\uD83E", "\uD83E\uD83E\uDDC0"])
        {
            await Expect.ThrowsAsync<ArgumentException>(() => Cache.SetAsync(key, 1).AsTask());
            await Expect.ThrowsAsync<ArgumentException>(() => Cache.GetAsync<int>(key).AsTask());
        }

        Expect.Equal(0, await Cache.CountAsync());
    }

    public async Task Spans_and_interpolated_strings_are_the_same_keys_as_strings()
    {
        var id = 42;
        await Cache.SetAsync($"user:{id}", "by interpolation");
        await Cache.SetAsync("xx:span:yy".AsSpan(3, 4), "by span");

        Expect.Equal("by interpolation", (await Cache.GetAsync<string>("user:42")).Value);
        Expect.Equal("by span", (await Cache.GetAsync<string>("span")).Value);
        Expect.True(await Cache.ExistsAsync("user:42 ".AsSpan(0, 7)));
        Expect.True(await Cache.RemoveAsync($"sp{"an"}"));
    }

    [Ledger(72)]
    public async Task Interpolated_keys_are_the_same_in_every_culture()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NumberDecimalSeparator = ",";
        culture.NumberFormat.NegativeSign = "minus";
        culture.DateTimeFormat.ShortDatePattern = "dd.MM.yy";
        var date = new DateOnly(2026, 2, 1);
        await Cache.SetAsync($"{-1.5}:{date}:{1234.5:N1}:{-7}", 1);

        CultureInfo.CurrentCulture = culture;

        Expect.Equal(1, (await Cache.GetAsync<int>($"{-1.5}:{date}:{1234.5:N1}:{-7}")).Value);
        Expect.Equal(1, (await Cache.GetAsync<int>("-1.5:02/01/2026:1,234.5:-7")).Value);
    }

    public async Task A_prefix_keeps_equal_keys_apart()
    {
        var orders = Cache.WithPrefix("orders");
        var users = Cache.WithPrefix("users");
        await Cache.SetAsync("1", "none");
        await orders.SetAsync("1", "order");
        await users.SetAsync("1", "user");

        Expect.Equal("none", (await Cache.GetAsync<string>("1")).Value);
        Expect.Equal("order", (await orders.GetAsync<string>("1")).Value);
        Expect.Equal("user", (await Cache.GetAsync<string>("users:1")).Value);
        Expect.SameElements(["1"], await KeysAsync(orders));
    }

    public async Task Prefixes_nest_and_their_separator_is_not_doubled()
    {
        await Cache.WithPrefix("a:").WithPrefix("b").SetAsync("key", 1);

        Expect.Equal(1, (await Cache.GetAsync<int>("a:b:key")).Value);
        Expect.Equal(1, (await Cache.WithPrefix("a").GetAsync<int>("b:key")).Value);
        Expect.Equal(1, (await Cache.WithPrefix("a:b").For<int>().GetAsync("key")).Value);
    }

    public async Task A_prefix_of_glob_characters_is_a_wall()
    {
        var star = Cache.WithPrefix("*");
        await Cache.SetAsync("a:key", 1);
        await star.SetAsync("key", 2);

        Expect.Equal(1, await star.CountAsync());
        Expect.Equal(1, await star.RemoveByPatternAsync("*"));
        Expect.True(await Cache.ExistsAsync("a:key"));
    }

    public async Task A_long_prefix_works_for_every_form_of_key()
    {
        var view = Cache.WithPrefix(new string('p', 300));
        var id = 7;
        await view.SetAsync($"key:{id}", 1);

        Expect.Equal(1, (await view.GetAsync<int>("key:7")).Value);
        Expect.Equal(1, (await view.GetAsync<int>($"key:{id}")).Value);
        Expect.Equal(1, (await view.GetAsync<int>("key:77".AsSpan(0, 5))).Value);
    }

    [Ledger(74)]
    public async Task Text_of_a_megabyte_comes_back()
    {
        var text = string.Create(1 << 20, 0, static (span, _) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                span[i] = (char)('a' + (i % 26));
            }
        });
        await Cache.SetAsync("key", text);

        Expect.True(string.Equals(text, (await Cache.GetAsync<string>("key")).Value, StringComparison.Ordinal), "the text came back");
    }

    [Ledger(74)]
    public async Task Bytes_of_a_megabyte_come_back()
    {
        var bytes = new byte[1 << 20];
        new Random(1).NextBytes(bytes);
        await Cache.SetAsync("key", bytes);

        Expect.True((await Cache.GetAsync<byte[]>("key")).Value.AsSpan().SequenceEqual(bytes), "the bytes came back");
    }

    private static async Task<List<string>> KeysAsync(ICache cache)
    {
        var keys = new List<string>();
        await foreach (var key in cache.KeysAsync())
        {
            keys.Add(key);
        }

        return keys;
    }

    /// <summary>Each key has its own value for every operation, in the cache and in a view.</summary>
    private async Task KeepApartAsync(params string[] keys)
    {
        foreach (var cache in (ICache[])[Cache, Cache.WithPrefix("view:of")])
        {
            foreach (var key in keys)
            {
                Expect.True(await cache.AddAsync(key, "value of " + key), $"'{key}' is free");
            }

            foreach (var key in keys)
            {
                Expect.Equal("value of " + key, (await cache.GetAsync<string>(key)).GetValueOrDefault());
            }

            var many = await cache.GetManyAsync<string>(keys);
            Expect.True(many.Select(result => result.GetValueOrDefault()).SequenceEqual(keys.Select(key => "value of " + key)), "they are got together");
            Expect.True((await KeysAsync(cache.WithPrefix("none"))).Count == 0, "no key is in a view of others");
            if (!ReferenceEquals(cache, Cache))
            {
                Expect.True((await KeysAsync(cache)).Order(StringComparer.Ordinal).SequenceEqual(keys.Order(StringComparer.Ordinal)), "they are listed as they are");
            }

            for (var i = 0; i < keys.Length; i++)
            {
                Expect.True(await cache.RemoveAsync(keys[i]), $"'{keys[i]}' is removed");
                Expect.False(await cache.ExistsAsync(keys[i]));
                Expect.Equal(keys.Length - i - 1, await cache.CountAsync());
            }
        }
    }
}
