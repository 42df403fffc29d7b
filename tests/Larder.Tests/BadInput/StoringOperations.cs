namespace Larder.Tests.BadInput;

/// <summary>Every operation that takes options of an entry, by name.</summary>
public static class StoringOperations
{
    private static readonly IReadOnlyDictionary<string, Func<ICache, CacheEntryOptions, Task>> s_operations = new Dictionary<string, Func<ICache, CacheEntryOptions, Task>>
    {
        ["GetOrCreate with state"] = (cache, options) => cache.GetOrCreateAsync("key", 1, static (state, _, _) => new ValueTask<int>(state), options).AsTask(),
        ["GetOrCreate"] = (cache, options) => cache.GetOrCreateAsync("key", static _ => new ValueTask<int>(1), options).AsTask(),
        ["GetOrCreateResult"] = (cache, options) => cache.GetOrCreateResultAsync("key", 1, static (state, _, _) => new ValueTask<int>(state), options).AsTask(),
        ["Refresh"] = (cache, options) => cache.RefreshAsync("key", static _ => new ValueTask<int>(1), options).AsTask(),
        ["Set"] = (cache, options) => cache.SetAsync("key", 1, options).AsTask(),
        ["Add"] = (cache, options) => cache.AddAsync("key", 1, options).AsTask(),
        ["Replace"] = (cache, options) => cache.ReplaceAsync("key", 1, options).AsTask(),
        ["Exchange"] = (cache, options) => cache.ExchangeAsync("key", 1, options).AsTask(),
        ["CompareAndSet"] = (cache, options) => cache.CompareAndSetAsync("key", 1, 0, options).AsTask(),
        ["Update"] = (cache, options) => cache.UpdateAsync<int>("key", static _ => 1, options).AsTask(),
        ["Increment"] = (cache, options) => cache.IncrementAsync("key", 1, options).AsTask(),
        ["Decrement"] = (cache, options) => cache.DecrementAsync("key", 1, options).AsTask(),
        ["GetOrCreateMany"] = (cache, options) => cache.GetOrCreateManyAsync<int>(["key"], LoadOnesAsync, options).AsTask(),
        ["SetMany"] = (cache, options) => cache.SetManyAsync<int>([new("key", 1)], options).AsTask(),
        ["Transaction.Set"] = (cache, options) => cache.CreateTransaction().Set("key", 1, options).CommitAsync().AsTask(),
        ["typed GetOrCreate"] = (cache, options) => cache.For<int>().GetOrCreateAsync("key", static _ => new ValueTask<int>(1), options).AsTask(),
        ["typed Set"] = (cache, options) => cache.For<int>().SetAsync("key", 1, options).AsTask(),
    };

    public static TheoryData<string> Names => new(s_operations.Keys);

    /// <summary>Runs an operation; what it throws, at the call or later, comes out of the task.</summary>
    public static async Task RunAsync(string name, ICache cache, CacheEntryOptions options) => await s_operations[name](cache, options);

    private static ValueTask<IReadOnlyDictionary<string, int>> LoadOnesAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        new(keys.ToDictionary(key => key, _ => 1));
}
