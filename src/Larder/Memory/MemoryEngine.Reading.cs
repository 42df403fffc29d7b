using Larder.Tiers;

namespace Larder.Memory;

internal sealed partial class MemoryEngine
{
    /// <summary>After this many restarts a reader takes the lock: the shard is being changed faster than it can be read.</summary>
    private const int MaxRestarts = 16;

    /// <summary>Longer chains are left to the road that restarts.</summary>
    private const int MaxPlainHops = 32;

    /// <summary>
    /// Finds the value of a plain entry: one that lives, has no extras but valid tags, and is not being changed at this moment. The road of nearly all hits, and
    /// kept as short as it can be; who gets nothing here asks <see cref="TryGet"/>.
    /// </summary>
    public object? FindPlain(ReadOnlySpan<char> key, out long remainingMs, out long version)
    {
        var hash = KeyHash.Of(key);
        var shard = ShardOf(hash);
        var buckets = Volatile.Read(ref shard.Buckets);
        var slots = Volatile.Read(ref shard.Slots);
        var index = Volatile.Read(ref buckets[hash & (uint)(buckets.Length - 1)]);
        for (var hops = 0; index != 0 && hops < MaxPlainHops && (uint)index < (uint)slots.Length; hops++)
        {
            ref var slot = ref slots[index];
            if (slot.Hash == hash)
            {
                var sequence = Volatile.Read(ref slot.Sequence);
                if (slot.Key is { } stored && key.SequenceEqual(stored))
                {
                    var value = slot.Value;
                    var expiresAt = slot.ExpiresAt;
                    var state = slot.State;
                    Volatile.ReadBarrier();
                    version = MemoryShard.VersionOf(index, sequence);
                    if (slot.Sequence != sequence || (sequence & 1) != 0 || (Slot.HasExtrasIn(state) && !TryUnwrapPlain(ref value, ref version)) || _tuner is not { } tuner)
                    {
                        break;
                    }

                    remainingMs = EntryWrite.Never;
                    if (expiresAt != EntryWrite.Never && (remainingMs = expiresAt - _clock.NowMs) <= 0)
                    {
                        break;
                    }

                    if (slot.Accessed == 0)
                    {
                        slot.Accessed = 1;
                    }

                    tuner.CountHit(hash, Slot.IsInWindow(state));
                    return value;
                }
            }

            index = Volatile.Read(ref slot.Next);
        }

        remainingMs = 0;
        version = 0;
        return null;
    }

    /// <summary>Takes the value out of extras that ask for nothing but valid tags.</summary>
    private static bool TryUnwrapPlain(ref object? value, ref long version)
    {
        var extras = (MemoryExtras)value!;
        value = extras.Value;
        version = extras.FixedVersion != 0 ? extras.FixedVersion : version;
        return extras.AsksNothing && extras.AreTagsValid && !extras.IsMarkedStale;
    }

    /// <summary>Finds an entry that lives, or that is held in reserve.</summary>
    public bool TryGet(ReadOnlySpan<char> key, ReadIntent intent, out MemoryHit hit)
    {
        var hash = KeyHash.Of(key);
        var shard = ShardOf(hash);
        var restarts = 0;
    Restart:
        var version = Volatile.Read(ref shard.Version);
        var buckets = Volatile.Read(ref shard.Buckets);
        var slots = Volatile.Read(ref shard.Slots);
        var index = Volatile.Read(ref buckets[hash & (uint)(buckets.Length - 1)]);
        for (var hops = 0; index != 0 && (uint)index < (uint)slots.Length; hops++)
        {
            ref var slot = ref slots[index];
            if (slot.Hash == hash)
            {
                var sequence = Volatile.Read(ref slot.Sequence);
                if (slot.Key is { } stored && key.SequenceEqual(stored))
                {
                    var value = slot.Value;
                    var expiresAt = slot.ExpiresAt;
                    var state = slot.State;
                    Volatile.ReadBarrier();
                    if (slot.Sequence != sequence || (sequence & 1) != 0)
                    {
                        goto Changed;
                    }

                    return Take(shard, slots, index, intent, MemoryShard.VersionOf(index, sequence), value, expiresAt, state, out hit);
                }
            }

            index = Volatile.Read(ref slot.Next);
            if (hops > slots.Length)
            {
                // Led round in circles by slots that changed their chains.
                goto Changed;
            }
        }

        Volatile.ReadBarrier();
        if (shard.Version == version && (version & 1) == 0)
        {
            hit = default;
            return false;
        }

    Changed:
        if (++restarts <= MaxRestarts)
        {
            goto Restart;
        }

        lock (shard.Gate)
        {
            index = shard.FindNeedsLock(key, hash);
            hit = index != 0 ? PeekNeedsLock(shard, index) : default;
            return hit.Flags != ResultFlags.None;
        }
    }

