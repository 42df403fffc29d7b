using System.Collections.Concurrent;

namespace Larder.Memory;

/// <summary>
/// The tags in use. A clock counts invalidations; an entry is valid while none of its tags was invalidated after the entry's stamp, which is
/// the clock when its load or write began. Invalidating a tag is one step, however many entries carry it.
/// </summary>
internal sealed class TagTable
{
    private readonly ConcurrentDictionary<string, Tag> _tags = new(StringComparer.Ordinal);
    private long _clock;

    /// <summary>When a tag was last invalidated that is not in the table: it may have been any.</summary>
    private long _unknownAt;

    public long Clock => Volatile.Read(ref _clock);

    public int Count => _tags.Count;

    public IEnumerable<Tag> All => _tags.Select(pair => pair.Value);

    /// <summary>Resolves tags and refers to them.</summary>
    public Tag[]? Acquire(string[]? names)
    {
        if (names is null or [])
        {
            return null;
        }

        var tags = new Tag[names.Length];
        for (var i = 0; i < names.Length; i++)
        {
            Tag tag;
            do
            {
                tag = _tags.TryGetValue(names[i], out var known) ? known : Add(names[i]);
            }
            while (!tag.TryAddReference());

            tags[i] = tag;
        }

        return tags;
    }

    public static void Release(Tag[]? tags)
    {
        foreach (var tag in tags ?? [])
        {
            tag.Release();
        }
    }

    public static bool AreValid(Tag[]? tags, long stamp)
    {
        if (tags is not null)
        {
            foreach (var tag in tags)
            {
                if (tag.InvalidatedAt > stamp)
                {
                    return false;
                }
            }
        }

        return true;
    }

    public static bool AreStale(Tag[]? tags, long stamp)
    {
        if (tags is not null)
        {
            foreach (var tag in tags)
            {
                if (tag.StaledAt > stamp)
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>
    /// Invalidates a tag, whether or not an entry carries it: a load under way may yet yield one that does.
    /// </summary>
    public void Invalidate(string name, bool isLazy)
    {
        var tag = Acquire([name])![0];
        var at = Interlocked.Increment(ref _clock);
        if (isLazy)
        {
            tag.MarkStale(at);
        }
        else
        {
            tag.Invalidate(at);
        }

        tag.Release();
    }

    /// <summary>
    /// Invalidates a tag without adding it to those in use: one that is added later counts as invalidated now, so that a read under way whose entry carries it is not kept.
    /// </summary>
    public void InvalidateIfKnown(string name)
    {
        if (!_tags.ContainsKey(name))
        {
            Interlocked.Exchange(ref _unknownAt, Interlocked.Increment(ref _clock));
            if (!_tags.ContainsKey(name))
            {
                return;
            }
        }

        Invalidate(name, isLazy: false);
    }

    private Tag Add(string name)
    {
        var tag = _tags.GetOrAdd(name, static (name, table) =>
        {
            var made = new Tag(name);
            made.Invalidate(Volatile.Read(ref table._unknownAt));
            return made;
        }, this);

        // Who invalidated it meanwhile either saw it, or is seen here.
        Interlocked.MemoryBarrier();
        tag.Invalidate(Volatile.Read(ref _unknownAt));
        return tag;
    }

    /// <summary>Forgets tags that nothing refers to and that no load that began at or after a point on the clock could still offend.</summary>
    public void Sweep(long oldestLoad)
    {
        foreach (var (name, tag) in _tags)
        {
            if (!IsOld(tag) || !tag.TryRetire())
            {
                continue;
            }

            // Asked again: it may have been invalidated before it was retired, and cannot be from now on.
            if (IsOld(tag))
            {
                _tags.TryRemove(KeyValuePair.Create(name, tag));
            }
            else
            {
                tag.Revive();
            }
        }

        bool IsOld(Tag tag) => tag.InvalidatedAt <= oldestLoad && tag.StaledAt <= oldestLoad;
    }
}
