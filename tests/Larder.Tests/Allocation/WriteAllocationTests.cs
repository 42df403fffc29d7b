using System.Globalization;

namespace Larder.Tests.Allocation;

/// <summary>What writes allocate: nothing beside the caller's own key and value once there is room. Bounds are for 64 bits.</summary>
[Collection(AllocationCollection.Name)]
public sealed class WriteAllocationTests : IAsyncDisposable
{
    private const int BoxedInteger = 24;

    private readonly ICache _cache = Cache.InMemory();
    private readonly object _value = new();

    public ValueTask DisposeAsync() => _cache.DisposeAsync();

    [Fact]
    public Task Overwriting_a_key_allocates_nothing() => Allocated.AtMostAsync(0, () => Complete(_cache.SetAsync("user:42", _value)));

    [Fact]
    public Task Overwriting_with_a_time_to_live_given_at_the_call_allocates_nothing() =>
        Allocated.AtMostAsync(0, () => Complete(_cache.SetAsync("user:42", _value, TimeSpan.FromMinutes(1))));

    [Fact]
    public Task Overwriting_through_a_typed_view_allocates_nothing()
    {
        var typed = _cache.For<object>();
        return Allocated.AtMostAsync(0, () => Complete(typed.SetAsync("user:42", _value)));
    }

    [Fact]
    public Task Overwriting_a_value_type_allocates_its_box() => Allocated.AtMostAsync(BoxedInteger, () => Complete(_cache.SetAsync("user:42", 42)));

    [Fact]
    public Task Overwriting_through_an_interpolated_key_allocates_its_string()
    {
        var id = 42;
        return Allocated.AtMostAsync(40, () => Complete(_cache.SetAsync($"user:{id}", _value)));
    }

    [Theory]
    [InlineData(EvictionPolicy.TinyLfu)]
    [InlineData(EvictionPolicy.Lru)]
    public async Task Inserting_at_the_limit_of_entries_allocates_nothing(EvictionPolicy eviction)
    {
        await using var cache = Cache.InMemory(options => (options.Memory.MaxEntries, options.Memory.Eviction) = (1_000, eviction));
        await AssertInsertsAllocateNothingAsync(cache);
        Assert.True(cache.Statistics.Snapshot().EntryLimitEvictions > 10_000);
    }

    [Fact]
    public async Task Inserting_at_the_limit_of_bytes_allocates_nothing()
    {
        await using var cache = Cache.InMemory(options => (options.Memory.MaxBytes, options.Memory.Weigher) = (100_000, static (_, _) => 100));
        await AssertInsertsAllocateNothingAsync(cache);
        Assert.True(cache.Statistics.Snapshot().ByteLimitEvictions > 10_000);
    }

    [Fact]
    public Task Adding_and_removing_allocates_nothing() => Allocated.AtMostAsync(0, () =>
    {
        Assert.True(_cache.AddAsync("user:42", _value).Result);
        Assert.True(_cache.RemoveAsync("user:42").Result);
    });

    [Fact]
    public Task Incrementing_a_counter_allocates_its_box() =>
        Allocated.AtMostAsync(BoxedInteger, () => GC.KeepAlive(_cache.IncrementAsync("counter").IsCompletedSuccessfully));

    [Fact]
    public async Task A_miss_whose_loader_answers_at_once_allocates_what_belongs_to_the_load()
    {
        await using var cache = Cache.InMemory(options => options.Memory.MaxEntries = 1_000);
        var next = EndlessKeys();
        await Allocated.AtMostAsync(528, () =>
        {
            var loaded = cache.GetOrCreateAsync(next(), _value, static (value, _, _) => new ValueTask<object>(value));
            Assert.True(loaded.IsCompletedSuccessfully);
        });
        Assert.True(cache.Statistics.Snapshot() is { Misses: > 10_000, FreshHits: 0 });
    }

    private static Task AssertInsertsAllocateNothingAsync(ICache cache)
    {
        var value = new object();
        var next = EndlessKeys();
        return Allocated.AtMostAsync(0, () => Complete(cache.SetAsync(next(), value)));
    }

    /// <summary>Makes keys that were not in use for so long that they are evicted when their turn comes again.</summary>
    private static Func<string> EndlessKeys()
    {
        var keys = Enumerable.Range(0, 30_011).Select(id => id.ToString(CultureInfo.InvariantCulture)).ToArray();
        var at = 0;
        return () => keys[at = (at + 1) % keys.Length];
    }

    private static void Complete(ValueTask write)
    {
        if (!write.IsCompletedSuccessfully)
        {
            throw new InvalidOperationException("A write to memory completes at once.");
        }
    }
}
