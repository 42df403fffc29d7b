using System.Globalization;

namespace Larder.Tests.Keys;

public sealed class CacheKeyTests : MemoryTest
{
    [Fact]
    public void A_string_is_the_key_as_it_is() => Assert.Equal("user:42", ((CacheKey)"user:42").ToString());

    [Fact]
    public void A_span_is_copied()
    {
        Span<char> characters = ['a', 'b', 'c'];
        CacheKey key = (ReadOnlySpan<char>)characters;
        characters[0] = 'x';
        Assert.Equal("abc", key.ToString());
    }

    [Fact]
    public void A_key_that_was_never_made_is_empty_as_text() => Assert.Equal("", default(CacheKey).ToString());

    [Fact]
    public void Literals_and_values_come_in_their_order() => Assert.Equal("user:42:orders:7:end", Text($"user:{42}:orders:{7L}:end"));

    [Fact]
    public void Values_of_many_types_are_written_as_the_invariant_culture_writes_them()
    {
        var id = new Guid("7f5cd5b4-3d3d-4a67-9e56-0d7f2c1f0a11");
        Assert.Equal($"{id:D}|True|c|Monday|1.5|79.3|00:00:01", Text($"{id}|{true}|{'c'}|{DayOfWeek.Monday}|{1.5}|{79.3m}|{TimeSpan.FromSeconds(1)}"));
    }

    [Fact]
    public void Null_values_write_nothing()
    {
        string? text = null;
        object? something = null;
        int? number = null;
        Assert.Equal("a::::b", Text($"a:{text}:{something}:{number}:b"));
    }

    [Fact]
    public void Formats_are_applied() => Assert.Equal(
        "00042|2A|2026-02-01|7f5cd5b43d3d4a679e560d7f2c1f0a11",
        Text($"{42:D5}|{42:X}|{new DateTime(2026, 2, 1):yyyy-MM-dd}|{new Guid("7f5cd5b4-3d3d-4a67-9e56-0d7f2c1f0a11"):N}"));

    [Fact]
    public void Alignment_pads_on_the_left_and_on_the_right() => Assert.Equal("[   42][42   ][  x]", Text($"[{42,5}][{42,-5}][{"x",3}]"));

    [Fact]
    public void Alignment_and_format_go_together() => Assert.Equal("[   1.50][2A  ]", Text($"[{1.5,7:F2}][{42,-4:X}]"));

    [Fact]
    public void A_value_that_is_longer_than_its_alignment_is_not_cut() => Assert.Equal("12345", Text($"{12345,3}"));

    [Fact]
    public void Text_longer_than_the_buffer_is_written_whole()
    {
        var tail = new string('t', 10_000);
        Assert.Equal("head:" + tail + ":42:" + tail, Text($"head:{tail}:{42}:{tail}"));
    }

    [Fact]
    public void Spans_are_written() => Assert.Equal("user:42", Text($"user:{"xx42".AsSpan(2)}"));

    [Fact]
    public void A_value_that_formats_itself_is_given_the_invariant_culture() => Assert.Equal("[f|True]|[|True]", Text($"{new SelfFormatting():f}|{new SelfFormatting()}"));

    [Fact]
    [Ledger(72)]
    public void The_culture_of_the_thread_does_not_count()
    {
        var before = CultureInfo.CurrentCulture;
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (culture.NumberFormat.NumberDecimalSeparator, culture.NumberFormat.NegativeSign) = (",", "~");
        try
        {
            CultureInfo.CurrentCulture = culture;
            Assert.Equal("-1.5|-7|   -2.50", Text($"{-1.5}|{-7}|{-2.5,8:F2}"));
            Assert.Equal("~1,5", $"{-1.5}");
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void Braces_that_are_doubled_stand_for_themselves() => Assert.Equal("{42}", Text($"{{{42}}}"));

    [Fact]
    public async Task An_interpolated_key_that_was_used_cannot_be_used_again()
    {
        CacheKey key = $"user:{42}";
        await Cache.SetAsync(key, 1);
        var exception = await Assert.ThrowsAsync<InvalidOperationException>(async () => await Cache.GetAsync<int>(key));
        Assert.Contains("Keep the key as a string", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_was_used_for_a_hit_cannot_be_used_again()
    {
        await Cache.SetAsync("user:42", 1);
        CacheKey key = $"user:{42}";
        Assert.True((await Cache.GetAsync<int>(key)).HasValue);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await Cache.GetAsync<int>(key));
        Assert.Throws<InvalidOperationException>(() => key.ToString());
    }

    [Fact]
    public async Task A_span_key_that_was_used_cannot_be_used_again()
    {
        CacheKey key = "user:42".AsSpan();
        await Cache.ExistsAsync(key);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await Cache.ExistsAsync(key));
    }

    [Fact]
    public async Task A_used_key_never_reads_what_a_later_key_wrote_into_its_buffer()
    {
        CacheKey first = $"first:{1}";
        await Cache.ExistsAsync(first);
        CacheKey second = $"second:{2}";
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await Cache.ExistsAsync(first));
        Assert.Equal("second:2", second.ToString());
    }

    [Fact]
    public async Task A_key_of_a_string_can_be_used_again()
    {
        CacheKey key = "user:42";
        await Cache.SetAsync(key, 1);
        await Cache.SetAsync(key, 2);
        Assert.Equal(2, (await Cache.GetAsync<int>(key)).Value);
    }

    [Fact]
    public async Task Two_keys_that_are_made_before_either_is_used_do_not_mix()
    {
        CacheKey first = $"first:{1}";
        CacheKey second = $"second:{2}";
        await Cache.SetAsync(first, 1);
        await Cache.SetAsync(second, 2);
        Assert.Equal(1, (await Cache.GetAsync<int>("first:1")).Value);
        Assert.Equal(2, (await Cache.GetAsync<int>("second:2")).Value);
    }

    [Fact]
    public async Task A_cache_is_read_in_the_middle_of_an_interpolated_key()
    {
        await Cache.SetAsync("tenant", "acme");
        await Cache.SetAsync($"user:{Cache.For<string>().TryGet($"{"ten"}ant", out var tenant)}:{tenant}:{Inner($"a:{1}")}", 1);
        Assert.True(await Cache.ExistsAsync("user:True:acme:a:1"));

        static string Inner(CacheKey key) => key.ToString();
    }

    [Fact]
    public async Task A_key_made_on_one_thread_is_used_on_another()
    {
        CacheKey key = $"user:{42}";
        await Task.Run(async () => await Cache.SetAsync(key, 1));
        CacheKey next = $"other:{1}";
        Assert.Equal("other:1", next.ToString());
        Assert.True(await Cache.ExistsAsync("user:42"));
    }

    [Fact]
    public async Task Many_threads_make_keys_of_their_own()
    {
        await Parallel.ForAsync(0, 8, async (thread, _) =>
        {
            for (var i = 0; i < 500; i++)
            {
                await Cache.SetAsync($"{thread}:{i}", (thread * 1000) + i);
                Assert.Equal((thread * 1000) + i, (await Cache.GetAsync<int>($"{thread}:{i}")).Value);
            }
        });
        Assert.Equal(4000, await Cache.CountAsync());
    }

    private static string Text(CacheKey key) => key.ToString();

    private sealed class SelfFormatting : IFormattable
    {
        public string ToString(string? format, IFormatProvider? formatProvider) => $"[{format}|{ReferenceEquals(formatProvider, CultureInfo.InvariantCulture)}]";
    }
}
