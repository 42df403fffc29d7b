namespace Larder.Tests.BadInput;

public sealed class NullArgumentTests : MemoryTest
{
    [Fact]
    public Task A_null_loader_with_state_is_refused() => RefusesAsync("load", cache => cache.GetOrCreateAsync<int, int>("key", 0, null!).AsTask());

    [Fact]
    public Task A_null_loader_is_refused() => RefusesAsync("load", cache => cache.GetOrCreateAsync("key", (Func<CancellationToken, ValueTask<int>>)null!).AsTask());

    [Fact]
    public Task A_null_loader_of_a_task_is_refused() => RefusesAsync("load", cache => cache.GetOrCreateAsync("key", (Func<CancellationToken, Task<int>>)null!).AsTask());

    [Fact]
    public Task A_null_loader_of_a_result_is_refused() => RefusesAsync("load", cache => cache.GetOrCreateResultAsync<int, int>("key", 0, null!).AsTask());

    [Fact]
    public Task A_null_loader_of_a_refresh_is_refused() => RefusesAsync("load", cache => cache.RefreshAsync("key", (Func<CancellationToken, ValueTask<int>>)null!).AsTask());

    [Fact]
    public Task A_null_loader_of_a_refresh_with_state_is_refused() => RefusesAsync("load", cache => cache.RefreshAsync<int, int>("key", 0, null!).AsTask());

    [Fact]
    public Task A_null_loader_of_many_is_refused() => RefusesAsync("load", cache => cache.GetOrCreateManyAsync<int>(["key"], null!).AsTask());

    [Fact]
    public Task A_null_loader_of_a_typed_view_is_refused() => RefusesAsync("load", cache => cache.For<int>().GetOrCreateAsync("key", null!).AsTask());

    [Fact]
    public Task A_null_update_is_refused() => RefusesAsync("update", cache => cache.UpdateAsync<int>("key", null!).AsTask());

    [Fact]
    public Task Null_keys_to_get_are_refused() => RefusesAsync("keys", cache => cache.GetManyAsync<int>(null!).AsTask());

    [Fact]
    public Task Null_keys_to_remove_are_refused() => RefusesAsync("keys", cache => cache.RemoveManyAsync(null!).AsTask());

    [Fact]
    public Task Null_keys_to_load_are_refused() => RefusesAsync(
        "keys", cache => cache.GetOrCreateManyAsync<int>(null!, static (_, _) => throw new InvalidOperationException()).AsTask());

    [Fact]
    public Task Null_entries_to_set_are_refused() => RefusesAsync("entries", cache => cache.SetManyAsync<int>(null!).AsTask());

    [Fact]
    public Task A_null_group_is_refused() => RefusesAsync("group", cache => cache.InvalidateAsync(null!).AsTask());

    [Fact]
    public void A_null_prefix_is_refused()
    {
        Assert.Throws<ArgumentNullException>("prefix", () => Cache.WithPrefix(null!));
        Assert.Throws<ArgumentNullException>("prefix", () => Cache.For<int>().WithPrefix(null!));
    }

    [Fact]
    public void An_empty_or_ill_formed_prefix_is_refused() =>
        Assert.All(["", ":", "\uD800", "a\uDDC0:"], prefix => Assert.Throws<ArgumentException>("prefix", () => Cache.WithPrefix(prefix)));

    [Fact]
    public void A_prefix_that_leaves_no_room_for_a_key_is_refused()
    {
        var exception = Assert.Throws<ArgumentException>("prefix", () => Cache.WithPrefix(new string('p', 1024)));
        Assert.Contains("1,024", exception.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("prefix", () => Cache.WithPrefix(new string('p', 600)).WithPrefix(new string('p', 600)));
    }

    [Fact]
    public void A_null_snapshot_is_refused()
    {
        Assert.Throws<ArgumentNullException>("earlier", () => Cache.Statistics.Since(null!));
        Assert.Throws<ArgumentNullException>("earlier", () => Cache.Statistics.Snapshot().Since(null!));
    }

    /// <summary>It is refused when there is nothing under the key, and also when there is a value that makes the argument superfluous.</summary>
    private async Task RefusesAsync(string parameter, Func<ICache, Task> call)
    {
        await Assert.ThrowsAsync<ArgumentNullException>(parameter, async () => await call(Cache));
        Assert.Equal(0, await Cache.CountAsync());
        await Cache.SetAsync("key", 1);
        await Assert.ThrowsAsync<ArgumentNullException>(parameter, async () => await call(Cache));
        Assert.Equal(1, (await Cache.PeekAsync<int>("key")).Value);
    }
}
