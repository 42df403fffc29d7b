namespace Larder.Tests.BadInput;

public sealed class DisposedTests : MemoryTest
{
    public static TheoryData<string> Operations => KeyedOperations.Names;

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Every_operation_with_a_key_is_refused(string operation)
    {
        await Cache.SetAsync("key", 1);
        await Cache.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => KeyedOperations.RunAsync(operation, Cache, "key"));
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Every_operation_of_a_view_is_refused_when_its_cache_was_disposed(string operation)
    {
        var view = Cache.WithPrefix("view").WithTimeToLive(CacheTtl.Long);
        await view.SetAsync("key", 1);
        await Cache.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => KeyedOperations.RunAsync(operation, view, "key"));
    }

    [Fact]
    public void Listing_keys_is_refused_at_the_call()
    {
        Cache.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Cache.KeysAsync());
    }

    [Fact]
    public Task Counting_is_refused() => RefusesAsync(cache => cache.CountAsync().AsTask());

    [Fact]
    public Task Clearing_is_refused() => RefusesAsync(cache => cache.ClearAsync().AsTask());

    [Fact]
    public Task Removing_by_pattern_is_refused() => RefusesAsync(cache => cache.RemoveByPatternAsync("*").AsTask());

    [Fact]
    public Task Removing_by_tag_is_refused() => RefusesAsync(cache => cache.RemoveByTagAsync("tag").AsTask());

    [Fact]
    public Task Invalidating_tags_is_refused() => RefusesAsync(cache => cache.InvalidateAsync(new InvalidationGroup().AddTags("tag")).AsTask());

    [Fact]
    public Task Invalidating_later_is_refused() => RefusesAsync(
        cache => cache.InvalidateAsync(new InvalidationGroup().AddTags("tag"), InvalidationMode.Delayed(CacheTtl.Short)).AsTask());

    [Fact]
    public async Task Batches_are_refused_also_when_they_are_empty()
    {
        await RefusesAsync(cache => cache.GetManyAsync<int>([]).AsTask());
        await RefusesAsync(cache => cache.SetManyAsync<int>([]).AsTask());
        await RefusesAsync(cache => cache.RemoveManyAsync([]).AsTask());
    }

    [Fact]
    public async Task A_transaction_that_was_begun_before_is_refused()
    {
        var transaction = Cache.CreateTransaction().Set("key", 1);
        await Cache.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await transaction.CommitAsync());
        Assert.Throws<ObjectDisposedException>(Cache.CreateTransaction);
    }

    [Fact]
    public async Task Disposing_again_does_nothing()
    {
        await Cache.DisposeAsync();
        await Cache.DisposeAsync();
        Cache.Dispose();
        Assert.Equal(0, Cache.Statistics.Entries);
    }

    [Fact]
    public async Task Disposing_a_view_does_nothing()
    {
        await Cache.SetAsync("view:key", 1);
        var view = Cache.WithPrefix("view");
        await view.DisposeAsync();
        view.Dispose();
        Assert.True(view.TryGet<int>("key", out _));
        Assert.True(await Cache.ExistsAsync("view:key"));
    }

    [Fact]
    public async Task The_name_and_the_counters_stay_readable()
    {
        await Cache.SetAsync("key", 1);
        await Cache.GetAsync<int>("key");
        await Cache.DisposeAsync();
        Assert.Equal("default", Cache.Name);
        Assert.Equal(1, Cache.Statistics.Snapshot().FreshHits);
    }

    [Fact]
    public async Task Disposing_gives_back_the_memory_and_the_timers()
    {
        await Cache.SetAsync("key", new byte[10_000], new() { Tags = ["tag"] });
        await Cache.TryAcquireLockAsync("name", CacheTtl.Short);
        await Cache.InvalidateAsync(new InvalidationGroup().AddKeys("other"), InvalidationMode.Delayed(CacheTtl.Short));
        Assert.True(Clock.ArmedTimers > 0);
        await Cache.DisposeAsync();
        Assert.Equal(0, Cache.Statistics.Entries);
        Assert.Equal(0, Cache.Statistics.Bytes);
        Assert.Equal(0, Clock.ArmedTimers);
    }

    private async Task RefusesAsync(Func<ICache, Task> call)
    {
        await Cache.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await call(Cache));
    }
}
