namespace Larder.Testing.Conformance.Modelling;

/// <summary>
/// What a cache must do, as simply as it can be said: a dictionary whose entries have an expiry, a sliding window and tags. Written without a
/// look at any tier; time is a number that the run moves.
/// </summary>
internal sealed class CacheModel
{
    public const long Never = long.MaxValue;

    private readonly Dictionary<string, ModelEntry> _entries = new(StringComparer.Ordinal);
    private long _writes;

    public long Now { get; set; }

    public ModelCounts Counts { get; } = new();

    public IEnumerable<string> Keys => _entries.Keys.Where(key => Find(key) is not null);

    public ModelEntry? Find(string key) => _entries.TryGetValue(key, out var entry) && Now < entry.ExpiresAt ? entry : null;

    public TimeSpan? TimeToLive(string key) =>
        Find(key) is { ExpiresAt: not Never } entry ? TimeSpan.FromMilliseconds(entry.ExpiresAt - Now) : null;

    /// <summary>Reads as a read that counts: prolongs a sliding entry, and counts.</summary>
    /// <returns>The entry, if it is of the type.</returns>
    public ModelEntry? Read(string key, ModelType type)
    {
        if (Find(key) is not { } entry)
        {
            Counts.Misses++;
            return null;
        }

        if (entry.SlidingMs > 0)
        {
            entry = entry with { ExpiresAt = Math.Min(Now + entry.SlidingMs, entry.CapAt) };
            _entries[key] = entry;
        }

        if (!entry.IsOf(type))
        {
            Counts.Misses++;
            Counts.TypeMismatches++;
            return null;
        }

        if (entry.IsStale)
        {
            Counts.StaleHits++;
        }
        else
        {
            Counts.FreshHits++;
        }

        return entry;
    }

    public void Set(string key, object? value, ModelOptions options)
    {
        Store(key, value, options);
        Counts.Sets++;
    }

    /// <summary>Stores without being counted, as a load does.</summary>
    public void Store(string key, object? value, ModelOptions options)
    {
        var firstLife = options.SlidingMs > 0 ? Math.Min(options.SlidingMs, options.TimeToLiveMs) : options.TimeToLiveMs;
        _entries[key] = new ModelEntry(++_writes, ModelResult.Widen(value), options.Tags)
        {
            ExpiresAt = After(firstLife),
            SlidingMs = options.SlidingMs,
            CapAt = After(options.TimeToLiveMs),
        };
    }

    public bool SetIf(bool condition, string key, object? value, ModelOptions options)
    {
        if (condition)
        {
            Set(key, value, options);
        }

        return condition;
    }

    /// <summary>Adds to a counter.</summary>
    /// <returns>The sum, or <see langword="null"/> when the entry is no integer or the sum too large.</returns>
    public long? Increment(string key, long by, ModelOptions options)
    {
        if (Find(key) is not { } entry)
        {
            Set(key, by, options);
            return by;
        }

        if (entry.Value is not long before || (Int128)before + by != unchecked(before + by))
        {
            return null;
        }

        _entries[key] = entry with { Write = ++_writes, Value = before + by };
        Counts.Sets++;
        return before + by;
    }

    public bool Expire(string key, long timeToLiveMs)
    {
        if (Find(key) is not { } entry)
        {
            return false;
        }

        _entries[key] = entry with { ExpiresAt = After(timeToLiveMs), CapAt = After(timeToLiveMs), SlidingMs = 0 };
        return true;
    }

    /// <summary>Removes an entry without being counted.</summary>
    public bool Drop(string key)
    {
        var lives = Find(key) is not null;
        _entries.Remove(key);
        return lives;
    }

    public bool Remove(string key)
    {
        var lives = Drop(key);
        Counts.Removes += lives ? 1 : 0;
        return lives;
    }

    public long RemoveAll(IEnumerable<string> keys) => keys.ToArray().LongCount(Remove);

    /// <summary>Removes what carries a tag; not counted, for nobody knows how many they are.</summary>
    public void RemoveByTag(string tag)
    {
        foreach (var key in Tagged(tag))
        {
            Drop(key);
        }
    }

    public void MarkStale(IEnumerable<string> keys)
    {
        foreach (var key in keys.ToArray())
        {
            if (Find(key) is { } entry)
            {
                _entries[key] = entry with { IsStale = true };
            }
        }
    }

    public string[] Tagged(string tag) => [.. _entries.Where(entry => entry.Value.Tags.Contains(tag)).Select(entry => entry.Key)];

    private long After(long milliseconds) => milliseconds == Never ? Never : Now + milliseconds;
}
