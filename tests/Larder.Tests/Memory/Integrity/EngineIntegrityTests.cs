using Larder.Memory;
using Larder.Testing;

namespace Larder.Tests.Memory.Integrity;

/// <summary>That the checks find what is wrong.</summary>
public sealed class EngineIntegrityTests
{
    public static TheoryData<string> Faults => new(s_faults.Keys);

    private static readonly IReadOnlyDictionary<string, Action<MemoryShard, int>> s_faults = new Dictionary<string, Action<MemoryShard, int>>
    {
        ["has the hash of another key"] = static (shard, index) => shard.Slots[index].Hash ^= 1 << 20,
        ["is in the chain of another bucket"] = static (shard, index) => shard.Slots[index].Hash ^= 1,
        ["no key"] = static (shard, index) => shard.Slots[index].Key = null,
        ["is being written"] = static (shard, index) => shard.Slots[index].Sequence++,
        ["weighs something else"] = static (shard, index) => shard.Slots[index].Weight++,
        ["bytes are counted"] = static (shard, index) => shard.Slots[index].Weight++,
        ["whether it has extras"] = static (shard, index) => shard.Slots[index].HasExtras ^= true,
        ["is in a chain already"] = static (shard, index) => shard.Slots[index].Next = index,
        ["are in chains"] = static (shard, index) => Array.Clear(shard.Buckets),
        ["is free and holds a reference"] = static (shard, index) => shard.Slots[shard.FirstFreeSlot].Value = "forgotten",
        ["in use, of"] = static (shard, index) => shard.Links[shard.FirstFreeSlot].Older = 0,
        ["is free and in use"] = static (shard, index) => shard.Links[shard.FirstFreeSlot].Older = index,
        ["and says"] = static (shard, index) => shard.Slots[index].Region = Region.Protected,
        ["has a neighbour that is not its own"] = static (shard, index) => shard.Links[index].Older++,
        ["tickets"] = static (shard, index) => shard.Fills.Add(new MemoryFillTicket("key", tags: null, tagClock: 0)),
        ["references and has"] = static (shard, index) => ((MemoryExtras)shard.Slots.First(slot => slot.HasExtras).Value!).Tags![0].Release(),
        ["is odd"] = static (shard, index) => shard.Version++,
        ["is there twice"] = static (shard, index) => (shard.Slots[index].Key, shard.Slots[index].Hash) = (shard.Slots[shard.Slots[index].Next].Key, shard.Slots[shard.Slots[index].Next].Hash),
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task What_is_wrong_is_found(string fault)
    {
        // Not disposed: an engine that was broken may never come to an end.
        var cache = await FilledAsync();
        Assert.Empty(EngineIntegrity.Findings(cache));
        var shard = cache.Engine.Shards[0];

        // A slot in a chain with another one, and with neighbours in its list.
        var index = Enumerable.Range(1, shard.FirstUnusedSlot - 1).First(index => shard.Slots[index] is { Key: not null, HasExtras: false, Next: not 0 });
        s_faults[fault](shard, index);
        Assert.Contains(EngineIntegrity.Findings(cache), finding => finding.Contains(fault, StringComparison.Ordinal));
    }

    private static async Task<EngineCache> FilledAsync()
    {
        var cache = new EngineCache(new FakeTimeProvider(), options => options.Memory.MaxEntries = 400);
        for (var i = 0; i < 500; i++)
        {
            await cache.Cache.SetAsync($"key:{i}", i);
            await cache.Cache.SetAsync($"tagged:{i % 10}", i, new() { Tags = ["tag"] });
        }

        await cache.Cache.RemoveByPatternAsync("key:*9");
        return cache;
    }
}
