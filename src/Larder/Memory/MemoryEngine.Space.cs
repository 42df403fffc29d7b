using Larder.Diagnostics;
using Larder.Keys;

namespace Larder.Memory;

internal sealed partial class MemoryEngine
{
    /// <summary>Lists the keys that live, without a lock: keys that are there throughout are listed once.</summary>
    public IEnumerable<string> Keys(KeyFilter filter)
    {
        foreach (var (key, entry) in _table)
        {
            if (filter.IsMatch(key) && entry.Lives(_clock.NowMs))
            {
                yield return key;
            }
        }
    }

    /// <summary>Removes all entries that match, and voids all loads of such keys, stripe by stripe.</summary>
    /// <returns>How many of them lived.</returns>
    public long RemoveAll(KeyFilter filter)
    {
        VoidFills(filter);
        long removed = 0;
        foreach (var (key, _) in _table)
        {
            if (filter.IsMatch(key))
            {
                removed += Remove(key, default) ? 1 : 0;
            }
        }

        return removed;
    }

    public void MarkAllStale(KeyFilter filter)
    {
        VoidFills(filter);
        foreach (var (key, _) in _table)
        {
            if (filter.IsMatch(key))
            {
                MarkStale(key);
            }
        }
    }

    /// <summary>Reclaims what is past its expiry and reserve, or has an invalidated tag, and tags that nothing refers to.</summary>
    /// <returns>Whether there is anything left to come back for.</returns>
    public bool Sweep()
    {
        var oldestLoad = OldestLoad();
        var now = _clock.NowMs;
        long swept = 0;
        foreach (var (_, entry) in _table)
        {
            if (!entry.IsHeld(now) && RemoveDead(entry, now))
            {
                swept++;
            }
        }

        _tags.Sweep(oldestLoad);
        _counters.Increment(Counter.Sweeps);
        _counters.Add(Counter.SweptEntries, swept);
        return !_table.IsEmpty || _tags.Count > 0;
    }

    private bool RemoveDead(MemoryEntry entry, long now)
    {
        lock (entry.Stripe.Gate)
        {
            if (!ReferenceEquals(FindNeedsLock(entry.Key), entry) || entry.IsHeld(now))
            {
                return false;
            }

            RemoveNeedsLock(entry.Stripe, entry);
        }

        var isExpired = now >= entry.ExpiresAt;
        _counters.Increment(isExpired ? Counter.ExpiredEvictions : Counter.TagEvictions);
        if (_events.HasEvicted)
        {
            _events.OnEvicted(new CacheEviction(entry.Key, isExpired ? EvictionReason.Expired : EvictionReason.TagInvalidated));
        }

        return true;
    }

    /// <summary>Evicts until the limits hold, beginning with a stripe that has just grown. An entry that is alone there is the one that was just stored, and stays.</summary>
    private void MakeRoom(MemoryStripe grown)
    {
        var stripe = grown;
        var next = Array.IndexOf(_stripes, stripe);
        for (var empty = 0; empty < _stripes.Length;)
        {
            var overEntries = Count > _limits.MaxEntries;
            if (!overEntries && Bytes <= _limits.MaxBytes)
            {
                return;
            }

            MemoryEntry? victim;
            lock (stripe.Gate)
            {
                victim = stripe == grown && stripe.Count == 1 ? null : stripe.FindVictimNeedsLock();
                if (victim is not null)
                {
                    RemoveNeedsLock(stripe, victim);
                }
            }

            if (victim is null)
            {
                empty++;
            }
            else
            {
                empty = 0;
                ReportEviction(victim, overEntries);
            }

            if (victim is null || stripe.Count <= 1)
            {
                next = (next + 1) & (_stripes.Length - 1);
                stripe = _stripes[next];
            }
        }
    }

    private void ReportEviction(MemoryEntry victim, bool overEntries)
    {
        var isExpired = _clock.NowMs >= victim.ExpiresAt;
        var reason = isExpired ? EvictionReason.Expired : overEntries ? EvictionReason.EntryLimit : EvictionReason.ByteLimit;
        _counters.Increment(reason switch
        {
            EvictionReason.Expired => Counter.ExpiredEvictions,
            EvictionReason.EntryLimit => Counter.EntryLimitEvictions,
            _ => Counter.ByteLimitEvictions,
        });
        if (_events.HasEvicted)
        {
            _events.OnEvicted(new CacheEviction(victim.Key, reason));
        }
    }

    private void VoidFills(KeyFilter filter)
    {
        foreach (var stripe in _stripes)
        {
            lock (stripe.Gate)
            {
                stripe.Fills.Void(filter);
            }
        }
    }

    /// <summary>Gets the tag clock of the oldest load under way, or the present one.</summary>
    private long OldestLoad()
    {
        var oldest = _tags.Clock;
        foreach (var stripe in _stripes)
        {
            lock (stripe.Gate)
            {
                foreach (var ticket in stripe.Fills.Tickets)
                {
                    oldest = Math.Min(oldest, ticket.StartClock);
                }
            }
        }

        return oldest;
    }
}
