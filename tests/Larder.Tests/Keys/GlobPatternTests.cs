namespace Larder.Tests.Keys;

/// <summary>What Redis's stringmatchlen does with a pattern, row by row, and where a pattern is refused that Redis takes as it comes.</summary>
public sealed class GlobPatternTests
{
    [Theory]
    [InlineData("*", "key", true)]
    [InlineData("**", "key", true)]
    [InlineData("k*", "key", true)]
    [InlineData("*y", "key", true)]
    [InlineData("k*y", "key", true)]
    [InlineData("k*y", "ky", true)]
    [InlineData("k*z", "key", false)]
    [InlineData("key*", "key", true)]
    [InlineData("*key", "key", true)]
    [InlineData("key*y", "key", false)]
    [InlineData("*a*a*", "banana", true)]
    [InlineData("*a*b*", "banana", false)]
    [InlineData("user:*:x*", "user:1:x", true)]
    [InlineData("user:*:x*", "user:1:2:x3", true)]
    [InlineData("user:*:x*", "user:x", false)]
    [InlineData("*:cache", "a:b:cache", true)]
    [InlineData("*:cache", "a:cache:b", false)]
    public Task Stars_match_any_characters(string pattern, string key, bool matches) => AssertMatchAsync(pattern, key, matches);

    [Theory]
    [InlineData("?", "k", true)]
    [InlineData("?", "ke", false)]
    [InlineData("??", "k", false)]
    [InlineData("k?y", "key", true)]
    [InlineData("k?y", "ky", false)]
    [InlineData("*?", "k", true)]
    [InlineData("?*?", "k", false)]
    [InlineData("?*?", "ke", true)]
    [InlineData("k??", "key", true)]
    public Task Question_marks_match_one_character(string pattern, string key, bool matches) => AssertMatchAsync(pattern, key, matches);

    [Theory]
    [InlineData("[abc]", "b", true)]
    [InlineData("[abc]", "d", false)]
    [InlineData("[abc]", "ab", false)]
    [InlineData("x[abc]y", "xcy", true)]
    [InlineData("[abc][abc]", "ca", true)]
    [InlineData("[*]", "*", true)]
    [InlineData("[*]", "a", false)]
    [InlineData("[?]", "?", true)]
    [InlineData("[?]", "a", false)]
    [InlineData("[[]", "[", true)]
    [InlineData("[A]", "a", false)]
    [InlineData("[!a]", "!", true)]
    [InlineData("[!a]", "b", false)]
    public Task Sets_match_one_of_their_characters(string pattern, string key, bool matches) => AssertMatchAsync(pattern, key, matches);

    [Theory]
    [InlineData("[a-c]", "a", true)]
    [InlineData("[a-c]", "c", true)]
    [InlineData("[a-c]", "d", false)]
    [InlineData("[c-a]", "b", true)]
    [InlineData("[a-cx-z]", "y", true)]
    [InlineData("[a-cx-z]", "m", false)]
    [InlineData("[a-c-e]", "-", true)]
    [InlineData("[a-c-e]", "e", true)]
    [InlineData("[a-c-e]", "d", false)]
    [InlineData("[-a]", "-", true)]
    [InlineData("[--0]", "/", true)]
    [InlineData("[à-ü]", "ö", true)]
    public Task Ranges_match_what_lies_between(string pattern, string key, bool matches) => AssertMatchAsync(pattern, key, matches);

    [Theory]
    [InlineData("[a-]b]", "b", true)]
    [InlineData("[a-]b]", "_", true)]
    [InlineData("[a-]b]", "-", false)]
    [InlineData("[a-]b]", "-b]", false)]
    [InlineData("[a-\\]]", "a]", true)]
    [InlineData("[a-\\]]", "^]", true)]
    [InlineData("[a-\\]]", "b", false)]
    public Task What_follows_the_hyphen_ends_a_range_whatever_it_is(string pattern, string key, bool matches) => AssertMatchAsync(pattern, key, matches);

    [Theory]
    [InlineData("[\\a-c]", "a", true)]
    [InlineData("[\\a-c]", "b", false)]
    [InlineData("[\\a-c]", "-", true)]
    [InlineData("[\\a-c]", "c", true)]
    [InlineData("[\\]]", "]", true)]
    [InlineData("[\\]a]", "a", true)]
    [InlineData("[\\\\]", "\\", true)]
    [InlineData("[\\^a]", "^", true)]
    [InlineData("[\\^a]", "b", false)]
    public Task An_escaped_character_of_a_set_stands_for_itself_and_begins_no_range(string pattern, string key, bool matches) =>
        AssertMatchAsync(pattern, key, matches);

    [Theory]
    [InlineData("[^a]", "b", true)]
    [InlineData("[^a]", "a", false)]
    [InlineData("[^a-c]", "b", false)]
    [InlineData("[^a-c]", "d", true)]
    [InlineData("[^^]", "^", false)]
    [InlineData("[^^]", "a", true)]
    [InlineData("[a^]", "^", true)]
    [InlineData("x[^a]", "x", false)]
    public Task Negated_sets_match_one_character_that_is_not_in_them(string pattern, string key, bool matches) => AssertMatchAsync(pattern, key, matches);

