namespace Larder.Redis.Journal;

/// <summary>What a worker knows of a partition. Used by one thread at a time, but for what says otherwise.</summary>
internal sealed class JournalPartition(int index)
{
    private readonly Lock _lock = new();
    private readonly HashSet<long> _held = [];
    private readonly List<(long Version, string Text)> _unsettled = [];

    public int Index => index;

    public bool IsOwned { get; set; }

    /// <summary>Gets or sets whether it is to be given back as soon as nothing of it is under way.</summary>
    public bool IsLeaving { get; set; }

    /// <summary>Gets or sets where to go on with what was read before; empty when there is no more.</summary>
    public string Cursor { get; set; } = "";

    /// <summary>Gets or sets how many entries waited when they were counted last.</summary>
    public long Length { get; set; }

    /// <summary>Gets how many entries are read and not settled. For all threads.</summary>
    public int Held
    {
        get
        {
            lock (_lock)
            {
                return _held.Count;
            }
        }
    }

    /// <summary>Notes that an entry was read.</summary>
    /// <returns>Whether it is not one that is under way already.</returns>
    public bool TryHold(long version)
    {
        lock (_lock)
        {
            return _held.Add(version);
        }
    }

    /// <summary>Tells whether an entry was read and is not settled. For all threads.</summary>
    public bool Holds(long version)
    {
        lock (_lock)
        {
            return _held.Contains(version);
        }
    }

    /// <summary>Notes that the source has entries. For all threads.</summary>
    public void AddUnsettled(IEnumerable<(long Version, string Text)> entries)
    {
        lock (_lock)
        {
            _unsettled.AddRange(entries);
        }
    }

    /// <summary>Gets some of what is to be settled. For all threads.</summary>
    public IReadOnlyList<(long Version, string Text)> Unsettled(int count)
    {
        lock (_lock)
        {
            return [.. _unsettled.Take(count)];
        }
    }

    /// <summary>Forgets entries that are settled. For all threads.</summary>
    public void Drop(IReadOnlyList<(long Version, string Text)> entries)
    {
        lock (_lock)
        {
            foreach (var entry in entries)
            {
                _unsettled.Remove(entry);
                _held.Remove(entry.Version);
            }
        }
    }

    /// <summary>Forgets everything: the partition is another's.</summary>
    public void Lose()
    {
        (IsOwned, IsLeaving, Cursor, Length) = (false, false, "", 0);
        lock (_lock)
        {
            _held.Clear();
            _unsettled.Clear();
        }
    }
}
