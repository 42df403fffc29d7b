namespace Larder.Tests.Statistics;

/// <summary>What each way to read counts, exactly.</summary>
public sealed class ReadCountTests : MemoryTest
{
    public static TheoryData<string> Reads => new(s_reads.Keys);

    private static readonly IReadOnlyDictionary<string, Func<ICache, string, Task>> s_reads = new Dictionary<string, Func<ICache, string, Task>>
    {
        ["TryGet"] = (cache, key) => Task.FromResult(cache.TryGet<int>(key, out _)),
        ["Get"] = (cache, key) => cache.GetAsync<int>(key).AsTask(),
        ["GetMany"] = (cache, key) => cache.GetManyAsync<int>([key]).AsTask(),
        ["GetOrCreate"] = (cache, key) => cache.GetOrCreateAsync(key, static _ => new ValueTask<int>(1)).AsTask(),
        ["GetOrCreateResult"] = (cache, key) => cache.GetOrCreateResultAsync(key, 0, static (_, _, _) => new ValueTask<int>(1)).AsTask(),
        ["GetOrCreateMany"] = (cache, key) => cache.GetOrCreateManyAsync<int>([key], static (keys, _) =>
            new ValueTask<IReadOnlyDictionary<string, int>>(keys.ToDictionary(key => key, _ => 1))).AsTask(),
        ["of a view"] = (cache, key) => cache.WithPrefix("view").GetAsync<int>(key).AsTask(),
        ["of a typed view"] = (cache, key) => cache.For<int>().GetAsync(key).AsTask(),
    };

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task A_value_that_is_there_counts_one_fresh_hit_and_nothing_else(string read)
    {
        await SetAsync(1);
        var before = Cache.Statistics.Snapshot();
        await s_reads[read](Cache, "key");
        Assert.Equal(before with { FreshHits = 1 }, Cache.Statistics.Snapshot());
    }

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task A_value_that_is_absent_counts_one_miss(string read)
    {
        await s_reads[read](Cache, "key");
        var statistics = Cache.Statistics.Snapshot();
        Assert.Equal((1, 0, 0), (statistics.Misses, statistics.Hits, statistics.TypeMismatches));
        Assert.Equal(read.StartsWith("GetOrCreate", StringComparison.Ordinal) ? 1 : 0, statistics.Loads);
        Assert.Equal(0, statistics.Sets);
    }

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task A_value_of_another_type_counts_one_miss_and_one_mismatch(string read)
    {
        await SetAsync("text");
        await s_reads[read](Cache, "key");
        var statistics = Cache.Statistics.Snapshot();
        Assert.Equal((1, 0, 1), (statistics.Misses, statistics.Hits, statistics.TypeMismatches));
    }

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task A_value_that_was_invalidated_lazily_counts_one_stale_hit(string read)
    {
        await SetAsync(1);
        await Cache.InvalidateAsync(new InvalidationGroup().AddKeys("key", "view:key"), InvalidationMode.Lazy);
        await s_reads[read](Cache, "key");
        var statistics = Cache.Statistics.Snapshot();
        Assert.Equal((0, 1, 0), (statistics.FreshHits, statistics.StaleHits, statistics.Misses));
    }

    [Theory]
    [InlineData("the load takes too long")]
    [InlineData("the load fails")]
    [InlineData("a load has failed a moment ago")]
    [InlineData("it is loaded in the background")]
    public async Task A_value_from_the_reserve_counts_one_stale_hit(string why)
    {
        CacheEntryOptions options = new()
        {
            TimeToLive = TimeSpan.FromMinutes(1),
            Policy = new CachePolicy
            {
                MaxStale = TimeSpan.FromHours(1), SoftTimeout = TimeSpan.FromSeconds(2), FailurePause = TimeSpan.FromMinutes(1), StaleWhileRevalidate = why == "it is loaded in the background",
            },
        };
        var load = new TaskCompletionSource<int>();
        await Cache.SetAsync("key", 1, options);
        Clock.Advance(TimeSpan.FromMinutes(2));
        if (why.Contains("fail", StringComparison.Ordinal))
        {
            load.SetException(new InvalidDataException());
        }

        if (why == "a load has failed a moment ago")
        {
            Assert.Equal(1, await ReadAsync());
        }

        var before = Cache.Statistics.Snapshot();
        var read = ReadAsync();
        if (why == "the load takes too long")
        {
            Clock.Advance(TimeSpan.FromSeconds(2));
        }

        Assert.Equal(1, await read);
        var after = Cache.Statistics.Snapshot();
        Assert.Equal((1, 0, 0), (after.StaleHits - before.StaleHits, after.FreshHits - before.FreshHits, after.Misses - before.Misses));

        Task<int> ReadAsync() => Cache.GetOrCreateAsync("key", _ => new ValueTask<int>(load.Task), options).AsTask();
    }

