using Larder.Tests.Conformance;

namespace Larder.Tests.Serialization;

/// <summary>A tier that fails: reads become misses, writes tell their callers, and nothing else breaks.</summary>
public sealed class FailingTierTests : IAsyncDisposable
{
    private static readonly IOException Failure = new("out of order");

    private readonly BytesHarness _harness = new();
    private readonly ICache _cache;

    public FailingTierTests() => _cache = _harness.CreateCache();

    private BytesTier Tier => _harness.Tier;

    public ValueTask DisposeAsync()
    {
        Tier.ReadFailure = null;
        Tier.CommitFailure = null;
        return _harness.DisposeAsync();
    }

    [Fact]
    [Ledger(172)]
    public async Task A_failed_read_is_a_counted_miss()
    {
        await _cache.SetAsync("key", "value");
        Tier.ReadFailure = Failure;

        Assert.False((await _cache.GetAsync<string>("key")).HasValue);
        Assert.False((await _cache.PeekAsync<string>("key")).HasValue);

        Assert.True(_cache.Statistics.Snapshot() is { Misses: 1, TierErrors: 2 });
    }

    [Fact]
    [Ledger(170)]
    public async Task A_failed_read_calls_the_loader()
    {
        Tier.ReadFailure = Failure;

        var result = await _cache.GetOrCreateResultAsync("key", 0, (_, _, _) => ValueTask.FromResult("loaded"));

        Assert.Equal("loaded", result.Value);
        Assert.Equal(0, result.Version);
        Assert.True(_cache.Statistics.Snapshot() is { Loads: 1, LoadFailures: 0, TierErrors: > 0 });
    }

    [Fact]
    public async Task A_failed_read_of_many_keys_is_a_miss_of_each()
    {
        await _cache.SetAsync("a", 1);
        Tier.ReadFailure = Failure;

        var read = await _cache.GetManyAsync<int>(["a", "b"]);
        var loaded = await _cache.GetOrCreateManyAsync<int>(
            ["a", "b"], (keys, _) => ValueTask.FromResult<IReadOnlyDictionary<string, int>>(keys.ToDictionary(key => key, key => (int)key[0])));

        Assert.All(read, result => Assert.False(result.HasValue));
        Assert.Equal(2, loaded.Count);
    }

    [Fact]
    public async Task A_key_that_cannot_be_looked_for_is_absent()
    {
        await _cache.SetAsync("key", "value");
        Tier.ReadFailure = Failure;

        Assert.False(await _cache.ExistsAsync("key"));
        Assert.Equal(EntryTimeToLive.Absent, await _cache.GetTimeToLiveAsync("key"));
        Assert.Equal(2, _cache.Statistics.Snapshot().TierErrors);
    }

    [Fact]
    public async Task A_tier_that_cancels_by_itself_has_failed()
    {
        await _cache.SetAsync("key", "value");
        Tier.ReadFailure = new TaskCanceledException("The tier's own limit of time.");

        Assert.False((await _cache.GetAsync<string>("key")).HasValue);
        Assert.Equal("loaded", await _cache.GetOrCreateAsync("key", _ => ValueTask.FromResult("loaded")));
        Assert.False(await _cache.ExistsAsync("key"));
    }

    [Fact]
    public async Task A_caller_that_cancels_is_told_so_and_it_counts_as_no_failure()
    {
        using var source = new CancellationTokenSource();
        await _cache.SetAsync("key", "value");
        Tier.ReadFailure = new OperationCanceledException(source.Token);
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await _cache.GetAsync<string>("key", source.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await _cache.ExistsAsync("key", source.Token));

        Assert.Equal(0, _cache.Statistics.Snapshot().TierErrors);
    }

    [Fact]
    public async Task A_failed_write_reaches_its_caller_and_changes_nothing()
    {
        await _cache.SetAsync("key", 1);
        Tier.CommitFailure = Failure;

        Assert.Same(Failure, await Assert.ThrowsAsync<IOException>(async () => await _cache.SetAsync("key", 2)));
        await Assert.ThrowsAsync<IOException>(async () => await _cache.AddAsync("other", 2));
        await Assert.ThrowsAsync<IOException>(async () => await _cache.RemoveAsync("key"));
        await Assert.ThrowsAsync<IOException>(async () => await _cache.ExpireAsync("key", TimeSpan.FromSeconds(1)));
        await Assert.ThrowsAsync<IOException>(async () => await _cache.IncrementAsync("key"));
        await Assert.ThrowsAsync<IOException>(async () => await _cache.UpdateAsync<int>("key", _ => 3));
        await Assert.ThrowsAsync<IOException>(async () => await _cache.CreateTransaction().Set("key", 4).CommitAsync());
        await Assert.ThrowsAsync<IOException>(async () => await _cache.TryAcquireLockAsync("name", TimeSpan.FromSeconds(1)));

        Tier.CommitFailure = null;
        Assert.Equal(1, (await _cache.GetAsync<int>("key")).Value);
        Assert.True(_cache.Statistics.Snapshot() is { Sets: 1, Removes: 0 });
    }

