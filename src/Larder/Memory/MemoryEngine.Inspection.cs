using Larder.Inspection;
using Larder.Keys;
using Larder.Serialization;
using Larder.Tiers;

namespace Larder.Memory;

/// <summary>What tools are shown. Nothing of it counts as a use.</summary>
internal sealed partial class MemoryEngine
{
    private const string CursorPlace = "m";

    /// <summary>Describes an entry; <see langword="null"/> when none lives.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="tiers">Where those entries are that are not marked as being here only.</param>
    public EntryInfo? Describe(string key, CacheTiers tiers = CacheTiers.Memory)
    {
        var hash = KeyHash.Of(key);
        var shard = ShardOf(hash);
        lock (shard.Gate)
        {
            var index = shard.FindNeedsLock(key, hash);
            return index == 0 ? null : DescribeNeedsLock(shard, index, tiers);
        }
    }

    /// <summary>Lists entries, in the order of their places in memory, which they keep.</summary>
    /// <param name="scan">How far.</param>
    /// <param name="filter">Which keys.</param>
    /// <param name="tiers">Where those entries are that are not marked as being here only; with a shared tier they are left out, which lists them itself.</param>
    public EntryPage Scan(EntryScan scan, KeyFilter filter, CacheTiers tiers = CacheTiers.Memory)
    {
        var at = scan.Cursor is null ? [0, 1] : ScanCursor.Read(scan.Cursor, CursorPlace, 2);
        if (at[0] < 0)
        {
            throw ScanCursor.Malformed(scan.Cursor!);
        }

        var found = new List<EntryInfo>();
        long scanned = 0;
        var index = (int)Math.Clamp(at[1], 1, int.MaxValue);
        for (var number = at[0]; number < _shards.Length; number++, index = 1)
        {
            for (var shard = _shards[number]; KeyAt(shard, index, out var key); index++)
            {
                if (found.Count >= scan.PageSize || scanned >= scan.MaxScanned)
                {
                    return Page(ScanCursor.Of(CursorPlace, number, index));
                }

                scanned += key is null ? 0 : 1;
                if (key is not null && filter.IsMatch(key) && Describe(key, tiers) is { Tiers: CacheTiers.Memory } entry && HasTag(entry, scan.Tag))
                {
                    found.Add(entry);
                }
            }
        }

        return Page(cursor: null);

        EntryPage Page(string? cursor) => new() { Entries = found, Cursor = cursor, Scanned = scanned, Total = Count };
    }

    /// <summary>Tells whether an entry has a tag; <see langword="null"/> stands for any.</summary>
    public static bool HasTag(EntryInfo entry, string? tag) => tag is null || entry.Tags.Contains(tag, StringComparer.Ordinal);

    /// <summary>Gets the value of an entry; <see langword="null"/> when none lives.</summary>
    public HeldValue? Hold(string key) => TryGet(key, ReadIntent.Peek, out var hit) && hit.Lives ? HeldValue.OfObject(hit.Value) : null;

    /// <summary>Lists tags that entries or loads refer to.</summary>
    public IEnumerable<TagInfo> DescribeTags(GlobPattern pattern) => _tags.All
        .Where(tag => tag.References > 0 && (pattern.MatchesAll || pattern.IsMatch(tag.Name)))
        .Select(tag => new TagInfo(tag.Name, Math.Max(0, tag.References), IsShared: false));

    private EntryInfo? DescribeNeedsLock(MemoryShard shard, int index, CacheTiers tiers)
    {
        var hit = PeekNeedsLock(shard, index);
        if (!hit.Lives)
        {
            return null;
        }

        ref var slot = ref shard.Slots[index];
        var extras = slot.HasExtras ? (MemoryExtras)slot.Value! : null;
        return new EntryInfo
        {
            Key = slot.Key!,
            Tiers = (hit.Flags & ResultFlags.Own) != 0 ? CacheTiers.Memory : tiers,
            TimeToLive = hit.TimeToLive.Remaining,
            Age = TimeSpan.FromSeconds(slot.Life.AgeMs(_clock.NowMs) / 1_000),
            SlidingExpiration = extras is { SlidingMs: > 0 } ? TimeSpan.FromMilliseconds(extras.SlidingMs) : null,
            MaxStale = CacheClock.Span(extras?.MaxStaleMs ?? 0),
            IsStale = (hit.Flags & ResultFlags.Stale) != 0,
            Size = slot.Weight,
            Format = hit.Value is SerializedValue ? "bytes of a copy" : hit.Value?.GetType().ToString() ?? "null",
            Tags = extras?.Tags is { } tags ? Array.ConvertAll(tags, tag => tag.Name) : [],
            Version = hit.Version,
        };
    }
}