    [Theory]
    [InlineData("\\*", "*", true)]
    [InlineData("\\*", "a", false)]
    [InlineData("\\?", "?", true)]
    [InlineData("\\?", "a", false)]
    [InlineData("\\[a]", "[a]", true)]
    [InlineData("\\[a]", "a", false)]
    [InlineData("\\\\", "\\", true)]
    [InlineData("\\a", "a", true)]
    [InlineData("a\\*b*", "a*bc", true)]
    [InlineData("a\\*b*", "axbc", false)]
    public Task Escaped_characters_stand_for_themselves(string pattern, string key, bool matches) => AssertMatchAsync(pattern, key, matches);

    [Theory]
    [InlineData("a]", "a]", true)]
    [InlineData("a-b", "a-b", true)]
    [InlineData("a^b", "a^b", true)]
    [InlineData("{a,b}", "a", false)]
    [InlineData("{a,b}", "{a,b}", true)]
    [InlineData("a.c", "abc", false)]
    [InlineData("a+", "aa", false)]
    [InlineData("(a|b)", "a", false)]
    [InlineData("^a$", "a", false)]
    [InlineData("key", "keys", false)]
    [InlineData("key", "Key", false)]
    public Task Everything_else_is_a_plain_character(string pattern, string key, bool matches) => AssertMatchAsync(pattern, key, matches);

    [Theory]
    [InlineData("a*b", "a\nb", true)]
    [InlineData("a?b", "a\0b", true)]
    [InlineData("*", "\U0001F600", true)]
    [InlineData("\U0001F600*", "\U0001F600 smile", true)]
    [InlineData("ä*", "ärger", true)]
    [InlineData("ä*", "a\u0308rger", false)]
    public Task Characters_of_all_kinds_are_compared_ordinally(string pattern, string key, bool matches) => AssertMatchAsync(pattern, key, matches);

    [Theory]
    [InlineData("[")]
    [InlineData("a[bc")]
    [InlineData("a[^")]
    [InlineData("a[a-")]
    [InlineData("[a-]")]
    [InlineData("[a\\")]
    [InlineData("[a\\]")]
    public async Task A_set_that_is_not_closed_is_refused_with_its_position_and_remedy(string pattern)
    {
        var exception = await RefusedAsync(pattern);

        Assert.Contains(pattern, exception.Message, StringComparison.Ordinal);
        Assert.Matches("position [0-9]+.*not closed|escapes nothing", exception.Message);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("[^]")]
    [InlineData("a[]b")]
    public async Task An_empty_set_is_refused(string pattern) =>
        Assert.Contains("empty", (await RefusedAsync(pattern)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("\\")]
    [InlineData("a\\")]
    [InlineData("a\\\\\\")]
    public async Task An_escape_of_nothing_is_refused_with_the_remedy(string pattern) =>
        Assert.Contains("write '\\\\'", (await RefusedAsync(pattern)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_pattern_that_is_not_well_formed_is_refused()
    {
        // Not rows of a theory: attributes hold UTF-8, which no half of a pair survives.
        foreach (var pattern in new[] { "\uD83D", "a*\uDE00" })
        {
            Assert.Contains("well-formed", (await RefusedAsync(pattern)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_missing_pattern_is_refused()
    {
        await using var cache = Cache.InMemory();

        await Assert.ThrowsAsync<ArgumentNullException>(() => cache.RemoveByPatternAsync(null!).AsTask());
        Assert.Throws<ArgumentNullException>(() => cache.KeysAsync(null!));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1025)]
    public async Task A_pattern_of_impossible_length_is_refused_with_its_length(int length) =>
        Assert.Contains(length.ToString(System.Globalization.CultureInfo.InvariantCulture), (await RefusedAsync(new string('a', length))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_pattern_of_1024_stars_and_letters_is_matched_in_reasonable_time()
    {
        await using var cache = Cache.InMemory();
        await cache.SetAsync(new string('a', 1024), 1);
        var pattern = string.Concat(Enumerable.Repeat("a*", 511)) + "b";

        Assert.Equal(0, await cache.RemoveByPatternAsync(pattern).AsTask().WaitAsync(TimeSpan.FromSeconds(20)));
    }

    private static async Task AssertMatchAsync(string pattern, string key, bool matches)
    {
        await using var cache = Cache.InMemory();
        await cache.SetAsync(key, 1);

        Assert.Equal(matches ? [key] : [], await cache.KeysAsync(pattern).ToArrayAsync());
        Assert.Equal(matches ? 1 : 0, await cache.RemoveByPatternAsync(pattern));
        Assert.Equal(!matches, await cache.ExistsAsync(key));
    }

    private static async Task<ArgumentException> RefusedAsync(string pattern)
    {
        await using var cache = Cache.InMemory();
        Assert.ThrowsAny<ArgumentException>(() => cache.KeysAsync(pattern));
        Assert.ThrowsAny<ArgumentException>(() => new InvalidationGroup().AddPatterns(pattern));
        return await Assert.ThrowsAnyAsync<ArgumentException>(() => cache.RemoveByPatternAsync(pattern).AsTask());
    }
}
