using System.Numerics;
using Larder.Diagnostics;
using Larder.Keys;
using Larder.Serialization;
using Larder.Tiers;

namespace Larder.Memory;

/// <summary>
/// The entries in the memory of the process: a hash table in shards, each an array of slots with a lock for writers, an eviction order and a share of
/// the capacity.
/// </summary>
/// <remarks>
/// <para>
/// Reads take no lock. A reader takes the value and its expiry from a slot and then checks that the slot's sequence number was even and has not
/// changed, so that what it took belongs together. A chain may be changed under the reader: it may then miss its key, but never find another's, and a
/// reader that finds nothing starts again if the shard's version has changed. Nothing relies on the order that a processor happens to keep:
/// sequence and version are read and written with acquire and release semantics, with barriers between them and the data.
/// </para>
/// <para>
/// Every change of a key happens under the lock of its shard, together with voiding the tickets of the key's loads, so that a load that began
/// before a change can never be stored after it. Nothing of the user's runs under a lock.
/// </para>
/// <para>The evidence and the figures are in docs/internals/memory-engine.md.</para>
/// </remarks>
internal sealed partial class MemoryEngine : IDisposable
{
    private const int EntriesPerShard = 512;
    private const int BytesPerShard = 1 << 20;
    private const int ShardsPerProcessor = 4;
    private const int MaxShards = 64;

    private readonly MemoryShard[] _shards;
    private readonly int _shardShift;
    private readonly ShardBudget _budget;
    private readonly WindowTuner? _tuner;
    private readonly TagTable _tags = new();
    private readonly MemoryLimits _limits;
    private readonly CacheClock _clock;
    private readonly StripedCounters _counters;
    private readonly CacheEvents _events;
    private readonly Sweeper _sweeper;
    private readonly MemoryPressure? _pressure;
    private volatile bool _isDisposed;

    public MemoryEngine(MemoryLimits limits, CacheClock clock, StripedCounters counters, CacheEvents events)
    {
        _limits = limits;
        _clock = clock;
        _counters = counters;
        _events = events;
        _budget = new ShardBudget(limits.MaxBytes);
        _tuner = limits.Eviction == EvictionPolicy.TinyLfu ? new WindowTuner(limits.MaxEntries, _budget, counters) : null;
        var most = Math.Min(Environment.ProcessorCount * ShardsPerProcessor, Math.Min(limits.MaxEntries / EntriesPerShard, limits.MaxBytes / BytesPerShard));
        var shards = BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(most, 1, MaxShards));
        _shardShift = 32 - BitOperations.Log2(shards);
        _shards = new MemoryShard[shards];
        for (var i = 0; i < _shards.Length; i++)
        {
            var capacity = (limits.MaxEntries / _shards.Length) + (i < limits.MaxEntries % _shards.Length ? 1 : 0);
            _shards[i] = new MemoryShard(capacity, _budget, shard => _tuner is null ? new LruOrder(shard) : new TinyLfuOrder(shard, _tuner));
        }

