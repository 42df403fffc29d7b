using System.Globalization;
using Larder.Diagnostics;
using Larder.Memory;

namespace Larder.Tests.Memory;

/// <summary>
/// A shard by itself, whose keys have hashes that are the same in each process, so that an order makes the same decisions each time.
/// </summary>
internal sealed class ShardReplay
{
    private readonly MemoryShard _shard;
    private readonly WindowTuner _tuner;

    public ShardReplay(int capacity, long maxBytes = long.MaxValue, bool isLru = false)
    {
        var budget = new ShardBudget(maxBytes);
        _tuner = new WindowTuner(capacity, budget, new StripedCounters());
        _shard = new MemoryShard(capacity, budget, shard => isLru ? new LruOrder(shard) : new TinyLfuOrder(shard, _tuner));
    }

    public int Hits { get; private set; }

    public double WindowShare => _tuner.Share;

    /// <summary>Gets a number that stands for all evictions and their order.</summary>
    public uint Evictions { get; private set; } = 2166136261;

    /// <summary>Reads a key, and stores it if it is not there.</summary>
    public void Use(int key, long weight = 1)
    {
        if (Find(key) is not 0 and var index)
        {
            Hits++;
            ref var slot = ref _shard.Slots[index];
            slot.Accessed = 1;
            _tuner.CountHit(slot.Hash, slot.Region == Region.Window);
            _shard.Order.Touch(index);
            return;
        }

        Write(key, weight);
    }

    public void Write(int key, long weight = 1)
    {
        if (Find(key) is not 0 and var index)
        {
            _shard.ReplaceNeedsLock(index, value: null, hasExtras: false, default, weight);
        }
        else
        {
            _shard.InsertNeedsLock(TextOf(key), HashOf(key), value: null, hasExtras: false, default, weight);
        }

        while (_shard.IsOverLimit && _shard.Order.Evict() is not 0 and var evicted)
        {
            Evictions = (Evictions ^ _shard.Slots[evicted].Hash) * 16777619;
            _shard.FreeNeedsLock(evicted);
        }
    }

    public void Remove(int key)
    {
        if (Find(key) is not 0 and var index)
        {
            _shard.RemoveNeedsLock(index);
        }
    }

    public void Shrink() => _shard.ShrinkNeedsLock();

    private static string TextOf(int key) => key.ToString(CultureInfo.InvariantCulture);

    private static uint HashOf(int key) => (uint)(((ulong)key * 0x9E37_79B9_7F4A_7C15UL) >> 32);

    private int Find(int key) => _shard.FindNeedsLock(TextOf(key), HashOf(key));
}
