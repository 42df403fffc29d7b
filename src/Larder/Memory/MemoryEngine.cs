using System.Collections.Concurrent;
using System.Numerics;
using Larder.Diagnostics;
using Larder.Keys;
using Larder.Tiers;

namespace Larder.Memory;

/// <summary>
/// The entries in the memory of the process. Reads take no lock; every change of a key happens under the lock of the key's stripe, together with
/// voiding the tickets of the key's loads, so that a load that began before a change can never be stored after it. Nothing of the
/// user's runs under a lock.
/// </summary>
internal sealed partial class MemoryEngine : IDisposable
{
    private const int EntriesPerStripe = 512;
    private const int MaxStripes = 64;

    private readonly ConcurrentDictionary<string, MemoryEntry> _table;
    private readonly ConcurrentDictionary<string, MemoryEntry>.AlternateLookup<ReadOnlySpan<char>> _bySpan;
    private readonly MemoryStripe[] _stripes;
    private readonly TagTable _tags = new();
    private readonly MemoryLimits _limits;
    private readonly CacheClock _clock;
    private readonly StripedCounters _counters;
    private readonly CacheEvents _events;
    private readonly Sweeper _sweeper;
    private long _bytes;
    private int _count;
    private volatile bool _isDisposed;

    public MemoryEngine(MemoryLimits limits, CacheClock clock, StripedCounters counters, CacheEvents events)
    {
        _limits = limits;
        _clock = clock;
        _counters = counters;
        _events = events;
        _table = new ConcurrentDictionary<string, MemoryEntry>(StringComparer.Ordinal);
        _bySpan = _table.GetAlternateLookup<ReadOnlySpan<char>>();
        _stripes = new MemoryStripe[BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(limits.MaxEntries / EntriesPerStripe, 1, MaxStripes))];
        for (var i = 0; i < _stripes.Length; i++)
        {
            _stripes[i] = new MemoryStripe(i);
        }

