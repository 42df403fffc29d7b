using Larder.Diagnostics;
using Larder.Keys;
using Larder.Tiers;

namespace Larder.Memory;

internal sealed partial class MemoryEngine
{
    /// <summary>How many slots are looked at while a lock is held.</summary>
    private const int SlotsPerTurn = 1024;

    /// <summary>How many entries are evicted while a lock is held, when memory is short.</summary>
    private const int EvictionsPerTurn = 128;

    /// <summary>Which part of the entries goes when memory is short.</summary>
    private const int TrimOneIn = 10;

    /// <summary>
    /// Lists the keys that live, without a lock. A slot never changes its place, so a key that is there from beginning to end is listed once, also
    /// when the table grows meanwhile.
    /// </summary>
    public IEnumerable<string> Keys(KeyFilter filter)
    {
        foreach (var shard in _shards)
        {
            for (var index = 1; KeyAt(shard, index, out var key); index++)
            {
                if (key is not null && filter.IsMatch(key) && TryGet(key, ReadIntent.Peek, out var hit) && hit.Lives)
                {
                    yield return key;
                }
            }
        }
    }

    /// <summary>Reads the key in a slot, in whatever array the shard has at the moment.</summary>
    /// <returns>Whether there is such a slot.</returns>
    private static bool KeyAt(MemoryShard shard, int index, out string? key)
    {
        var slots = Volatile.Read(ref shard.Slots);
        key = index < slots.Length ? Volatile.Read(ref slots[index].Key) : null;
        return index < slots.Length;
    }

    /// <summary>Removes all entries that match, and voids all loads of such keys, shard by shard.</summary>
    /// <returns>How many of them lived.</returns>
    public long RemoveAll(KeyFilter filter)
    {
        long removed = 0;
        foreach (var shard in _shards)
        {
            VoidFills(shard, filter);
            ForEach(shard, filter, (shard, index, _) =>
            {
                removed += PeekNeedsLock(shard, index).Lives ? 1 : 0;
                RemoveNeedsLock(shard, index);
            });
            lock (shard.Gate)
            {
                shard.ShrinkNeedsLock();
            }
        }

        return removed;
    }

    public void MarkAllStale(KeyFilter filter)
    {
        foreach (var shard in _shards)
        {
            VoidFills(shard, filter);
        }

        foreach (var key in Keys(filter))
        {
            MarkStale(key);
        }
    }

    /// <summary>Reclaims what is past its expiry and reserve, or has an invalidated tag, and tags that nothing refers to.</summary>
    /// <returns>Whether there is anything left to come back for.</returns>
    public bool Sweep()
    {
        var oldestLoad = OldestLoad();
        var now = _clock.NowMs;
        var dead = new List<CacheEviction>();
        long swept = 0;
        foreach (var shard in _shards)
        {
            ForEach(shard, filter: null, (shard, index, key) =>
            {
                ref var slot = ref shard.Slots[index];
                if (now < slot.ExpiresAt && !slot.HasExtras)
                {
                    return;
                }

                if (PeekNeedsLock(shard, index).Flags == ResultFlags.None)
                {
                    var reason = now >= slot.ExpiresAt ? EvictionReason.Expired : EvictionReason.TagInvalidated;
                    RemoveNeedsLock(shard, index);
                    _counters.Increment(reason == EvictionReason.Expired ? Counter.ExpiredEvictions : Counter.TagEvictions);
                    swept++;
                    if (_events.HasEvicted)
                    {
                        dead.Add(new CacheEviction(key, reason));
                    }
                }
            });
            Report(dead);
            lock (shard.Gate)
            {
                shard.ShrinkNeedsLock();
            }
        }

        _tags.Sweep(oldestLoad);
        _counters.Increment(Counter.Sweeps);
        _counters.Add(Counter.SweptEntries, swept);
        return Count > 0 || _tags.Count > 0;
    }

    /// <summary>Reclaims what is of no use and evicts a tenth of the rest, by the order, if memory is short.</summary>
    public void TrimIfMemoryIsShort()
    {
        if (_isDisposed || _limits.IsMemoryShort?.Invoke() != true)
        {
            return;
        }

        Sweep();
        foreach (var shard in _shards)
        {
            var left = (shard.Count + TrimOneIn - 1) / TrimOneIn;
            while (left > 0)
            {
                List<CacheEviction>? evicted = null;
                var now = _clock.NowMs;
                lock (shard.Gate)
                {
                    for (var turn = Math.Min(left, EvictionsPerTurn); turn > 0 && TryEvictNeedsLock(shard, now, EvictionReason.MemoryPressure, ref evicted); turn--)
                    {
                    }
                }

                left -= EvictionsPerTurn;
                Report(evicted);
            }
        }
    }