    [Fact]
    public async Task A_failed_invalidation_reaches_its_caller()
    {
        await _cache.SetAsync("key", 1, new() { Tags = ["tag"] });
        Tier.CommitFailure = Failure;

        await Assert.ThrowsAsync<IOException>(async () => await _cache.RemoveByTagAsync("tag"));
        await Assert.ThrowsAsync<IOException>(async () => await _cache.RemoveByPatternAsync("k*"));
        await Assert.ThrowsAsync<IOException>(async () => await _cache.ClearAsync());
        await Assert.ThrowsAsync<AggregateException>(async () => await _cache.InvalidateAsync(new InvalidationGroup().AddKeys("key")));
    }

    [Fact]
    public async Task A_listing_that_fails_is_not_an_empty_one()
    {
        await _cache.SetAsync("key", 1);
        Tier.ReadFailure = Failure;

        await Assert.ThrowsAsync<IOException>(async () => await _cache.CountAsync());
        await Assert.ThrowsAsync<IOException>(async () => await _cache.KeysAsync().ToListAsync());
    }

    [Fact]
    public async Task A_loaded_value_reaches_its_caller_though_it_cannot_be_stored()
    {
        Tier.BeforeCommit = changes =>
        {
            Tier.CommitFailure = changes.Any(change => change.Data.Span.EndsWith("loaded"u8)) ? Failure : Tier.CommitFailure;
            return Task.CompletedTask;
        };

        Assert.Equal("loaded", await _cache.GetOrCreateAsync("key", _ => ValueTask.FromResult("loaded")));

        Assert.True(_cache.Statistics.Snapshot().TierErrors > 0);
        Tier.CommitFailure = null;
        Assert.False(await _cache.ExistsAsync("key"));
    }

    [Fact]
    public async Task A_sliding_entry_is_served_though_its_life_cannot_be_prolonged()
    {
        await _cache.SetAsync("key", "value", new CachePolicy { SlidingExpiration = TimeSpan.FromSeconds(10) });
        Tier.CommitFailure = Failure;

        Assert.Equal("value", (await _cache.GetAsync<string>("key")).Value);

        Assert.Equal(1, _cache.Statistics.Snapshot().TierErrors);
    }

    [Fact]
    public async Task Callers_of_one_key_share_one_load_also_while_the_tier_fails()
    {
        Tier.ReadFailure = Failure;
        var gate = new TaskCompletionSource();
        var loads = 0;
        var callers = Enumerable.Range(0, 20).Select(_ => _cache.GetOrCreateAsync("key", async _ =>
        {
            Interlocked.Increment(ref loads);
            await gate.Task;
            return "loaded";
        }).AsTask()).ToArray();

        gate.SetResult();
        var values = await Task.WhenAll(callers);

        Assert.All(values, value => Assert.Equal("loaded", value));
        Assert.Equal(1, loads);
    }

    [Fact]
    public async Task A_tier_that_works_again_is_used_again()
    {
        Tier.ReadFailure = Failure;
        Tier.CommitFailure = Failure;
        await _cache.GetOrCreateAsync("key", _ => ValueTask.FromResult("first"));

        Tier.ReadFailure = null;
        Tier.CommitFailure = null;
        await _cache.GetOrCreateAsync("key", _ => ValueTask.FromResult("second"));

        Assert.Equal("second", (await _cache.GetAsync<string>("key")).Value);
    }

    [Fact]
    public async Task The_tier_is_disposed_with_the_cache_and_not_with_its_views()
    {
        var cache = _harness.CreateCache();
        await cache.WithPrefix("view").DisposeAsync();
        Assert.False(Tier.IsDisposed);

        await cache.DisposeAsync();

        Assert.True(Tier.IsDisposed);
    }

    [Fact]
    public async Task A_lock_that_cannot_be_released_does_not_keep_the_tier_from_being_disposed()
    {
        var cache = _harness.CreateCache();
        Assert.NotNull(await cache.TryAcquireLockAsync("name", TimeSpan.FromSeconds(10)));
        Tier.ReadFailure = Failure;

        await cache.DisposeAsync();

        Assert.True(Tier.IsDisposed);
    }
}
