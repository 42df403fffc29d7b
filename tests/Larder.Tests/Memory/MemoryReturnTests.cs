using System.Globalization;
using Larder.Testing;
using Larder.Tests.Loading;
using Larder.Tests.Memory.Integrity;

namespace Larder.Tests.Memory;

/// <summary>
/// What a cache has taken it gives back. Compared are the bytes on the managed heap of the whole process after a full collection: with the cache
/// made, used once and empty; full; and empty again. By itself, so that nobody else allocates meanwhile.
/// </summary>
[Collection(AloneCollection.Name)]
[Trait("Category", "Slow")]
public sealed class MemoryReturnTests
{
    private const int Count = 1_000_000;

    /// <summary>Key, value and place together take more than this each; a test that saw less would have measured nothing.</summary>
    private const long FullAtLeast = Count * 100L;

    private readonly FakeTimeProvider _clock = new();

    [Theory]
    [Ledger(81)]
    [LedgerFault(44)]
    [Trait("Scenario", "S26")]
    [InlineData(EvictionPolicy.TinyLfu)]
    [InlineData(EvictionPolicy.Lru)]
    public Task A_million_expired_entries_that_nobody_reads_are_gone_after_a_sweep(EvictionPolicy eviction) => RunAsync(
        eviction,
        TimeSpan.FromSeconds(1),
        _ =>
        {
            _clock.Advance(TimeSpan.FromSeconds(61));
            return Task.CompletedTask;
        });

    [Fact]
    public Task Nothing_is_left_of_a_million_entries_after_a_clear() => RunAsync(EvictionPolicy.TinyLfu, CacheTtl.Never, static async cache => await cache.ClearAsync());

    [Fact]
    public Task Nothing_is_left_of_a_million_entries_after_a_pattern() => RunAsync(EvictionPolicy.TinyLfu, CacheTtl.Never, static async cache => await cache.RemoveByPatternAsync("key:*"));

    [Fact]
    public Task Nothing_is_left_of_a_million_entries_that_share_a_removed_tag() => RunAsync(
        EvictionPolicy.TinyLfu,
        new() { TimeToLive = CacheTtl.Never, Tags = ["tag"] },
        async cache =>
        {
            await cache.RemoveByTagAsync("tag");
            _clock.Advance(TimeSpan.FromSeconds(61));
        });

    [Fact]
    public async Task Keys_and_values_are_let_go_at_once_when_they_are_removed_replaced_or_evicted()
    {
        var cache = new EngineCache(_clock, options => options.Memory.MaxEntries = 2);
        var gone = await StoreAsync(cache.Cache);
        GC.Collect();
        Assert.All(gone, reference => Assert.False(reference.IsAlive));
        Assert.Equal(2, cache.Engine.Count);
        GC.KeepAlive(cache);

        static async Task<WeakReference[]> StoreAsync(ICache cache)
        {
            var removed = new object();
            var replaced = new object();
            var key = string.Create(CultureInfo.InvariantCulture, $"removed {removed.GetHashCode()}");
            await cache.SetAsync(key, removed);
            await cache.RemoveAsync(key);
            await cache.SetAsync("a", replaced);
            await cache.SetAsync("a", 1);
            var evicted = Enumerable.Range(0, 10).Select(_ => new object()).ToArray();
            foreach (var (number, value) in evicted.Index())
            {
                await cache.SetAsync($"b{number}", value);
            }

            await cache.SetAsync("b", 1);
            await cache.SetAsync("c", 1);
            await cache.SetAsync("d", 1);
            await cache.SetManyAsync([KeyValuePair.Create("a", 1), KeyValuePair.Create("d", 1)]);
            var left = new List<object>();
            await foreach (var name in cache.KeysAsync())
            {
                if ((await cache.PeekAsync<object>(name)).Value is { } value and not int)
                {
                    left.Add(value);
                }
            }

            return [.. evicted.Except(left).Append(removed).Append(replaced).Append(key).Select(value => new WeakReference(value))];
        }
    }

    private async Task RunAsync(EvictionPolicy eviction, CacheEntryOptions options, Func<ICache, Task> empty)
    {
        await using var cache = new EngineCache(_clock, options => (options.Memory.MaxEntries, options.Memory.MaxBytes, options.Memory.Eviction) = (2 * Count, 1L << 40, eviction));
        await FillAsync(cache.Cache, 1, options);
        await empty(cache.Cache);
        var before = GC.GetTotalMemory(forceFullCollection: true);

        await FillAsync(cache.Cache, Count, options);
        var full = GC.GetTotalMemory(forceFullCollection: true);
        Assert.Equal(Count, cache.Engine.Count);
        Assert.True(full - before > FullAtLeast, $"{full - before:N0} bytes for {Count:N0} entries.");

        await empty(cache.Cache);
        var after = GC.GetTotalMemory(forceFullCollection: true);
        TestContext.Current.TestOutputHelper?.WriteLine($"Empty {before:N0}, full {full:N0}, empty again {after:N0} bytes.");
        Assert.Equal(0, cache.Engine.Count);
        Assert.True(after < before * 1.1, $"{after:N0} bytes, {before:N0} before, {full:N0} when it was full.");
        Assert.All(cache.Engine.Shards, shard => Assert.True(shard.Slots.Length <= 64, $"{shard.Slots.Length} slots of an empty shard"));
    }

    private static async Task FillAsync(ICache cache, int count, CacheEntryOptions options)
    {
        for (var i = 0; i < count; i++)
        {
            await cache.SetAsync($"key:{i}", i, options);
        }
    }
}
