using Larder.Tests.Conformance;

namespace Larder.Tests.Loading;

/// <summary>The moments at the beginning and the end of a load in which an invalidation might slip through.</summary>
public sealed class EndOfLoadTests : LoadingTest
{
    [Fact]
    public async Task Who_comes_between_the_storing_of_a_load_and_its_end_does_not_get_what_was_removed_before()
    {
        // The eviction that makes room for the loaded value is told after the value is stored and before the load has ended.
        var cache = Create(options => options.Memory.MaxEntries = 1);
        await cache.SetAsync("other", 0);
        Task<int>? reader = null;
        cache.Events.Evicted += _ =>
        {
            Assert.True(cache.RemoveAsync("key").AsTask().IsCompletedSuccessfully);
            reader = cache.GetOrCreateAsync("key", _ => new ValueTask<int>(2)).AsTask();
        };

        Assert.Equal(1, await Soon.EndsAsync(cache.GetOrCreateAsync("key", _ => new ValueTask<int>(1))));

        Assert.NotNull(reader);
        Assert.Equal(2, await Soon.EndsAsync(reader));
        Assert.Equal(2, (await cache.GetAsync<int>("key")).Value);
    }

    [Fact]
    public async Task Who_comes_between_the_storing_of_a_load_and_its_end_shares_the_load_if_nothing_was_removed()
    {
        var cache = Create(options => options.Memory.MaxEntries = 1);
        await cache.SetAsync("other", 0);
        Task<int>? reader = null;
        cache.Events.Evicted += _ => reader = Task.Run(() => cache.GetOrCreateAsync<int>("key", _ => throw new InvalidOperationException("It is there.")).AsTask());

        Assert.Equal(1, await Soon.EndsAsync(cache.GetOrCreateAsync("key", _ => new ValueTask<int>(1))));

        Assert.Equal(1, await Soon.EndsAsync(reader!));
        Assert.Equal(1, cache.Statistics.Snapshot().Loads);
    }

    [Fact]
    public async Task Who_comes_while_a_load_is_being_stored_waits_and_takes_what_is_there_then()
    {
        var (cache, tier) = CreateOver();
        var isStoring = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        var held = new Held<int>();
        var first = cache.GetOrCreateAsync("key", held.LoadAsync).AsTask();
        await held.BegunAsync;
        tier.BeforeCommit = _ =>
        {
            isStoring.TrySetResult();
            return goOn.Task;
        };
        held.Return(1);
        await Soon.EndsAsync(isStoring.Task);
        var late = Enumerable.Range(0, 10).Select(_ => cache.GetOrCreateAsync<int>("key", _ => throw new InvalidOperationException("It is there.")).AsTask()).ToArray();
        tier.BeforeCommit = null;
        goOn.SetResult();

        Assert.Equal(1, await Soon.EndsAsync(first));
        Assert.All(await Soon.EndsAsync(Task.WhenAll(late)), value => Assert.Equal(1, value));
        Assert.Equal(1, cache.Statistics.Snapshot().Loads);
    }

    [Fact]
    public async Task Who_comes_while_a_load_is_being_stored_does_not_get_what_was_removed_before()
    {
        var (cache, tier) = CreateOver();
        var isStoring = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        var held = new Held<int>();
        var first = cache.GetOrCreateAsync("key", held.LoadAsync).AsTask();
        await held.BegunAsync;
        tier.BeforeCommit = _ =>
        {
            tier.BeforeCommit = null;
            isStoring.SetResult();
            return goOn.Task;
        };
        held.Return(1);
        await Soon.EndsAsync(isStoring.Task);
        await cache.RemoveAsync("key");
        var late = cache.GetOrCreateAsync("key", _ => new ValueTask<int>(2)).AsTask();
        goOn.SetResult();

        Assert.Equal(1, await Soon.EndsAsync(first));
        Assert.Equal(2, await Soon.EndsAsync(late));
        Assert.Equal(2, (await cache.GetAsync<int>("key")).Value);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_load_found_while_it_was_being_removed_is_given_to_nobody(bool isInTransaction)
    {
        var (cache, tier) = CreateOver(options => options.MaxConcurrentLoads = 1);
        var place = new Held<int>();
        var other = cache.GetOrCreateAsync("other", place.LoadAsync).AsTask();
        await place.BegunAsync;
        var first = cache.GetOrCreateAsync("key", _ => new ValueTask<int>(2)).AsTask();
        await cache.SetAsync("key", 1);

        // The removal has read the entry, and is about to be committed.
        var isRemoving = new TaskCompletionSource();
        var remove = new TaskCompletionSource();
        tier.BeforeCommit = _ =>
        {
            tier.BeforeCommit = null;
            isRemoving.SetResult();
            return remove.Task;
        };
        var removal = isInTransaction ? cache.CreateTransaction().Remove("key").CommitAsync().AsTask() : cache.RemoveAsync("key").AsTask();
        await Soon.EndsAsync(isRemoving.Task);

        // The load begins now, asks for its ticket, looks, and finds what is about to go.
        var hasFound = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        var reads = 0;
        tier.AfterRead = key =>
        {
            if (!key.EndsWith(":key", StringComparison.Ordinal) || ++reads < 2)
            {
                return Task.CompletedTask;
            }

            tier.AfterRead = null;
            hasFound.SetResult();
            return goOn.Task;
        };
        place.Return(0);
        await Soon.EndsAsync(other);
        await Soon.EndsAsync(hasFound.Task);
        remove.SetResult();
        Assert.True(await Soon.EndsAsync(removal));

        var late = cache.GetOrCreateAsync<int>("key", _ => throw new InvalidOperationException("The load that has not called its loader yet can be joined.")).AsTask();
        goOn.SetResult();
        Assert.Equal(2, await Soon.EndsAsync(first));
        Assert.Equal(2, await Soon.EndsAsync(late));
    }

    [Fact]
    public async Task Who_comes_while_a_load_is_being_stored_may_go()
    {
        var (cache, tier) = CreateOver();
        var isStoring = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        var held = new Held<int>();
        var first = cache.GetOrCreateAsync("key", held.LoadAsync).AsTask();
        await held.BegunAsync;
        tier.BeforeCommit = _ =>
        {
            isStoring.TrySetResult();
            return goOn.Task;
        };
        held.Return(1);
        await Soon.EndsAsync(isStoring.Task);
        using var source = new CancellationTokenSource();
        var late = cache.GetOrCreateAsync("key", _ => new ValueTask<int>(2), cancellationToken: source.Token).AsTask();
        await source.CancelAsync();

        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Soon.EndsAsync(late));
        Assert.Equal(source.Token, exception.CancellationToken);
        goOn.SetResult();
        Assert.Equal(1, await Soon.EndsAsync(first));
    }