        _sweeper = new Sweeper(clock, limits.SweepInterval, Sweep);
        _pressure = limits.IsMemoryShort is null ? null : new MemoryPressure(TrimIfMemoryIsShort);
    }

    public long Count => _budget.Entries;

    public long Bytes => _budget.Bytes;

    public MemoryLimits Limits => _limits;

    public int TagCount => _tags.Count;

    public TagTable Tags => _tags;

    public IReadOnlyList<MemoryShard> Shards => _shards;

    public long TagClock => _tags.Clock;

    public DateTimeOffset? LastSweep => _sweeper.LastRun;

    /// <summary>Stores a value, if the condition holds.</summary>
    /// <returns>The version of the new entry, or zero when the condition did not hold.</returns>
    public long Write(string key, object? value, in EntryWrite write, WriteCondition condition, out MemoryHit previous)
    {
        var weight = _limits.Weigh(key, value);
        var tags = _tags.Acquire(write.Tags);
        var hash = KeyHash.Of(key);
        var shard = ShardOf(hash);
        long version;
        lock (shard.Gate)
        {
            var index = shard.FindNeedsLock(key, hash);
            previous = index != 0 ? PeekNeedsLock(shard, index) : default;
            if (!condition.Holds(previous.Lives ? previous.Version : 0) || _isDisposed)
            {
                TagTable.Release(tags);
                return 0;
            }

            shard.Fills.Void(key);
            version = StoreNeedsLock(shard, index, key, hash, value, write, weight, tags, _tags.Clock);
        }

        AfterStore(key, shard, weight, write);
        return version;
    }

    /// <summary>Adds to an integer.</summary>
    public long Increment(string key, long by, in EntryWrite write)
    {
        var hash = KeyHash.Of(key);
        var shard = ShardOf(hash);
        var weight = _limits.Weigh(key, by);
        var sum = by;
        lock (shard.Gate)
        {
            var index = shard.FindNeedsLock(key, hash);
            if (index != 0 && PeekNeedsLock(shard, index) is { Lives: true } present)
            {
                if (!Integers.TryToInt64(present.Value, out var before))
                {
                    throw new CacheTypeException($"The entry '{key}' holds {present.Value?.GetType().Name ?? "null"}, which is not an integer, and cannot be incremented.");
                }

                sum = checked(before + by);
                shard.Fills.Void(key);
                ref var slot = ref shard.Slots[index];
                shard.ReplaceNeedsLock(index, slot.HasExtras ? (MemoryExtras)slot.Value! with { Value = sum, FixedVersion = 0 } : sum, slot.HasExtras, slot.Life, slot.Weight);
                return sum;
            }

            shard.Fills.Void(key);
            if (!_isDisposed)
            {
                StoreNeedsLock(shard, index, key, hash, sum, write, weight, _tags.Acquire(write.Tags), _tags.Clock);
            }
        }

        AfterStore(key, shard, weight, write);
        return sum;
    }

    /// <summary>Removes an entry if the condition holds, and voids the loads of its key.</summary>
    /// <returns>Whether it lived.</returns>
    public bool Remove(string key, WriteCondition condition)
    {
        var hash = KeyHash.Of(key);
        var shard = ShardOf(hash);
        lock (shard.Gate)
        {
            var index = shard.FindNeedsLock(key, hash);
            var present = index != 0 ? PeekNeedsLock(shard, index) : default;
            if (!condition.Holds(present.Lives ? present.Version : 0))
            {
                return false;
            }

            shard.Fills.Void(key);
            RemoveNeedsLock(shard, index);
            return present.Lives;
        }
    }

    /// <summary>Gives an entry that lives a new fixed expiry, and voids the loads of its key.</summary>
    public bool Expire(string key, long timeToLiveMs)
    {
        var isThere = ChangeLife(key, (shard, index, extras, now) => shard.ChangeLifeNeedsLock(
            index,
            extras is null ? shard.Slots[index].Value : extras with { SlidingMs = 0, RefreshAt = EntryWrite.Never },
            CacheClock.After(now, timeToLiveMs)));
        if (isThere && timeToLiveMs != EntryWrite.Never)
        {
            _sweeper.Start();
        }

        return isThere;
    }

    /// <summary>Marks an entry stale, and voids the loads of its key: they began before.</summary>
    public bool MarkStale(string key) => ChangeLife(
        key,
        static (shard, index, extras, _) =>
        {
            if (extras is null)
            {
                ref var slot = ref shard.Slots[index];
                shard.ReshapeNeedsLock(index, new MemoryExtras { Value = slot.Value, FixedVersion = MemoryShard.VersionOf(index, slot.Sequence), IsStale = true });
            }
            else
            {
                shard.ChangeLifeNeedsLock(index, extras with { IsStale = true }, shard.Slots[index].ExpiresAt);
            }
        });

    public void InvalidateTag(string tag, bool isLazy)
    {
        _tags.Invalidate(tag, isLazy);
        _sweeper.Start();
    }

    public void Dispose()
    {
        _isDisposed = true;
        _pressure?.Dispose();
        _sweeper.Dispose();
        RemoveAll(new KeyFilter("", GlobPattern.All));
    }

    private bool ChangeLife(string key, Action<MemoryShard, int, MemoryExtras?, long> change)
    {
        var hash = KeyHash.Of(key);
        var shard = ShardOf(hash);
        lock (shard.Gate)
        {
            shard.Fills.Void(key);
            var index = shard.FindNeedsLock(key, hash);
            if (index == 0 || !PeekNeedsLock(shard, index).Lives)
            {
                return false;
            }

            change(shard, index, shard.Slots[index].HasExtras ? (MemoryExtras)shard.Slots[index].Value! : null, _clock.NowMs);
            return true;
        }
    }

    private MemoryShard ShardOf(uint hash) => _shards[(int)((ulong)hash >> _shardShift)];

    private long StoreNeedsLock(MemoryShard shard, int index, string key, uint hash, object? value, in EntryWrite write, long weight, Tag[]? tags, long tagStamp)
    {
        if (weight > _limits.MaxBytes)
        {
            TagTable.Release(tags);
            RemoveNeedsLock(shard, index);
            return MemoryShard.VersionOf(int.MaxValue, 0);
        }

        var now = _clock.NowMs;
        var extras = MemoryExtras.For(value, write, now, tags, tagStamp);
        var life = new SlotLife(CacheClock.After(now, write.FirstLifeMs), storedAt: now);
        if (index == 0)
        {
            index = shard.InsertNeedsLock(key, hash, extras ?? value, extras is not null, life, weight);
        }
        else
        {
            ReleaseTagsNeedsLock(shard, index);
            shard.ReplaceNeedsLock(index, extras ?? value, extras is not null, life, weight);
        }

        return MemoryShard.VersionOf(index, shard.Slots[index].Sequence);
    }

    private static void RemoveNeedsLock(MemoryShard shard, int index)
    {
        if (index != 0)
        {
            ReleaseTagsNeedsLock(shard, index);
            shard.RemoveNeedsLock(index);
        }
    }

    private static void ReleaseTagsNeedsLock(MemoryShard shard, int index)
    {
        if (shard.Slots[index].HasExtras)
        {
            TagTable.Release(((MemoryExtras)shard.Slots[index].Value!).Tags);
        }
    }

    private void AfterStore(string key, MemoryShard shard, long weight, in EntryWrite write)
    {
        if (weight > _limits.MaxBytes)
        {
            _counters.Increment(Counter.TooLargeEvictions);
            _events.OnEvicted(new CacheEviction(key, EvictionReason.TooLarge));
            return;
        }

        MakeRoom(shard);
        if (write.FirstLifeMs != EntryWrite.Never && !_isDisposed)
        {
            _sweeper.Start();
        }
    }
}
