using Larder.Tests.Allocation;
using Microsoft.Extensions.Caching.Hybrid;

namespace Larder.Tests.Adapters;

/// <summary>A hit of a hybrid cache in memory allocates nothing, if the value is one that can be shared.</summary>
[Collection(AllocationCollection.Name)]
public sealed class HybridAllocationTests : IAsyncDisposable
{
    private static readonly string[] s_tags = ["a", "b"];
    private static readonly HybridCacheEntryOptions s_options = new() { Expiration = TimeSpan.FromMinutes(1), Flags = HybridCacheEntryFlags.DisableCompression };

    private readonly ICache _cache = Cache.InMemory(options => options.Copy = CopyMode.WhenMutable);
    private readonly HybridCache _hybrid;
    private readonly int _id = 42;

    public HybridAllocationTests() => _hybrid = _cache.AsHybridCache();

    public ValueTask DisposeAsync() => _cache.DisposeAsync();

    [Fact]
    public async Task With_a_string_for_a_key()
    {
        await _hybrid.SetAsync("user:42", "value");
        await Allocated.AtMostAsync(0, () => Take(_hybrid.GetOrCreateAsync("user:42", _id, static (_, _) => new ValueTask<string>("loaded"))));
    }

    [Fact]
    public async Task With_a_span_for_a_key()
    {
        await _hybrid.SetAsync("user:42", "value");
        await Allocated.AtMostAsync(0, () => Take(_hybrid.GetOrCreateAsync("GET user:42".AsSpan(4), _id, static (_, _) => new ValueTask<string>("loaded"))));
    }

    [Fact]
    public async Task With_an_interpolated_key()
    {
        await _hybrid.SetAsync("user:42", "value");
        await Allocated.AtMostAsync(0, () => Take(_hybrid.GetOrCreateAsync($"user:{_id}", _id, static (_, _) => new ValueTask<string>("loaded"))));
    }

    [Fact]
    public async Task With_options_and_tags()
    {
        await _hybrid.SetAsync("user:42", "value", s_options, s_tags);
        await Allocated.AtMostAsync(0, () => Take(_hybrid.GetOrCreateAsync("user:42".AsSpan(), _id, static (_, _) => new ValueTask<string>("loaded"), s_options, s_tags)));
    }

    [Fact]
    public async Task Of_a_value_type()
    {
        await _hybrid.SetAsync("number", 42);
        await Allocated.AtMostAsync(0, () => Take(_hybrid.GetOrCreateAsync("number", 1, static (_, _) => new ValueTask<int>(0))));
    }

    private static void Take<T>(ValueTask<T> call)
    {
        if (!call.IsCompletedSuccessfully || call.Result is null or "loaded" or 0)
        {
            throw new InvalidOperationException("Not a hit.");
        }
    }
}
