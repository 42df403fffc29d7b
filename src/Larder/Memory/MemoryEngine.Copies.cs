using Larder.Tiers;

namespace Larder.Memory;

/// <summary>Copies of entries of a shared tier.</summary>
internal sealed partial class MemoryEngine
{
    /// <summary>Keeps a copy, unless its key or one of its tags was invalidated since the ticket was taken. Ends the ticket.</summary>
    public void CompleteCopy(MemoryFillTicket ticket, in MemoryCopy copy)
    {
        var key = ticket.Key;
        var weight = _limits.Weigh(key, copy.Value);
        var tags = _tags.Acquire(copy.Tags);
        var hash = KeyHash.Of(key);
        var shard = ShardOf(hash);
        var isStored = false;
        lock (shard.Gate)
        {
            var stands = shard.Fills.Complete(ticket) && !ticket.IsVoid && !_isDisposed && weight <= _limits.MaxBytes
                && TagTable.AreValid(tags, ticket.StartClock) && !TagTable.AreStale(tags, ticket.StartClock);
            var index = stands ? shard.FindNeedsLock(key, hash) : 0;
            if (stands && !HoldsNeedsLock(shard, index, copy.Version))
            {
                StoreNeedsLock(shard, index, key, hash, copy, weight, tags, ticket.StartClock);
                isStored = true;
            }

            ticket.Void();
        }

        TagTable.Release(ticket.Tags);
        if (!isStored)
        {
            TagTable.Release(tags);
            return;
        }

        MakeRoom(shard);
        if (copy.LifeMs != EntryWrite.Never && !_isDisposed)
        {
            _sweeper.Start();
        }
    }

    /// <summary>
    /// Ends the lives of copies that may not be believed any more, and voids all tickets: those that may stand in for an entry that cannot be had are kept for that,
    /// the others are removed. What is no copy stays.
    /// </summary>
    /// <param name="concerns">Which keys are concerned; <see langword="null"/> for all.</param>
    public void Suspend(Func<string, bool>? concerns)
    {
        foreach (var shard in _shards)
        {
            lock (shard.Gate)
            {
                foreach (var ticket in shard.Fills.Tickets)
                {
                    ticket.Void();
                }
            }

            ForEach(shard, filter: null, (shard, index, key) =>
            {
                if (concerns?.Invoke(key) == false)
                {
                    return;
                }

                ref var slot = ref shard.Slots[index];
                if (slot.HasExtras && ((MemoryExtras)slot.Value!).IsOwn)
                {
                    return;
                }

                if (slot.HasExtras && (MemoryExtras)slot.Value! is { MaxStaleMs: > 0 } extras)
                {
                    var now = _clock.NowMs;
                    if (now < slot.ExpiresAt)
                    {
                        shard.ChangeLifeNeedsLock(index, extras, now);
                    }
                }
                else
                {
                    RemoveNeedsLock(shard, index);
                }
            });
        }
    }

    /// <summary>Invalidates a tag of copies, of which there may be none.</summary>
    public void InvalidateTagOfCopies(string tag)
    {
        _tags.InvalidateIfKnown(tag);
        _sweeper.Start();
    }

    /// <summary>Invalidates all tags that are in use.</summary>
    public void InvalidateTags()
    {
        foreach (var tag in _tags.All)
        {
            _tags.Invalidate(tag.Name, isLazy: false);
        }
    }

    private bool HoldsNeedsLock(MemoryShard shard, int index, long version) =>
        index != 0 && PeekNeedsLock(shard, index) is { Lives: true } present && present.Version == version;

    private void StoreNeedsLock(MemoryShard shard, int index, string key, uint hash, in MemoryCopy copy, long weight, Tag[]? tags, long tagStamp)
    {
        var now = _clock.NowMs;
        var expiresAt = CacheClock.After(now, copy.LifeMs);
        var life = new SlotLife(expiresAt, storedAt: now - copy.AgeMs);
        var extras = new MemoryExtras
        {
            Value = copy.Value,
            FixedVersion = copy.Version,
            Tags = tags,
            TagStamp = tagStamp,
            CapAt = expiresAt,
            EntryExpiresAt = copy.EntryLifeMs == copy.LifeMs ? 0 : CacheClock.After(now, copy.EntryLifeMs),
            MaxStaleMs = copy.MaxStaleMs,
            RefreshAt = CacheClock.After(now, copy.RefreshInMs),
            XFetchMs = copy.XFetchMs,
            IsStale = copy.IsStale,
        };
        if (index == 0)
        {
            shard.InsertNeedsLock(key, hash, extras, hasExtras: true, life, weight);
        }
        else
        {
            ReleaseTagsNeedsLock(shard, index);
            shard.ReplaceNeedsLock(index, extras, hasExtras: true, life, weight);
        }
    }
}
