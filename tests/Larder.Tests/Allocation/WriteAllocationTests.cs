namespace Larder.Tests.Allocation;

/// <summary>What writes allocate: the entry and what it needs to be found, and no more. The bounds are for 64 bits, and leave room for the runtime's changes.</summary>
[Collection(AllocationCollection.Name)]
public sealed class WriteAllocationTests : IAsyncDisposable
{
    private readonly ICache _cache = Cache.InMemory();

    public ValueTask DisposeAsync() => _cache.DisposeAsync();

    [Fact]
    public Task Overwriting_a_key_with_a_value_that_is_there_already()
    {
        var value = new object();
        return Allocated.AtMostAsync(320, () => Complete(_cache.SetAsync("user:42", value)));
    }

    [Fact]
    public Task Overwriting_with_a_time_to_live_given_at_the_call()
    {
        var value = new object();
        return Allocated.AtMostAsync(320, () => Complete(_cache.SetAsync("user:42", value, TimeSpan.FromMinutes(1))));
    }

    [Fact]
    public Task Overwriting_through_an_interpolated_key_makes_its_string_besides()
    {
        var value = new object();
        var id = 42;
        return Allocated.AtMostAsync(368, () => Complete(_cache.SetAsync($"user:{id}", value)));
    }

    [Fact]
    public Task Incrementing_a_counter()
    {
        return Allocated.AtMostAsync(320, () => GC.KeepAlive(_cache.IncrementAsync("counter").IsCompletedSuccessfully));
    }

    private static void Complete(ValueTask write)
    {
        if (!write.IsCompletedSuccessfully)
        {
            throw new InvalidOperationException("A write to memory completes at once.");
        }
    }
}
