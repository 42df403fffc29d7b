using Larder.Memory;

namespace Larder.Tests.Memory.Integrity;

/// <summary>The checks of one shard, whose lock is held.</summary>
internal sealed class ShardIntegrity(MemoryShard shard, int number, int shards, MemoryLimits limits, List<string> findings)
{
    private readonly bool[] _isInChain = new bool[shard.Slots.Length];
    private readonly bool[] _isInList = new bool[shard.Slots.Length];

    public long Entries { get; private set; }

    public long Bytes { get; private set; }

    public List<Tag> Tags { get; } = [];

    public void Run()
    {
        Expect((shard.Version & 1) == 0, $"the version {shard.Version} is odd");
        Expect(shard.Fills.IsEmpty, "there are tickets of loads");
        Expect(shard.Links.Length == shard.Slots.Length, $"{shard.Links.Length} links for {shard.Slots.Length} slots");
        Expect(shard.Count <= shard.Capacity, $"{shard.Count} entries, {shard.Capacity} is the limit");
        CheckChains();
        CheckLists();
        CheckFree();
        Expect(Entries == shard.Count, $"{shard.Count} entries are counted and {Entries} are in chains");
    }

    private void CheckChains()
    {
        for (var bucket = 0; bucket < shard.Buckets.Length; bucket++)
        {
            for (var index = shard.Buckets[bucket]; index != 0; index = shard.Slots[index].Next)
            {
                if ((uint)index >= (uint)shard.FirstUnusedSlot || _isInChain[index])
                {
                    findings.Add($"shard {number}: the chain of bucket {bucket} leads to slot {index}, which {(index < _isInChain.Length ? "is in a chain already" : "is not there")}");
                    break;
                }

                _isInChain[index] = true;
                CheckEntry(index, bucket);
            }
        }
    }

    private void CheckEntry(int index, int bucket)
    {
        ref var slot = ref shard.Slots[index];
        Entries++;
        Bytes += slot.Weight;
        if (slot.Key is not { } key)
        {
            Expect(false, $"slot {index} is in a chain and has no key");
            return;
        }

        Expect(slot.Hash == KeyHash.Of(key), $"slot {index} has the hash of another key");
        Expect((slot.Hash & (uint)(shard.Buckets.Length - 1)) == bucket, $"slot {index} is in the chain of another bucket");
        Expect((int)((ulong)slot.Hash * (ulong)shards >> 32) == number, $"slot {index} belongs to another shard");
        Expect(shard.FindNeedsLock(key, slot.Hash) == index, $"'{key}' is there twice");
        Expect((slot.Sequence & 1) == 0, $"slot {index} is being written");
        Expect(slot.HasExtras == slot.Value is MemoryExtras, $"slot {index} does not say rightly whether it has extras");
        var extras = slot.Value as MemoryExtras;
        Tags.AddRange(extras?.Tags ?? []);
        Expect(slot.Weight == limits.Weigh(key, extras is null ? slot.Value : extras.Value), $"slot {index} weighs something else than its entry");
    }

    private void CheckLists()
    {
        var inLists = 0;
        foreach (var (region, list) in shard.Order.Lists)
        {
            var before = 0;
            var count = 0;
            for (var index = list.Oldest; index != 0 && count <= shard.Count; index = shard.Links[index].Newer)
            {
                Expect(_isInChain[index], $"slot {index} is in list {region} and in no chain");
                Expect(!_isInList[index], $"slot {index} is in two lists");
                Expect(shard.Slots[index].Region == region, $"slot {index} is in list {region} and says {shard.Slots[index].Region}");
                Expect(shard.Links[index].Older == before, $"slot {index} in list {region} has a neighbour that is not its own");
                _isInList[index] = true;
                before = index;
                count++;
            }

            Expect(count == list.Count, $"list {region} counts {list.Count} slots and has {count}");
            inLists += count;
        }

        Expect(inLists == shard.Count, $"{shard.Count} entries, of which {inLists} are in lists");
    }

    private void CheckFree()
    {
        var free = 0;
        for (var index = shard.FirstFreeSlot; index != 0 && free <= shard.Slots.Length; index = shard.Links[index].Older)
        {
            Expect(!_isInChain[index] && !_isInList[index], $"slot {index} is free and in use");
            free++;
        }

        Expect(free + shard.Count == shard.FirstUnusedSlot - 1, $"{free} slots are free and {shard.Count} in use, of {shard.FirstUnusedSlot - 1}");
        for (var index = 0; index < shard.Slots.Length; index++)
        {
            Expect(_isInChain[index] || (shard.Slots[index].Key is null && shard.Slots[index].Value is null), $"slot {index} is free and holds a reference");
        }
    }

    private void Expect(bool holds, string otherwise)
    {
        if (!holds)
        {
            findings.Add($"shard {number}: {otherwise}");
        }
    }
}
