using Larder.Keys;

namespace Larder.Redis.Tier;

/// <summary>
/// What this process has changed in the last half minute, to be removed again when another server takes the place of the one that was told: a replica that was promoted, or a server that has
/// read an older state from its disk, may have it as it was before.
/// </summary>
internal sealed class RecentInvalidations(TimeProvider time)
{
    /// <summary>Older ones are given up when there are more.</summary>
    private const int MaxCount = 65_536;

    /// <summary>Longer than it takes to notice that a server is away, and to promote another.</summary>
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Queue<(long At, string? Key, string? Tag, KeyFilter? Filter)> _changes = new();

    public void AddKey(string key) => Add((time.GetTimestamp(), key, null, null));

    public void AddTag(string tag) => Add((time.GetTimestamp(), null, tag, null));

    public void AddFilter(KeyFilter filter) => Add((time.GetTimestamp(), null, null, filter));

    /// <summary>Gets what was changed lately.</summary>
    public (IReadOnlyCollection<string> Keys, IReadOnlyCollection<string> Tags, IReadOnlyCollection<KeyFilter> Filters) Take()
    {
        HashSet<string> keys = new(StringComparer.Ordinal), tags = new(StringComparer.Ordinal);
        HashSet<KeyFilter> filters = [];
        lock (_gate)
        {
            ForgetOld();
            foreach (var (_, key, tag, filter) in _changes)
            {
                if (key is not null)
                {
                    keys.Add(key);
                }
                else if (tag is not null)
                {
                    tags.Add(tag);
                }
                else
                {
                    filters.Add(filter!.Value);
                }
            }
        }

        return (keys, tags, filters);
    }

    /// <summary>Gives up what is too old. To be called now and then: nothing may be added any more.</summary>
    public void Age()
    {
        lock (_gate)
        {
            ForgetOld();
            if (_changes.Count == 0)
            {
                _changes.TrimExcess();
            }
        }
    }

    private void Add((long At, string? Key, string? Tag, KeyFilter? Filter) change)
    {
        lock (_gate)
        {
            ForgetOld();
            if (_changes.Count >= MaxCount)
            {
                _changes.Dequeue();
            }

            _changes.Enqueue(change);
        }
    }

    private void ForgetOld()
    {
        while (_changes.TryPeek(out var oldest) && time.GetElapsedTime(oldest.At) > Life)
        {
            _changes.Dequeue();
        }
    }
}
