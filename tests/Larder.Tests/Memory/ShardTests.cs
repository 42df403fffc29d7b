using System.Numerics;
using Larder.Tests.Memory.Integrity;

namespace Larder.Tests.Memory;

/// <summary>How many shards there are, and what each of them holds.</summary>
public sealed class ShardTests
{
    [Theory]
    [InlineData(1, 1L << 40, 1)]
    [InlineData(1_023, 1L << 40, 1)]
    [InlineData(1_024, 1L << 40, 2)]
    [InlineData(1_536, 1L << 40, 4)]
    [InlineData(100_000_000, 1L << 40, 64)]
    [InlineData(100_000_000, 1 << 20, 1)]
    [InlineData(100_000_000, (2 << 20) - 1, 1)]
    [InlineData(100_000_000, 2 << 20, 2)]
    public async Task There_is_one_for_512_entries_for_a_megabyte_and_four_for_a_processor_in_a_power_of_two(int maxEntries, long maxBytes, int most)
    {
        await using var cache = new EngineCache(TimeProvider.System, options => (options.Memory.MaxEntries, options.Memory.MaxBytes) = (maxEntries, maxBytes));

        var ofProcessors = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Min(64, 4 * Environment.ProcessorCount));
        Assert.Equal(Math.Min(most, ofProcessors), cache.Engine.Shards.Count);
    }

    [Theory]
    [InlineData(1_024)]
    [InlineData(1_025)]
    [InlineData(10_007)]
    public async Task Together_they_hold_exactly_what_may_be_held_and_each_the_same_but_for_one(int maxEntries)
    {
        await using var cache = new EngineCache(TimeProvider.System, options => options.Memory.MaxEntries = maxEntries);

        var capacities = cache.Engine.Shards.Select(shard => shard.Capacity).ToArray();
        Assert.Equal(maxEntries, capacities.Sum());
        Assert.InRange(capacities.Max() - capacities.Min(), 0, 1);
    }

    [Fact]
    public async Task Keys_spread_over_all_of_them()
    {
        await using var cache = new EngineCache(TimeProvider.System, options => options.Memory.MaxEntries = 100_000);
        for (var i = 0; i < 20_000; i++)
        {
            await cache.Cache.SetAsync($"key:{i}", i);
        }

        var even = 20_000 / cache.Engine.Shards.Count;
        Assert.All(cache.Engine.Shards, shard => Assert.InRange(shard.Count, even * 3 / 4, even * 5 / 4));
    }
}
