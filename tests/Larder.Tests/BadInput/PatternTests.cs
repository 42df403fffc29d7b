namespace Larder.Tests.BadInput;

public sealed class PatternTests : MemoryTest
{
    [Theory]
    [InlineData("[")]
    [InlineData("a[b")]
    [InlineData("[a-")]
    [InlineData("[^a")]
    [InlineData("[a\\]")]
    public void A_set_without_its_end_is_refused(string pattern) => Refuses<ArgumentException>(pattern, "not closed by ']'");

    [Theory]
    [InlineData("[]")]
    [InlineData("a[^]b")]
    public void An_empty_set_is_refused(string pattern) => Refuses<ArgumentException>(pattern, "empty");

    [Theory]
    [InlineData("\\")]
    [InlineData("abc\\")]
    [InlineData("[\\")]
    public void An_escape_of_nothing_is_refused(string pattern) => Refuses<ArgumentException>(pattern, "escapes nothing");

    [Fact]
    public void A_null_pattern_is_refused() => Refuses<ArgumentNullException>(null!, "must not be null");

    [Fact]
    public void An_empty_pattern_is_refused() => Refuses<ArgumentException>("", "0 characters");

    [Fact]
    public void A_pattern_that_is_too_long_is_refused_with_its_length_and_the_limit()
    {
        Refuses<ArgumentException>(new string('*', 1025), "1025");
        Refuses<ArgumentException>(new string('*', 1025), "1024");
    }

    [Fact]
    public void A_pattern_with_half_a_surrogate_pair_is_refused() => Refuses<ArgumentException>("a\uD83E*", "not well-formed UTF-16");

    [Fact]
    public void The_message_names_the_pattern_the_position_and_the_remedy()
    {
        var exception = Assert.Throws<ArgumentException>(() => Cache.KeysAsync("user:[12"));
        Assert.Contains("'user:[12'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("position 5", exception.Message, StringComparison.Ordinal);
        Assert.Contains("'\\['", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_pattern_removes_nothing()
    {
        await Cache.SetAsync("a", 1);
        await Assert.ThrowsAsync<ArgumentException>(async () => await Cache.RemoveByPatternAsync("*["));
        Assert.True(await Cache.ExistsAsync("a"));
    }

    /// <summary>Every operation that takes a pattern refuses it, at the call and not when its result is used.</summary>
    private void Refuses<TException>(string pattern, string message)
        where TException : ArgumentException
    {
        Action[] calls =
        [
            () => Cache.KeysAsync(pattern),
            () => Cache.WithPrefix("view").KeysAsync(pattern),
            () => Cache.For<int>().KeysAsync(pattern),
            () => _ = Cache.RemoveByPatternAsync(pattern).AsTask(),
            () => _ = Cache.For<int>().RemoveByPatternAsync(pattern).AsTask(),
            () => new InvalidationGroup().AddPatterns("good", pattern),
        ];
        Assert.All(calls, call => Assert.Contains(message, Assert.Throws<TException>(call).Message, StringComparison.Ordinal));
    }
}