        _sweeper = new Sweeper(clock.Provider, limits.SweepInterval, Sweep);
    }

    public int Count => Volatile.Read(ref _count);

    public long Bytes => Volatile.Read(ref _bytes);

    public int TagCount => _tags.Count;

    public long TagClock => _tags.Clock;

    public DateTimeOffset? LastSweep => _sweeper.LastRun;

    /// <summary>Finds an entry that lives, or that is held in reserve.</summary>
    public bool TryGet(ReadOnlySpan<char> key, ReadIntent intent, out MemoryHit hit)
    {
        if (!_bySpan.TryGetValue(key, out var entry))
        {
            hit = default;
            return false;
        }

        hit = Read(entry, intent);
        return hit.Flags != ResultFlags.None;
    }

    /// <summary>Stores a value, if the condition holds.</summary>
    /// <returns>The version of the new entry, or zero when the condition did not hold.</returns>
    public long Write(string key, object? value, in EntryWrite write, WriteCondition condition, out MemoryHit previous)
    {
        var weight = _limits.Weigh(key, value);
        var tags = _tags.Acquire(write.Tags);
        var stripe = StripeOf(key);
        long version;
        lock (stripe.Gate)
        {
            previous = FindNeedsLock(key) is { } present ? Read(present, ReadIntent.Peek) : default;
            if (!condition.Holds(previous.Lives ? previous.Version : 0) || _isDisposed)
            {
                TagTable.Release(tags);
                return 0;
            }

            stripe.Fills.Void(key);
            version = StoreNeedsLock(stripe, key, value, write, weight, tags, _tags.Clock);
        }

        AfterStore(key, stripe, weight, write);
        return version;
    }

    /// <summary>Adds to an integer.</summary>
    public long Increment(string key, long by, in EntryWrite write)
    {
        var stripe = StripeOf(key);
        var weight = _limits.Weigh(key, by);
        long sum;
        lock (stripe.Gate)
        {
            if (FindNeedsLock(key) is { } present && present.Lives(_clock.NowMs))
            {
                if (!Integers.TryToInt64(present.Value, out var before))
                {
                    throw new CacheTypeException($"The entry '{key}' holds {present.Value?.GetType().Name ?? "null"}, which is not an integer, and cannot be incremented.");
                }

                sum = checked(before + by);
                stripe.Fills.Void(key);
                PutInPlaceNeedsLock(stripe, present, new MemoryEntry(present, sum) { Version = stripe.NextVersionNeedsLock() });
                return sum;
            }

            sum = by;
            stripe.Fills.Void(key);
            if (!_isDisposed)
            {
                StoreNeedsLock(stripe, key, sum, write, weight, _tags.Acquire(write.Tags), _tags.Clock);
            }
        }

        AfterStore(key, stripe, weight, write);
        return sum;
    }

    /// <summary>Removes an entry if the condition holds, and voids the loads of its key.</summary>
    /// <returns>Whether it lived.</returns>
    public bool Remove(string key, WriteCondition condition)
    {
        var stripe = StripeOf(key);
        lock (stripe.Gate)
        {
            var present = FindNeedsLock(key);
            var lives = present is not null && present.Lives(_clock.NowMs);
            if (!condition.Holds(lives ? present!.Version : 0))
            {
                return false;
            }

            stripe.Fills.Void(key);
            if (present is not null)
            {
                RemoveNeedsLock(stripe, present);
            }

            return lives;
        }
    }

    /// <summary>Gives an entry that lives a new fixed expiry, and voids the loads of its key.</summary>
    public bool Expire(string key, long timeToLiveMs) =>
        Change(key, (entry, now) => new MemoryEntry(entry, entry.Value, CacheClock.After(now, timeToLiveMs)));

    /// <summary>Marks an entry stale, and voids the loads of its key: they began before.</summary>
    public bool MarkStale(string key) =>
        Change(key, static (entry, _) => new MemoryEntry(entry, entry.Value) { IsStale = true });

    public void InvalidateTag(string tag, bool isLazy)
    {
        _tags.Invalidate(tag, isLazy);
        _sweeper.Start();
    }

    public void Dispose()
    {
        _isDisposed = true;
        _sweeper.Dispose();
        RemoveAll(new KeyFilter("", GlobPattern.All));
    }

    private bool Change(string key, Func<MemoryEntry, long, MemoryEntry> change)
    {
        var stripe = StripeOf(key);
        lock (stripe.Gate)
        {
            stripe.Fills.Void(key);
            var now = _clock.NowMs;
            if (FindNeedsLock(key) is not { } present || !present.Lives(now))
            {
                return false;
            }

            var successor = change(present, now);
            PutInPlaceNeedsLock(stripe, present, successor);
            StartSweeper(successor.ExpiresAt);
            return true;
        }
    }

    private MemoryHit Read(MemoryEntry entry, ReadIntent intent)
    {
        var expiresAt = entry.ExpiresAt;
        var now = expiresAt == EntryWrite.Never ? 0 : _clock.NowMs;
        if (entry.Tags is not null && !TagTable.AreValid(entry.Tags, entry.TagStamp))
        {
            return default;
        }

        if (now >= expiresAt)
        {
            return now < CacheClock.After(expiresAt, entry.MaxStaleMs)
                ? new MemoryHit(entry.Value, expiresAt - now, entry.Version, ResultFlags.Reserve | ResultFlags.Stale)
                : default;
        }

        var flags = ResultFlags.HasValue;
        if (entry.IsStale || (entry.Tags is not null && TagTable.AreStale(entry.Tags, entry.TagStamp)))
        {
            flags |= ResultFlags.Stale;
        }

        if (intent == ReadIntent.Get)
        {
            entry.Stripe.Touch(entry);
            if (entry.SlidingMs > 0)
            {
                expiresAt = Slide(entry);
            }

            if (now >= entry.RefreshAt || (entry.XFetchMs > 0 && expiresAt != EntryWrite.Never && now - (entry.XFetchMs * Math.Log(1 - Random.Shared.NextDouble())) >= expiresAt))
            {
                flags |= ResultFlags.RefreshDue;
            }
        }

        return new MemoryHit(entry.Value, expiresAt == EntryWrite.Never ? EntryWrite.Never : expiresAt - now, entry.Version, flags);
    }

    /// <summary>Prolongs a sliding entry; under the lock, so that one that others saw expired stays expired.</summary>
    private long Slide(MemoryEntry entry)
    {
        lock (entry.Stripe.Gate)
        {
            var now = _clock.NowMs;
            if (now < entry.ExpiresAt)
            {
                entry.ExpiresAt = Math.Min(CacheClock.After(now, entry.SlidingMs), entry.CapAt);
            }

            return entry.ExpiresAt;
        }
    }

    private MemoryStripe StripeOf(string key) => _stripes[key.GetHashCode(StringComparison.Ordinal) & (_stripes.Length - 1)];

    private MemoryEntry? FindNeedsLock(string key) => _table.TryGetValue(key, out var entry) ? entry : null;

    private long StoreNeedsLock(MemoryStripe stripe, string key, object? value, in EntryWrite write, long weight, Tag[]? tags, long tagStamp)
    {
        var version = stripe.NextVersionNeedsLock();
        var present = FindNeedsLock(key);
        if (weight > _limits.MaxBytes)
        {
            TagTable.Release(tags);
            if (present is not null)
            {
                RemoveNeedsLock(stripe, present);
            }

            return version;
        }

        var entry = new MemoryEntry(stripe, key, value, write, _clock.NowMs, tags, tagStamp) { Version = version, Weight = weight };
        if (present is not null)
        {
            PutInPlaceNeedsLock(stripe, present, entry);
            TagTable.Release(present.Tags);
        }
        else
        {
            _table[key] = entry;
            stripe.LinkNeedsLock(entry);
            Interlocked.Increment(ref _count);
            Interlocked.Add(ref _bytes, weight);
        }

        return version;
    }

    private void PutInPlaceNeedsLock(MemoryStripe stripe, MemoryEntry present, MemoryEntry successor)
    {
        _table[present.Key] = successor;
        stripe.ReplaceNeedsLock(present, successor);
        Interlocked.Add(ref _bytes, successor.Weight - present.Weight);
    }

    private void RemoveNeedsLock(MemoryStripe stripe, MemoryEntry entry)
    {
        _table.TryRemove(entry.Key, out _);
        stripe.UnlinkNeedsLock(entry);
        TagTable.Release(entry.Tags);
        Interlocked.Decrement(ref _count);
        Interlocked.Add(ref _bytes, -entry.Weight);
    }

    private void AfterStore(string key, MemoryStripe stripe, long weight, in EntryWrite write)
    {
        if (weight > _limits.MaxBytes)
        {
            _counters.Increment(Counter.TooLargeEvictions);
            _events.OnEvicted(new CacheEviction(key, EvictionReason.TooLarge));
            return;
        }

        MakeRoom(stripe);
        StartSweeper(write.FirstLifeMs);
    }

    private void StartSweeper(long expiry)
    {
        if (expiry != EntryWrite.Never && !_isDisposed)
        {
            _sweeper.Start();
        }
    }
}
