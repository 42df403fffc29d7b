namespace Larder.Tests.BadInput;

public sealed class TagTests : MemoryTest
{
    /// <summary>Not in attributes, whose text is stored in UTF-8, where half a pair cannot be.</summary>
    private static readonly string?[] s_bad = [null, "", "\uD800", new string('t', 1025)];

    public static TheoryData<string> Operations => StoringOperations.Names;

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_null_tag_is_refused(string operation) =>
        await Assert.ThrowsAsync<ArgumentNullException>(() => StoringOperations.RunAsync(operation, Cache, new() { Tags = ["good", null!] }));

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task An_empty_tag_is_refused(string operation)
    {
        var exception = await Assert.ThrowsAsync<ArgumentException>(() => StoringOperations.RunAsync(operation, Cache, new() { Tags = [""] }));
        Assert.Contains("tag must not be empty", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_tag_that_is_too_long_is_refused_with_its_length_and_the_limit(string operation)
    {
        var exception = await Assert.ThrowsAsync<ArgumentException>(() => StoringOperations.RunAsync(operation, Cache, new() { Tags = [new string('t', 1025)] }));
        Assert.Contains("1,025", exception.Message, StringComparison.Ordinal);
        Assert.Contains("1,024", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task A_tag_with_half_a_surrogate_pair_is_refused(string operation)
    {
        var exception = await Assert.ThrowsAsync<ArgumentException>(() => StoringOperations.RunAsync(operation, Cache, new() { Tags = ["\uDDC0"] }));
        Assert.Contains("The tag is not well-formed UTF-16", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Too_many_tags_are_refused_with_their_number_and_the_limit(string operation)
    {
        var exception = await Assert.ThrowsAsync<ArgumentException>(() => StoringOperations.RunAsync(operation, Cache, new() { Tags = Tags(33) }));
        Assert.Contains("33", exception.Message, StringComparison.Ordinal);
        Assert.Contains("32", exception.Message, StringComparison.Ordinal);
        Assert.Contains("MaxTagsPerEntry", exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, await Cache.CountAsync());
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task As_many_tags_as_the_limit_are_taken(string operation) => await StoringOperations.RunAsync(operation, Cache, new() { Tags = Tags(32) });

    [Fact]
    public async Task A_tag_that_is_given_often_counts_once()
    {
        await Cache.SetAsync("key", 1, new() { Tags = [.. Enumerable.Repeat("tag", 100)] });
        await Cache.RemoveByTagAsync("tag");
        Assert.False(await Cache.ExistsAsync("key"));
    }

    [Fact]
    public async Task The_limits_of_tags_can_be_changed()
    {
        var cache = CreateCache(options => (options.MaxTagsPerEntry, options.MaxTagLength) = (1, 16));
        await cache.SetAsync("key", 1, new() { Tags = [new string('t', 16)] });
        await Assert.ThrowsAsync<ArgumentException>(async () => await cache.SetAsync("key", 1, new() { Tags = ["a", "b"] }));
        await Assert.ThrowsAsync<ArgumentException>(async () => await cache.SetAsync("key", 1, new() { Tags = [new string('t', 17)] }));
        await Assert.ThrowsAsync<ArgumentException>(async () => await cache.RemoveByTagAsync(new string('t', 17)));
    }

    [Fact]
    public async Task Removing_by_a_bad_tag_is_refused()
    {
        foreach (var tag in s_bad)
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Cache.RemoveByTagAsync(tag!));
        }
    }

    [Fact]
    public async Task A_group_with_a_bad_tag_is_refused_and_nothing_of_it_done()
    {
        await Cache.SetAsync("key", 1);
        foreach (var tag in s_bad)
        {
            var group = new InvalidationGroup().AddKeys("key").AddTags("good", tag!);
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await Cache.InvalidateAsync(group));
        }

        Assert.True(await Cache.ExistsAsync("key"));
    }

    [Fact]
    public async Task A_bad_tag_of_a_loader_reaches_its_caller()
    {
        foreach (var tag in s_bad)
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(async () => await LoadWithTagsAsync(Cache, tag!));
        }

        Assert.False(await Cache.ExistsAsync("key"));
    }

    [Fact]
    public async Task A_loader_keeps_to_the_cache_s_limit_of_the_length_of_a_tag()
    {
        var cache = CreateCache(options => options.MaxTagLength = 16);
        await Assert.ThrowsAsync<ArgumentException>(async () => await LoadWithTagsAsync(cache, new string('t', 17)));
    }

    [Fact]
    public async Task Tags_of_the_call_and_of_the_loader_count_together()
    {
        var cache = CreateCache(options => options.MaxTagsPerEntry = 2);
        var exception = await Assert.ThrowsAsync<ArgumentException>(async () => await LoadWithTagsAsync(cache, ["b", "c"], new() { Tags = ["a"] }));
        Assert.Contains("3 tags", exception.Message, StringComparison.Ordinal);
        await LoadWithTagsAsync(cache, ["a", "b", "b"], new() { Tags = ["a"] });
        Assert.True(await cache.ExistsAsync("key"));
    }

    [Fact]
    public async Task Tags_that_a_loader_was_refused_are_not_kept()
    {
        await Cache.GetOrCreateAsync("key", 0, static (_, load, _) =>
        {
            load.AddTags("kept");
            Assert.Throws<ArgumentException>(() => load.AddTags("refused", ""));
            return new ValueTask<int>(1);
        });

        await Cache.RemoveByTagAsync("refused");
        Assert.True(await Cache.ExistsAsync("key"));
        await Cache.RemoveByTagAsync("kept");
        Assert.False(await Cache.ExistsAsync("key"));
    }

    private static string[] Tags(int count) => [.. Enumerable.Range(0, count).Select(i => $"tag:{i}")];

    private static ValueTask<int> LoadWithTagsAsync(ICache cache, string tag) => LoadWithTagsAsync(cache, [tag], default);

    private static ValueTask<int> LoadWithTagsAsync(ICache cache, string[] tags, CacheEntryOptions options) => cache.GetOrCreateAsync(
        "key",
        tags,
        static (tags, load, _) =>
        {
            load.AddTags(tags);
            return new ValueTask<int>(1);
        },
        options);
}
