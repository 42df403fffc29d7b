namespace Larder.Tests.Allocation;

/// <summary>A hit in memory allocates nothing, however it is asked for.</summary>
[Collection(AllocationCollection.Name)]
public sealed class HitAllocationTests : IAsyncDisposable
{
    private static readonly string[] s_tags = ["a", "b", "c"];

    private readonly ICache _cache = Cache.InMemory();
    private readonly int _id = 42;

    public ValueTask DisposeAsync() => _cache.DisposeAsync();

    [Fact]
    [Ledger(189)]
    public async Task Of_get_or_create_with_a_static_loader_and_state()
    {
        await SetAsync(_cache);
        await AssertNoneAsync(() => _cache.GetOrCreateAsync("user:42", _id, static (id, _, _) => new ValueTask<string>($"loaded {id}")));
    }

    [Fact]
    public async Task Of_get_or_create_with_a_static_loader()
    {
        await SetAsync(_cache);
        await AssertNoneAsync(() => _cache.GetOrCreateAsync("user:42", static _ => new ValueTask<string>("loaded")));
    }

    [Fact]
    public async Task Of_get_or_create_with_its_result()
    {
        await SetAsync(_cache);
        await Allocated.AtMostAsync(0, () =>
            Check(_cache.GetOrCreateResultAsync("user:42", _id, static (id, _, _) => new ValueTask<string>($"loaded {id}"))));
    }

    [Fact]
    [Ledger(188)]
    public async Task Of_get()
    {
        await SetAsync(_cache);
        await AssertNoneAsync(() => _cache.GetAsync<string>("user:42"));
    }

    [Fact]
    public async Task Of_get_through_a_typed_view()
    {
        await SetAsync(_cache);
        var typed = _cache.For<string>();
        await AssertNoneAsync(() => typed.GetAsync("user:42"));
    }

    [Fact]
    public async Task Of_get_through_a_view_with_a_prefix()
    {
        var view = _cache.WithPrefix("tenant:7");
        await SetAsync(view);
        await AssertNoneAsync(() => view.GetAsync<string>("user:42"));
        await AssertNoneAsync(() => view.GetOrCreateAsync("user:42", _id, static (id, _, _) => new ValueTask<string>($"loaded {id}")));
    }

    [Fact]
    public async Task Of_an_entry_with_three_tags()
    {
        await _cache.SetAsync("user:42", "value", new() { Tags = s_tags });
        await AssertNoneAsync(() => _cache.GetAsync<string>("user:42"));
        await AssertNoneAsync(() => _cache.GetOrCreateAsync("user:42", _id, static (id, _, _) => new ValueTask<string>($"loaded {id}"), new() { Tags = s_tags }));
    }

    [Fact]
    public async Task With_a_time_to_live_given_at_the_call()
    {
        await SetAsync(_cache);
        await AssertNoneAsync(() => _cache.GetOrCreateAsync("user:42", _id, static (id, _, _) => new ValueTask<string>($"loaded {id}"), TimeSpan.FromMinutes(5)));
    }

    [Fact]
    public async Task With_a_policy_given_at_the_call()
    {
        await SetAsync(_cache);
        var policy = new CachePolicy { TimeToLive = TimeSpan.FromMinutes(5), EarlyRefresh = EarlyRefresh.AfterFraction(0.8) };
        await AssertNoneAsync(() => _cache.GetOrCreateAsync("user:42", _id, static (id, _, _) => new ValueTask<string>($"loaded {id}"), policy));
    }

    [Fact]
    [Ledger(72)]
    public async Task With_an_interpolated_key()
    {
        await SetAsync(_cache);
        await AssertNoneAsync(() => _cache.GetAsync<string>($"user:{_id}"));
        await AssertNoneAsync(() => _cache.GetOrCreateAsync($"user:{_id}", _id, static (id, _, _) => new ValueTask<string>($"loaded {id}")));
    }

    [Fact]
    public async Task With_an_interpolated_key_of_many_parts()
    {
        await _cache.SetAsync("a:7f5cd5b4-3d3d-4a67-9e56-0d7f2c1f0a11:002A:Monday:1.5", "value");
        var id = new Guid("7f5cd5b4-3d3d-4a67-9e56-0d7f2c1f0a11");
        await AssertNoneAsync(() => _cache.GetAsync<string>($"{"a"}:{id}:{_id:X4}:{"Monday"}:{1.5}"));
    }

