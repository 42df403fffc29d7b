namespace Larder.Tests.BadInput;

/// <summary>Every operation that takes a key, by name, so that what holds of all is tested of all.</summary>
public static class KeyedOperations
{
    private static readonly IReadOnlyDictionary<string, Func<ICache, string, Task>> s_operations = new Dictionary<string, Func<ICache, string, Task>>
    {
        ["TryGet"] = (cache, key) => Task.FromResult(cache.TryGet<int>(key, out _)),
        ["Get"] = (cache, key) => cache.GetAsync<int>(key).AsTask(),
        ["Peek"] = (cache, key) => cache.PeekAsync<int>(key).AsTask(),
        ["GetOrCreate with state"] = (cache, key) => cache.GetOrCreateAsync(key, 1, static (state, _, _) => new ValueTask<int>(state)).AsTask(),
        ["GetOrCreate"] = (cache, key) => cache.GetOrCreateAsync(key, static _ => new ValueTask<int>(1)).AsTask(),
        ["GetOrCreate of a task"] = (cache, key) => cache.GetOrCreateAsync(key, static _ => Task.FromResult(1)).AsTask(),
        ["GetOrCreateResult"] = (cache, key) => cache.GetOrCreateResultAsync(key, 1, static (state, _, _) => new ValueTask<int>(state)).AsTask(),
        ["Refresh with state"] = (cache, key) => cache.RefreshAsync(key, 1, static (state, _, _) => new ValueTask<int>(state)).AsTask(),
        ["Refresh"] = (cache, key) => cache.RefreshAsync(key, static _ => new ValueTask<int>(1)).AsTask(),
        ["Set"] = (cache, key) => cache.SetAsync(key, 1).AsTask(),
        ["Add"] = (cache, key) => cache.AddAsync(key, 1).AsTask(),
        ["Replace"] = (cache, key) => cache.ReplaceAsync(key, 1).AsTask(),
        ["Exchange"] = (cache, key) => cache.ExchangeAsync(key, 1).AsTask(),
        ["CompareAndSet"] = (cache, key) => cache.CompareAndSetAsync(key, 1, 0).AsTask(),
        ["CompareAndRemove"] = (cache, key) => cache.CompareAndRemoveAsync(key, 0).AsTask(),
        ["Update"] = (cache, key) => cache.UpdateAsync<int>(key, static _ => 1).AsTask(),
        ["Remove"] = (cache, key) => cache.RemoveAsync(key).AsTask(),
        ["Exists"] = (cache, key) => cache.ExistsAsync(key).AsTask(),
        ["GetTimeToLive"] = (cache, key) => cache.GetTimeToLiveAsync(key).AsTask(),
        ["Expire"] = (cache, key) => cache.ExpireAsync(key, CacheTtl.Short).AsTask(),
        ["Persist"] = (cache, key) => cache.PersistAsync(key).AsTask(),
        ["Increment"] = (cache, key) => cache.IncrementAsync(key).AsTask(),
        ["Decrement"] = (cache, key) => cache.DecrementAsync(key).AsTask(),
        ["GetMany"] = (cache, key) => cache.GetManyAsync<int>(["good", key]).AsTask(),
        ["GetOrCreateMany"] = (cache, key) => cache.GetOrCreateManyAsync<int>(["good", key], LoadNoneAsync).AsTask(),
        ["SetMany"] = (cache, key) => cache.SetManyAsync<int>([new("good", 1), new(key, 1)]).AsTask(),
        ["RemoveMany"] = (cache, key) => cache.RemoveManyAsync(["good", key]).AsTask(),
        ["Invalidate"] = (cache, key) => cache.InvalidateAsync(new InvalidationGroup().AddKeys("good", key)).AsTask(),
        ["TryAcquireLock"] = async (cache, key) => await (await cache.TryAcquireLockAsync(key, CacheTtl.Short))!.ReleaseAsync(),
        ["AcquireLock"] = async (cache, key) => await (await cache.AcquireLockAsync(key, CacheTtl.Short, CacheTtl.Short)).ReleaseAsync(),
        ["Transaction.RequireAbsent"] = (cache, key) => cache.CreateTransaction().RequireAbsent(key).CommitAsync().AsTask(),
        ["Transaction.RequirePresent"] = (cache, key) => cache.CreateTransaction().RequirePresent(key).CommitAsync().AsTask(),
        ["Transaction.RequireVersion"] = (cache, key) => cache.CreateTransaction().RequireVersion(key, 1).CommitAsync().AsTask(),
        ["Transaction.Set"] = (cache, key) => cache.CreateTransaction().Set(key, 1).CommitAsync().AsTask(),
        ["Transaction.Remove"] = (cache, key) => cache.CreateTransaction().Remove(key).CommitAsync().AsTask(),
        ["typed TryGet"] = (cache, key) => Task.FromResult(cache.For<int>().TryGet(key, out _)),
        ["typed Get"] = (cache, key) => cache.For<int>().GetAsync(key).AsTask(),
        ["typed GetOrCreate"] = (cache, key) => cache.For<int>().GetOrCreateAsync(key, static _ => new ValueTask<int>(1)).AsTask(),
        ["typed Set"] = (cache, key) => cache.For<int>().SetAsync(key, 1).AsTask(),
        ["typed Remove"] = (cache, key) => cache.For<int>().RemoveAsync(key).AsTask(),
        ["typed GetMany"] = (cache, key) => cache.For<int>().GetManyAsync(["good", key]).AsTask(),
        ["typed SetMany"] = (cache, key) => cache.For<int>().SetManyAsync([new(key, 1)]).AsTask(),
    };

    public static TheoryData<string> Names => new(s_operations.Keys);

    /// <summary>Runs an operation; what it throws, at the call or later, comes out of the task.</summary>
    public static async Task RunAsync(string name, ICache cache, string key) => await s_operations[name](cache, key);

    private static ValueTask<IReadOnlyDictionary<string, int>> LoadNoneAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        new(new Dictionary<string, int>());
}