    [Theory]
    [MemberData(nameof(Reads))]
    public async Task A_stored_number_that_converts_counts_one_fresh_hit(string read)
    {
        await SetAsync(1L);
        await s_reads[read](Cache, "key");
        Assert.Equal((1, 0), (Cache.Statistics.Snapshot().FreshHits, Cache.Statistics.Snapshot().Misses));
    }

    [Fact]
    public async Task Peeking_asking_and_listing_count_nothing()
    {
        await Cache.SetAsync("key", 1);
        var before = Cache.Statistics.Snapshot();
        await Cache.PeekAsync<int>("key");
        await Cache.PeekAsync<string>("key");
        await Cache.PeekAsync<int>("absent");
        await Cache.ExistsAsync("absent");
        await Cache.GetTimeToLiveAsync("key");
        await Cache.CountAsync();
        await foreach (var _ in Cache.KeysAsync())
        {
        }

        Assert.Equal(before, Cache.Statistics.Snapshot());
    }

    [Fact]
    public async Task A_cancelled_read_counts_nothing()
    {
        await Cache.SetAsync("key", 1);
        var before = Cache.Statistics.Snapshot();
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Cache.GetAsync<int>("key", cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Cache.GetAsync<int>("absent", cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Cache.GetOrCreateAsync("absent", static _ => new ValueTask<int>(1), default, cancelled));
        Assert.Equal(before, Cache.Statistics.Snapshot());
    }

    [Fact]
    public async Task Ten_callers_of_one_load_count_ten_misses_and_nine_joined()
    {
        var loading = new TaskCompletionSource<int>();
        var callers = Enumerable.Range(0, 10).Select(_ => Cache.GetOrCreateAsync("key", _ => new ValueTask<int>(loading.Task)).AsTask()).ToArray();
        loading.SetResult(7);
        Assert.All(await Task.WhenAll(callers), value => Assert.Equal(7, value));

        var statistics = Cache.Statistics.Snapshot();
        Assert.Equal((10, 1, 9, 9), (statistics.Misses, statistics.Loads, statistics.JoinedLoads, statistics.LoadsAvoided));
    }

    [Fact]
    public async Task A_load_that_fails_counts_a_miss_a_load_and_a_failure()
    {
        await Assert.ThrowsAsync<FormatException>(async () => await Cache.GetOrCreateAsync<int>("key", static _ => throw new FormatException()));
        var statistics = Cache.Statistics.Snapshot();
        Assert.Equal((1, 1, 1, 0), (statistics.Misses, statistics.Loads, statistics.LoadFailures, statistics.LoadTimeouts));
    }

    [Fact]
    public async Task A_load_that_takes_too_long_counts_a_timeout_and_no_failure()
    {
        var loading = new TaskCompletionSource<int>();
        var call = Cache.GetOrCreateAsync("key", _ => new ValueTask<int>(loading.Task)).AsTask();
        Clock.Advance(TimeSpan.FromSeconds(30));
        await Assert.ThrowsAsync<LoadTimeoutException>(() => call);
        loading.SetResult(1);
        var statistics = Cache.Statistics.Snapshot();
        Assert.Equal((1, 1, 0, 1), (statistics.Misses, statistics.Loads, statistics.LoadFailures, statistics.LoadTimeouts));
    }

    [Fact]
    public async Task A_load_that_was_overtaken_counts_as_discarded()
    {
        var loading = new TaskCompletionSource<int>();
        var call = Cache.GetOrCreateAsync("key", _ => new ValueTask<int>(loading.Task)).AsTask();
        await Cache.RemoveAsync("key");
        loading.SetResult(1);
        Assert.Equal(1, await call);
        Assert.Equal(1, Cache.Statistics.Snapshot().DiscardedLoads);
        Assert.Equal(0, Cache.Statistics.Snapshot().Removes);
    }

    [Fact]
    public async Task A_cache_that_is_switched_off_counts_misses()
    {
        var cache = CreateCache(options => options.Enabled = false);
        await cache.SetAsync("key", 1);
        await cache.GetAsync<int>("key");
        await cache.GetOrCreateAsync("key", static _ => new ValueTask<int>(1));
        Assert.False(cache.TryGet<int>("key", out _));
        var statistics = cache.Statistics.Snapshot();
        Assert.Equal((3, 0, 1, 0), (statistics.Misses, statistics.Hits, statistics.Loads, statistics.Entries));
    }

    private async Task SetAsync<T>(T value)
    {
        await Cache.SetAsync("key", value);
        await Cache.SetAsync("view:key", value);
    }
}
