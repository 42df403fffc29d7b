using System.Diagnostics;
using Larder.Tiers;

namespace Larder.Memory;

/// <summary>
/// A share of the keys with the lock under which they change, the tickets of their loads, and their eviction order: a list from the most
/// to the least recently placed. A use only notes its number in the entry; the order is mended when room is needed.
/// </summary>
internal sealed class MemoryStripe(int index)
{
    /// <summary>How many of the oldest entries are compared to find the least recently used one.</summary>
    private const int Window = 16;

    /// <summary>How many entries are looked at in one search, which bounds the time under the lock.</summary>
    private const int MaxSeen = 1024;

    private MemoryEntry? _newest;
    private MemoryEntry? _oldest;
    private long _uses;
    private long _versions;

    public Lock Gate { get; } = new();

    public FillTable Fills { get; } = new();

    public int Count { get; private set; }

    /// <summary>Makes a version that no other entry of this process has.</summary>
    public long NextVersionNeedsLock() => (++_versions * 64) + index;

    public void Touch(MemoryEntry entry) => entry.LastUse = ++_uses;

    public void LinkNeedsLock(MemoryEntry entry)
    {
        entry.LastUse = entry.PlacedAt = ++_uses;
        PlaceNewest(entry);
        Count++;
    }

    public void UnlinkNeedsLock(MemoryEntry entry)
    {
        Detach(entry);
        Count--;
        Debug.Assert(Count >= 0, "A stripe cannot hold fewer than no entries.");
    }

    public void ReplaceNeedsLock(MemoryEntry entry, MemoryEntry successor)
    {
        UnlinkNeedsLock(entry);
        LinkNeedsLock(successor);
    }

    /// <summary>
    /// Finds the entry that makes room: the least recently used of the oldest that were not used since they were placed. Those that were are
    /// moved up on the way, which each use pays for once.
    /// </summary>
    public MemoryEntry? FindVictimNeedsLock()
    {
        MemoryEntry? victim = null;
        var next = _oldest;
        for (int seen = 0, candidates = 0; next is not null && seen < MaxSeen && candidates < Window; seen++)
        {
            var entry = next;
            next = entry.Newer;
            if (entry.LastUse > entry.PlacedAt)
            {
                next ??= entry;
                Detach(entry);
                entry.PlacedAt = entry.LastUse;
                PlaceNewest(entry);
            }
            else
            {
                candidates++;
                victim = victim is null || entry.LastUse < victim.LastUse ? entry : victim;
            }
        }

        return victim ?? _oldest;
    }

    private void PlaceNewest(MemoryEntry entry)
    {
        entry.Older = _newest;
        entry.Newer = null;
        if (_newest is null)
        {
            _oldest = entry;
        }
        else
        {
            _newest.Newer = entry;
        }

        _newest = entry;
    }

    private void Detach(MemoryEntry entry)
    {
        if (entry.Newer is null)
        {
            _newest = entry.Older;
        }
        else
        {
            entry.Newer.Older = entry.Older;
        }

        if (entry.Older is null)
        {
            _oldest = entry.Newer;
        }
        else
        {
            entry.Older.Newer = entry.Newer;
        }

        entry.Newer = entry.Older = null;
    }
}
