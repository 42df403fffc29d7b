namespace Larder.Tests.BadInput;

public sealed class KeyTests : MemoryTest
{
    public static TheoryData<string> Operations => KeyedOperations.Names;

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_null_key_is_refused(string operation)
    {
        var exception = await Assert.ThrowsAsync<ArgumentNullException>(() => KeyedOperations.RunAsync(operation, Cache, null!));
        Assert.Contains("cache key must not be null", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [Ledger(73)]
    [MemberData(nameof(Operations))]
    public async Task An_empty_key_is_refused(string operation)
    {
        var exception = await Assert.ThrowsAsync<ArgumentException>(() => KeyedOperations.RunAsync(operation, Cache, ""));
        Assert.Contains("cache key must not be empty", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_key_that_is_too_long_is_refused_with_its_length_and_the_limit(string operation)
    {
        var exception = await Assert.ThrowsAsync<ArgumentException>(() => KeyedOperations.RunAsync(operation, Cache, new string('k', 1025)));
        Assert.Contains("1,025", exception.Message, StringComparison.Ordinal);
        Assert.Contains("1,024", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_key_with_half_a_surrogate_pair_is_refused(string operation)
    {
        var exception = await Assert.ThrowsAsync<ArgumentException>(() => KeyedOperations.RunAsync(operation, Cache, "user:\uD83E"));
        Assert.Contains("not well-formed UTF-16", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_view_refuses_a_null_key_though_its_prefix_is_none(string operation) =>
        await Assert.ThrowsAsync<ArgumentNullException>(() => KeyedOperations.RunAsync(operation, Cache.WithPrefix("view"), null!));

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_view_refuses_an_empty_key_though_its_prefix_is_not(string operation) =>
        await Assert.ThrowsAsync<ArgumentException>(() => KeyedOperations.RunAsync(operation, Cache.WithPrefix("view"), ""));

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_view_counts_its_prefix_into_the_length(string operation)
    {
        var view = Cache.WithPrefix("view");
        var exception = await Assert.ThrowsAsync<ArgumentException>(() => KeyedOperations.RunAsync(operation, view, new string('k', 1020)));
        Assert.Contains("1,025", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_refused_key_changes_and_counts_nothing(string operation)
    {
        var before = Cache.Statistics.Snapshot();
        await Assert.ThrowsAnyAsync<ArgumentException>(() => KeyedOperations.RunAsync(operation, Cache, ""));
        Assert.Equal(before, Cache.Statistics.Snapshot());
        Assert.False(await Cache.ExistsAsync("good"));
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_good_key_is_taken(string operation) => await KeyedOperations.RunAsync(operation, Cache, "\U0001F9C0" + new string('k', 1022));

    [Fact]
    public async Task An_empty_span_is_refused() => await Assert.ThrowsAsync<ArgumentException>(async () => await Cache.GetAsync<int>(ReadOnlySpan<char>.Empty));

    [Fact]
    public async Task A_key_that_was_never_made_is_refused() => await Assert.ThrowsAsync<ArgumentNullException>(async () => await Cache.GetAsync<int>(default(CacheKey)));

    [Fact]
    public async Task An_interpolated_key_that_comes_out_empty_is_refused()
    {
        string? nothing = null;
        await Assert.ThrowsAsync<ArgumentException>(async () => await Cache.GetAsync<int>($"{nothing}"));
    }

    [Fact]
    public async Task An_interpolated_key_that_comes_out_too_long_is_refused()
    {
        var tail = new string('k', 2000);
        await Assert.ThrowsAsync<ArgumentException>(async () => await Cache.GetAsync<int>($"user:{tail}"));
        await Cache.SetAsync($"user:{tail.AsSpan(0, 10)}", 1);
        Assert.True(await Cache.ExistsAsync("user:kkkkkkkkkk"));
    }

    [Fact]
    public async Task Halves_of_a_pair_that_meet_in_an_interpolated_key_make_a_good_one()
    {
        await Cache.SetAsync($"{'\uD83E'}{'\uDDC0'}", 1);
        Assert.True(await Cache.ExistsAsync("\U0001F9C0"));
    }

    [Fact]
    public async Task The_limit_of_the_length_can_be_changed()
    {
        var cache = CreateCache(options => options.MaxKeyLength = 16);
        await cache.SetAsync(new string('k', 16), 1);
        var exception = await Assert.ThrowsAsync<ArgumentException>(async () => await cache.SetAsync(new string('k', 17), 1));
        Assert.Contains("16", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_message_shows_the_beginning_of_a_long_key_only()
    {
        var exception = await Assert.ThrowsAsync<ArgumentException>(async () => await Cache.SetAsync("user:" + new string('k', 100_000), 1));
        Assert.Contains("user:kkk", exception.Message, StringComparison.Ordinal);
        Assert.True(exception.Message.Length < 400, exception.Message.Length + " characters");
    }
}