    /// <summary>Visits the entries of a shard under its lock, which is let go after each turn.</summary>
    private static void ForEach(MemoryShard shard, KeyFilter? filter, Action<MemoryShard, int, string> visit)
    {
        for (var start = 1; start < Volatile.Read(ref shard.Slots).Length; start += SlotsPerTurn)
        {
            lock (shard.Gate)
            {
                for (var index = start; index < Math.Min(start + SlotsPerTurn, shard.Slots.Length); index++)
                {
                    if (shard.Slots[index].Key is { } key && (filter is not { } wanted || wanted.IsMatch(key)))
                    {
                        visit(shard, index, key);
                    }
                }
            }
        }
    }

    /// <summary>
    /// Evicts until the limits hold, beginning with a shard that has just grown. An entry that is alone there is the one that was just stored,
    /// and stays while others can make room.
    /// </summary>
    private void MakeRoom(MemoryShard shard)
    {
        if (!shard.IsOverLimit && !_budget.IsExceeded)
        {
            return;
        }

        EvictFrom(shard, atLeast: 1);
        if (!_budget.IsExceeded)
        {
            return;
        }

        // This shard has given all that it has; what is too heavy lies in others, or is the entry itself.
        var next = Array.IndexOf(_shards, shard);
        for (var tried = 0; tried < _shards.Length && _budget.IsExceeded; tried++)
        {
            next = (next + 1) & (_shards.Length - 1);
            EvictFrom(_shards[next], atLeast: 0);
        }
    }

    private void EvictFrom(MemoryShard shard, int atLeast)
    {
        List<CacheEviction>? evicted = null;
        var now = _clock.NowMs;
        lock (shard.Gate)
        {
            while (shard.IsOverLimit && shard.Count > atLeast)
            {
                var isOverEntries = shard.Count > shard.Capacity;
                if (!TryEvictNeedsLock(shard, now, isOverEntries ? EvictionReason.EntryLimit : EvictionReason.ByteLimit, ref evicted))
                {
                    break;
                }
            }
        }

        Report(evicted);
    }

    /// <summary>Evicts the entry whose turn it is; one that has expired counts as such.</summary>
    private bool TryEvictNeedsLock(MemoryShard shard, long now, EvictionReason reason, ref List<CacheEviction>? evicted)
    {
        var index = shard.Order.Evict();
        if (index == 0)
        {
            return false;
        }

        reason = now >= shard.Slots[index].ExpiresAt ? EvictionReason.Expired : reason;
        _counters.Increment(reason switch
        {
            EvictionReason.Expired => Counter.ExpiredEvictions,
            EvictionReason.EntryLimit => Counter.EntryLimitEvictions,
            EvictionReason.MemoryPressure => Counter.MemoryPressureEvictions,
            _ => Counter.ByteLimitEvictions,
        });
        if (_events.HasEvicted)
        {
            (evicted ??= []).Add(new CacheEviction(shard.Slots[index].Key!, reason));
        }

        ReleaseTagsNeedsLock(shard, index);
        shard.FreeNeedsLock(index);
        return true;
    }

    private void Report(List<CacheEviction>? evictions)
    {
        if (evictions is null)
        {
            return;
        }

        foreach (var eviction in evictions)
        {
            _events.OnEvicted(eviction);
        }

        evictions.Clear();
    }

    private static void VoidFills(MemoryShard shard, KeyFilter filter)
    {
        lock (shard.Gate)
        {
            shard.Fills.Void(filter);
        }
    }

    /// <summary>Gets the tag clock of the oldest load under way, or the present one.</summary>
    private long OldestLoad()
    {
        var oldest = _tags.Clock;
        foreach (var shard in _shards)
        {
            lock (shard.Gate)
            {
                foreach (var ticket in shard.Fills.Tickets)
                {
                    oldest = Math.Min(oldest, ticket.StartClock);
                }
            }
        }

        return oldest;
    }
}