    [Fact]
    public async Task When_the_tier_cannot_store_the_callers_share_one_load_all_the_same()
    {
        var (cache, tier) = CreateOver();
        await cache.RemoveByTagAsync("tag");
        tier.CommitFailure = new CacheException("The tier is down.");
        var held = new Held<int>();
        var callers = Enumerable.Range(0, 50).Select(_ => cache.GetOrCreateAsync("key", held.LoadAsync).AsTask()).ToArray();
        await held.BegunAsync;
        await Soon.TrueAsync(() => cache.Statistics.Snapshot().JoinedLoads == 49);
        held.Return(1);

        Assert.All(await Soon.EndsAsync(Task.WhenAll(callers)), value => Assert.Equal(1, value));
        Assert.Equal(1, held.Calls);
        Assert.True(cache.Statistics.Snapshot().TierErrors > 0);
    }

    [Fact]
    public async Task When_the_tier_cannot_be_read_the_value_is_loaded()
    {
        var (cache, tier) = CreateOver();
        await cache.SetAsync("key", 1);
        tier.ReadFailure = new CacheException("The tier is down.");
        Assert.Equal(2, await cache.GetOrCreateAsync("key", _ => new ValueTask<int>(2)));
        tier.ReadFailure = null;

        Assert.Equal(1, await cache.GetOrCreateAsync("key", _ => new ValueTask<int>(3)));
    }

    [Fact]
    public async Task A_weigher_that_throws_costs_the_caller_nothing_and_leaves_nothing_behind()
    {
        var isBroken = true;
        var cache = Create(options => options.Memory.Weigher = (_, _) => isBroken ? throw new FormatException() : 1);

        Assert.Equal(1, await cache.GetOrCreateAsync("key", _ => new ValueTask<int>(1), new() { Tags = ["tag"] }));
        Assert.False(await cache.ExistsAsync("key"));
        isBroken = false;
        Assert.Equal(2, await cache.GetOrCreateAsync("key", _ => new ValueTask<int>(2), new() { Tags = ["tag"] }));
        Assert.Equal(2, (await cache.GetAsync<int>("key")).Value);
        Assert.Equal(1, cache.Statistics.Snapshot().TierErrors);
    }

    [Fact]
    public async Task A_load_of_many_that_fails_after_one_of_its_keys_was_found_takes_no_tag_from_others()
    {
        // The key is set between the look of the caller and the beginning of the load, while the load waits for a place.
        var cache = Create(options => options.MaxConcurrentLoads = 1);
        CacheEntryOptions options = new() { Tags = ["tag"] };
        var held = new Held<int>();
        var holder = cache.GetOrCreateAsync("holder", held.LoadAsync).AsTask();
        var many = cache.GetOrCreateManyAsync<int>(["a", "b"], static (_, _) => throw new FormatException(), options).AsTask();
        await cache.SetAsync("a", 1, options);
        held.Return(1);
        await Soon.EndsAsync(holder);
        await Assert.ThrowsAsync<FormatException>(() => Soon.EndsAsync(many));

        // Sweeps forget tags that nothing refers to; this one is referred to by the entry.
        await cache.RemoveByTagAsync("unrelated");
        Clock.Advance(TimeSpan.FromMinutes(2));
        await cache.RemoveByTagAsync("tag");
        Assert.False(await cache.ExistsAsync("a"));
    }

    [Fact]
    public async Task A_look_that_ends_together_with_the_soft_timeout_yields_the_loaded_value_or_the_stale_one()
    {
        var options = Policy(TimeSpan.FromSeconds(1), new CachePolicy { MaxStale = TimeSpan.FromHours(1), SoftTimeout = TimeSpan.FromSeconds(1), FailurePause = TimeSpan.FromHours(1) });
        for (var i = 0; i < 100; i++)
        {
            var key = $"{i}";
            await Cache.SetAsync(key, 1, options);
            Clock.Advance(TimeSpan.FromSeconds(1));
            var held = new Held<int>();
            var caller = Begin(key, held, options);
            await Task.WhenAll(Task.Run(() => held.Return(2)), Task.Run(() => Clock.Advance(TimeSpan.FromSeconds(1))));

            Assert.InRange(await Soon.EndsAsync(caller), 1, 2);
            await Soon.TrueAsync(() => Statistics.Entries == i + 1);
        }

        Assert.Equal((100, 0), (Statistics.Loads, Statistics.LoadFailures));
    }

    private (ICache Cache, BytesTier Tier) CreateOver(Action<CacheOptions>? configure = null)
    {
        var tier = new BytesTier(Clock);
        var cache = Larder.Cache.Over(tier, options =>
        {
            options.TimeProvider = Clock;
            configure?.Invoke(options);
        });
        return (cache, tier);
    }
}
