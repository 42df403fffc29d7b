using System.Diagnostics;
using System.Numerics;
using Larder.Tiers;

namespace Larder.Memory;

/// <summary>
/// A share of the entries: a hash table of slots with chains, the order in which they make room, and the tickets of loads of their keys, all
/// under one lock. Readers take no lock; see <see cref="MemoryEngine"/> for what they rely on.
/// </summary>
internal sealed class MemoryShard
{
    private const int FirstSlots = 64;
    private const int FewSlots = 4096;
    private const int MoreThanCapacity = 16;

    private readonly ShardBudget _budget;
    private int _used = 1;
    private int _free;
    private int _firstSequence;

    public MemoryShard(int capacity, ShardBudget budget, Func<MemoryShard, EvictionOrder> order)
    {
        Capacity = capacity;
        _budget = budget;
        Slots = new Slot[FirstLength];
        Buckets = new int[BucketsFor(FirstLength)];
        Links = new SlotLink[FirstLength];
        Order = order(this);
        Order.Resize(FirstLength);
    }

    public Lock Gate { get; } = new();

    public FillTable Fills { get; } = new();

    public EvictionOrder Order { get; }

    public int Capacity { get; }

    public int Count { get; private set; }

    /// <summary>Gets the number of the first slot that was never used.</summary>
    public int FirstUnusedSlot => _used;

    /// <summary>Gets the first slot of the free list, which goes on in <see cref="SlotLink.Older"/>; zero for none.</summary>
    public int FirstFreeSlot => _free;

    /// <summary>The slots; slot zero is never used. Replaced as a whole when the table grows, between two steps of <see cref="Version"/>.</summary>
    public Slot[] Slots;

    /// <summary>The first slot of each bucket.</summary>
    public int[] Buckets;

    /// <summary>
    /// Grows whenever a reader that walks a chain could be led astray: by one before and after the arrays are replaced, by two when a slot is
    /// taken out of its chain.
    /// </summary>
    public int Version;

    public SlotLink[] Links { get; private set; }

    /// <summary>Gets whether all entries of the cache together are heavier than they may be.</summary>
    public bool IsTooHeavy => _budget.IsExceeded;

    /// <summary>Gets whether an entry must make room.</summary>
    public bool IsOverLimit => Count > Capacity || (IsTooHeavy && Count > 0);

    private int FirstLength => (int)Math.Min((long)Capacity + 2, FirstSlots);

    public static long VersionOf(int index, int sequence) => ((long)index << 32) | (uint)sequence;

    public int FindNeedsLock(ReadOnlySpan<char> key, uint hash)
    {
        var slots = Slots;
        for (var index = Buckets[hash & (uint)(Buckets.Length - 1)]; index != 0; index = slots[index].Next)
        {
            if (slots[index].Hash == hash && key.SequenceEqual(slots[index].Key))
            {
                return index;
            }
        }

        return 0;
    }

    /// <summary>Puts a new entry into a free slot and takes it into the order.</summary>
    public int InsertNeedsLock(string key, uint hash, object? value, bool hasExtras, SlotLife life, long weight)
    {
        var index = TakeFreeSlot();
        ref var slot = ref Slots[index];
        BeginWrite(ref slot);
        slot.Key = key;
        slot.Value = value;
        slot.HasExtras = hasExtras;
        slot.Life = life;
        slot.Hash = hash;
        slot.Weight = weight;
        slot.Accessed = 0;
        ref var bucket = ref Buckets[hash & (uint)(Buckets.Length - 1)];
        slot.Next = bucket;
        EndWrite(ref slot);
        Volatile.Write(ref bucket, index);
        Count++;
        _budget.Add(slot.Weight, entries: 1);
        Order.Add(index);
        return index;
    }

    /// <summary>Gives an entry another value.</summary>
    public void ReplaceNeedsLock(int index, object? value, bool hasExtras, SlotLife life, long weight)
    {
        ref var slot = ref Slots[index];
        var before = slot.Weight;
        BeginWrite(ref slot);
        slot.Value = value;
        slot.HasExtras = hasExtras;
        slot.Life = life;
        slot.Weight = weight;
        EndWrite(ref slot);
        _budget.Add(slot.Weight - before, entries: 0);
        Order.Update(index);
    }

    /// <summary>
    /// Gives an entry another lifetime and leaves its value and version as they are: each of the two fields is written in one go, and any
    /// pair of old and new that a reader may see belongs to this entry.
    /// </summary>
    public void ChangeLifeNeedsLock(int index, object? value, long expiresAt)
    {
        ref var slot = ref Slots[index];
        Volatile.Write(ref slot.Value, value);
        slot.Life = slot.Life.Until(expiresAt);
    }