    private bool Take(
        MemoryShard shard, Slot[] slots, int index, ReadIntent intent, long version, object? value, long expiresAt, byte state, out MemoryHit hit)
    {
        if (Slot.HasExtrasIn(state))
        {
            return TakeExtras(shard, slots, index, intent, version, (MemoryExtras)value!, expiresAt, out hit);
        }

        var remaining = EntryWrite.Never;
        if (expiresAt != EntryWrite.Never)
        {
            remaining = expiresAt - _clock.NowMs;
            if (remaining <= 0)
            {
                hit = default;
                return false;
            }
        }

        if (intent != ReadIntent.Peek)
        {
            MarkUsed(shard, slots, index, version, state);
        }

        hit = new MemoryHit(value, remaining, version, ResultFlags.HasValue);
        return true;
    }

    private bool TakeExtras(MemoryShard shard, Slot[] slots, int index, ReadIntent intent, long version, MemoryExtras extras, long expiresAt, out MemoryHit hit)
    {
        var now = _clock.NowMs;
        hit = Judge(extras, version, expiresAt, now);
        if (intent == ReadIntent.Peek || !hit.Lives)
        {
            return hit.Flags != ResultFlags.None;
        }

        MarkUsed(shard, slots, index, version, slots[index].State);
        if (extras.SlidingMs > 0)
        {
            expiresAt = Slide(shard, index, version, extras, expiresAt);
            hit = Judge(extras, version, expiresAt, now);
        }

        if (extras.IsRefreshDue(now, expiresAt))
        {
            hit = new MemoryHit(hit.Value, hit.RemainingMs, hit.Version, hit.Flags | ResultFlags.RefreshDue);
        }

        return hit.Flags != ResultFlags.None;
    }

    private void MarkUsed(MemoryShard shard, Slot[] slots, int index, long version, byte state)
    {
        if (_tuner is { } tuner)
        {
            // Another entry may have the slot by now; then it gets a round more than it deserves.
            if (slots[index].Accessed == 0)
            {
                slots[index].Accessed = 1;
            }

            tuner.CountHit(slots[index].Hash, Slot.IsInWindow(state));
            return;
        }

        lock (shard.Gate)
        {
            if (index < shard.Slots.Length && MemoryShard.VersionOf(index, shard.Slots[index].Sequence) == version)
            {
                shard.Order.Touch(index);
            }
        }
    }

    /// <summary>Prolongs a sliding entry; under the lock, so that one that others saw expired stays expired.</summary>
    private long Slide(MemoryShard shard, int index, long version, MemoryExtras extras, long expiresAt)
    {
        lock (shard.Gate)
        {
            if (index >= shard.Slots.Length)
            {
                return expiresAt;
            }

            ref var slot = ref shard.Slots[index];
            if (slot.Key is null || MemoryShard.VersionOf(index, slot.Sequence) != version || !ReferenceEquals(slot.Value, extras))
            {
                return expiresAt;
            }

            var now = _clock.NowMs;
            if (now < slot.ExpiresAt)
            {
                shard.ChangeLifeNeedsLock(index, extras, Math.Min(CacheClock.After(now, extras.SlidingMs), extras.CapAt));
            }

            return slot.ExpiresAt;
        }
    }

    /// <summary>Reads an entry without leaving a trace.</summary>
    private MemoryHit PeekNeedsLock(MemoryShard shard, int index)
    {
        ref var slot = ref shard.Slots[index];
        var version = MemoryShard.VersionOf(index, slot.Sequence);
        var now = _clock.NowMs;
        return slot.HasExtras ? Judge((MemoryExtras)slot.Value!, version, slot.ExpiresAt, now)
            : now < slot.ExpiresAt ? new MemoryHit(slot.Value, Remaining(slot.ExpiresAt, now), version, ResultFlags.HasValue)
            : default;
    }

    private static MemoryHit Judge(MemoryExtras extras, long version, long expiresAt, long now)
    {
        version = extras.FixedVersion != 0 ? extras.FixedVersion : version;
        if (!extras.AreTagsValid)
        {
            return default;
        }

        var own = extras.IsOwn ? ResultFlags.Own : ResultFlags.None;
        if (now < expiresAt)
        {
            var flags = extras.IsMarkedStale ? ResultFlags.HasValue | ResultFlags.Stale : ResultFlags.HasValue;
            return new MemoryHit(extras.Value, Remaining(extras.EntryExpiresAt != 0 ? extras.EntryExpiresAt : expiresAt, now), version, flags | own);
        }

        return now < CacheClock.After(expiresAt, extras.MaxStaleMs)
            ? new MemoryHit(extras.Value, expiresAt - now, version, ResultFlags.Reserve | ResultFlags.Stale | own)
            : default;
    }

    private static long Remaining(long expiresAt, long now) => expiresAt == EntryWrite.Never ? EntryWrite.Never : expiresAt - now;
}