    [Fact]
    public async Task With_an_interpolated_key_in_a_view_with_a_prefix()
    {
        var view = _cache.WithPrefix("tenant:7");
        await SetAsync(view);
        await AssertNoneAsync(() => view.GetAsync<string>($"user:{_id}"));
        await AssertNoneAsync(() => view.GetOrCreateAsync($"user:{_id}", _id, static (id, _, _) => new ValueTask<string>($"loaded {id}")));
    }

    [Fact]
    public async Task With_a_span_for_a_key()
    {
        await SetAsync(_cache);
        await AssertNoneAsync(() => _cache.GetAsync<string>("GET user:42".AsSpan(4)));
    }

    [Fact]
    public async Task Of_a_value_type()
    {
        await _cache.SetAsync("number", 42);
        await _cache.SetAsync("moment", DateTimeOffset.UnixEpoch);
        await Allocated.AtMostAsync(0, () => Check(_cache.GetAsync<int>("number")));
        await Allocated.AtMostAsync(0, () => Check(_cache.GetAsync<DateTimeOffset>("moment")));
        await Allocated.AtMostAsync(0, () => Take(_cache.GetOrCreateAsync("number", 1, static (_, _, _) => new ValueTask<int>(0))));
    }

    [Fact]
    public async Task Of_try_get()
    {
        await SetAsync(_cache);
        await _cache.SetAsync("number", 42);
        var view = _cache.WithPrefix("tenant:7");
        await SetAsync(view);
        await Allocated.AtMostAsync(0, () => Assert.True(_cache.TryGet<string>("user:42", out _)));
        await Allocated.AtMostAsync(0, () => Assert.True(_cache.TryGet<int>("number", out _)));
        await Allocated.AtMostAsync(0, () => Assert.True(view.TryGet<string>($"user:{_id}", out _)));
    }

    [Fact]
    public async Task Of_a_sliding_entry()
    {
        await _cache.SetAsync("user:42", "value", new CachePolicy { SlidingExpiration = TimeSpan.FromMinutes(5) });
        await AssertNoneAsync(() => _cache.GetAsync<string>("user:42"));
    }

    [Fact]
    public async Task Of_a_stale_entry_that_was_invalidated_lazily()
    {
        await SetAsync(_cache);
        await _cache.InvalidateAsync(new InvalidationGroup().AddKeys("user:42"), InvalidationMode.Lazy);
        await AssertNoneAsync(() => _cache.GetAsync<string>($"user:{_id}"));
    }

    [Fact]
    public async Task Of_asking_whether_an_entry_is_there_with_a_string()
    {
        await SetAsync(_cache);
        await Allocated.AtMostAsync(0, () => Assert.True(_cache.ExistsAsync("user:42").Result));
    }

    [Fact]
    public async Task Of_none_which_is_a_miss_by_a_string()
    {
        await Allocated.AtMostAsync(0, () => Assert.False(_cache.TryGet<string>("absent", out _)));
        await Allocated.AtMostAsync(0, () => Assert.False(_cache.GetAsync<string>("absent").Result.HasValue));
    }

    [Fact]
    public void What_allocates_is_noticed() => Assert.True(Allocated.ByOneCall(() => GC.KeepAlive(new object())) >= 24);

    private static Task AssertNoneAsync(Func<ValueTask<CacheResult<string>>> call) => Allocated.AtMostAsync(0, () => Check(call()));

    private static Task AssertNoneAsync(Func<ValueTask<string>> call) => Allocated.AtMostAsync(0, () => Take(call()));

    private static void Check<T>(ValueTask<CacheResult<T>> call)
    {
        if (!call.IsCompletedSuccessfully || !call.Result.HasValue)
        {
            throw new InvalidOperationException("Not a hit.");
        }
    }

    private static void Take<T>(ValueTask<T> call)
    {
        if (!call.IsCompletedSuccessfully || call.Result is null or "loaded 42" or "loaded")
        {
            throw new InvalidOperationException("Not a hit.");
        }
    }

    private static ValueTask SetAsync(ICache cache) => cache.SetAsync("user:42", "value");
}