    /// <summary>Puts extras round a value that had none, in a way that readers see in one piece.</summary>
    public void ReshapeNeedsLock(int index, MemoryExtras extras)
    {
        ref var slot = ref Slots[index];
        BeginWrite(ref slot);
        slot.Value = extras;
        slot.HasExtras = true;
        EndWrite(ref slot);
    }

    public void RemoveNeedsLock(int index)
    {
        Order.Remove(index);
        FreeNeedsLock(index);
    }

    /// <summary>Frees the slot of an entry that the order has let go, and keeps no reference to its key and value.</summary>
    public void FreeNeedsLock(int index)
    {
        var slots = Slots;
        ref var slot = ref slots[index];
        ref var bucket = ref Buckets[slot.Hash & (uint)(Buckets.Length - 1)];
        if (bucket == index)
        {
            Volatile.Write(ref bucket, slot.Next);
        }
        else
        {
            var before = bucket;
            while (slots[before].Next != index)
            {
                before = slots[before].Next;
            }

            Volatile.Write(ref slots[before].Next, slot.Next);
        }

        Volatile.Write(ref Version, Version + 2);
        Volatile.WriteBarrier();
        _budget.Add(-slot.Weight, entries: -1);
        BeginWrite(ref slot);
        slot.Key = null;
        slot.Value = null;
        slot.HasExtras = false;
        EndWrite(ref slot);
        Links[index] = new SlotLink(newer: 0, older: _free);
        _free = index;
        Count--;
        Debug.Assert(Count >= 0, "A shard cannot hold fewer than no entries.");
    }

    /// <summary>Gives the memory of an empty table back.</summary>
    public void ShrinkNeedsLock()
    {
        if (Count != 0 || Slots.Length <= FirstLength)
        {
            return;
        }

        // Versions must not come back, so the new slots begin beyond all that the old ones reached.
        foreach (ref var slot in Slots.AsSpan())
        {
            _firstSequence = Math.Max(_firstSequence, slot.Sequence + 2);
        }

        Publish(new Slot[FirstLength], new int[BucketsFor(FirstLength)]);
        Links = new SlotLink[FirstLength];
        Order.Clear();
        Order.Resize(FirstLength);
        _used = 1;
        _free = 0;
    }

    private static void BeginWrite(ref Slot slot)
    {
        Volatile.Write(ref slot.Sequence, slot.Sequence + 1);
        Volatile.WriteBarrier();
    }

    private static void EndWrite(ref Slot slot) => Volatile.Write(ref slot.Sequence, slot.Sequence + 1);

    private int TakeFreeSlot()
    {
        if (_free != 0)
        {
            var index = _free;
            _free = Links[index].Older;
            Links[index] = default;
            return index;
        }

        if (_used == Slots.Length)
        {
            Grow();
        }

        Slots[_used].Sequence = _firstSequence;
        return _used++;
    }

    /// <summary>
    /// Copies the table into larger arrays. Readers go on in the old ones meanwhile; slots keep their places, and as long as there are enough buckets they keep their
    /// chains too.
    /// </summary>
    private void Grow()
    {
        // Large tables grow in small steps: what a step is too long is memory that nobody uses. Writers who came together and transactions go beyond the capacity for a moment.
        var step = Slots.Length < FewSlots ? (Slots.Length / 2) + MoreThanCapacity : Slots.Length / 8;
        var length = (int)Math.Max(Math.Min((long)Slots.Length + step, (long)Capacity + 2), Slots.Length + MoreThanCapacity);
        var slots = new Slot[length];
        Array.Copy(Slots, slots, _used);
        var buckets = Buckets;
        if (BucketsFor(length) != buckets.Length)
        {
            buckets = new int[BucketsFor(length)];
            for (var index = 1; index < _used; index++)
            {
                ref var slot = ref slots[index];
                if (slot.Key is not null)
                {
                    ref var bucket = ref buckets[slot.Hash & (uint)(buckets.Length - 1)];
                    slot.Next = bucket;
                    bucket = index;
                }
            }
        }

        var links = new SlotLink[length];
        Array.Copy(Links, links, Links.Length);
        Links = links;
        Order.Resize(length);
        Publish(slots, buckets);
    }

    /// <summary>Gets the number of buckets for so many slots, a power of two: from 0.8 to 1.6 a slot, from 1 to 2 where they are few and cost little.</summary>
    private static int BucketsFor(int slots) => (int)BitOperations.RoundUpToPowerOf2(slots < FewSlots ? (uint)slots : (uint)slots * 4 / 5);

    private void Publish(Slot[] slots, int[] buckets)
    {
        Volatile.Write(ref Version, Version + 1);
        Volatile.WriteBarrier();
        Volatile.Write(ref Slots, slots);
        Volatile.Write(ref Buckets, buckets);
        Volatile.Write(ref Version, Version + 1);
    }
}
