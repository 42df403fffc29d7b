namespace Larder.Tests.BadInput;

/// <summary>What a caller changes after the call has no effect on what was stored.</summary>
public sealed class MutationTests : MemoryTest
{
    [Fact]
    public async Task Tags_that_are_changed_after_a_set_stay_what_they_were()
    {
        var tags = new List<string> { "first" };
        await Cache.SetAsync("key", 1, new() { Tags = tags });
        tags[0] = "other";
        await Cache.RemoveByTagAsync("other");
        Assert.True(await Cache.ExistsAsync("key"));
        await Cache.RemoveByTagAsync("first");
        Assert.False(await Cache.ExistsAsync("key"));
    }

    [Fact]
    public async Task Tags_that_are_changed_during_a_load_stay_what_they_were()
    {
        var tags = new List<string> { "first" };
        await Cache.GetOrCreateAsync("key", tags, static (tags, _, _) =>
        {
            tags[0] = "";
            tags.AddRange(Enumerable.Range(0, 100).Select(i => $"tag:{i}"));
            return new ValueTask<int>(1);
        }, new() { Tags = tags });
        await Cache.RemoveByTagAsync("tag:1");
        Assert.True(await Cache.ExistsAsync("key"));
        await Cache.RemoveByTagAsync("first");
        Assert.False(await Cache.ExistsAsync("key"));
    }

    [Fact]
    public async Task Tags_that_are_changed_before_a_commit_stay_what_they_were()
    {
        var tags = new List<string> { "first" };
        var transaction = Cache.CreateTransaction().Set("key", 1, new() { Tags = tags });
        tags.Clear();
        await transaction.CommitAsync();
        await Cache.RemoveByTagAsync("first");
        Assert.False(await Cache.ExistsAsync("key"));
    }

    [Fact]
    public async Task A_group_that_is_changed_after_a_delayed_invalidation_was_planned_does_not_change_it()
    {
        await Cache.SetAsync("a", 1, CacheTtl.Never);
        await Cache.SetAsync("b", 1, CacheTtl.Never);
        var group = new InvalidationGroup().AddKeys("a");
        await Cache.InvalidateAsync(group, InvalidationMode.Delayed(TimeSpan.FromSeconds(10)));
        group.AddKeys("b");
        Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.False(await Cache.ExistsAsync("a"));
        Assert.True(await Cache.ExistsAsync("b"));
    }
}
