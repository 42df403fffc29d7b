using System.Collections.Concurrent;
using Larder.Redis.Tier;
using Larder.Serialization;
using Larder.Tiers;

namespace Larder.Redis.Tracking;

/// <summary>
/// The records of tags that this process has read, and of which it would be told if they changed: entries with these tags are judged without asking the server.
/// </summary>
/// <param name="trust">Whether it would be told at this moment.</param>
internal sealed class KnownTags(TrustGate trust)
{
    /// <summary>Beyond this many all are forgotten: they are read again when they are needed.</summary>
    private const int MaxCount = 100_000;

    private readonly Lock _gate = new();
    private ConcurrentDictionary<string, TagRecord> _records = new(StringComparer.Ordinal);
    private ConcurrentDictionary<string, TagRecord> _older = new(StringComparer.Ordinal);
    private long _stamp;

    /// <summary>Gets a number that changes whenever a record may have changed. To be read before a record is, and given to <see cref="Add"/>.</summary>
    public long Stamp => Volatile.Read(ref _stamp);

    /// <summary>Judges an entry by its tags, if the records of all of them are known.</summary>
    public TagValidity? Check(in EntryFrame frame)
    {
        var validity = TagValidity.Valid;
        if (!trust.IsOpen)
        {
            return null;
        }

        foreach (var tag in frame.Tags)
        {
            if (!TryFind(tag.Name, out var record))
            {
                return null;
            }

            validity = RedisTags.Worse(validity, RedisTags.ValidityOf(frame, tag, record));
        }

        return validity;
    }

    /// <summary>Takes note of a record, unless one may have changed since it was asked for.</summary>
    public void Add(string tag, TagRecord record, long stamp)
    {
        if (!trust.IsOpen)
        {
            return;
        }

        lock (_gate)
        {
            if (stamp != _stamp)
            {
                return;
            }

            if (_records.Count >= MaxCount)
            {
                _records.Clear();
            }

            _records[tag] = record;
        }
    }

    public void Forget(string tag)
    {
        lock (_gate)
        {
            _stamp++;
            _records.TryRemove(tag, out _);
            _older.TryRemove(tag, out _);
        }
    }

    public void ForgetAll()
    {
        lock (_gate)
        {
            _stamp++;
            _records.Clear();
            _older.Clear();
        }
    }

    /// <summary>Forgets the records that were of no use since the last time. To be called now and then.</summary>
    public void Age()
    {
        lock (_gate)
        {
            (_older, _records) = (_records, new(StringComparer.Ordinal));
        }
    }

    private bool TryFind(string tag, out TagRecord record)
    {
        if (Volatile.Read(ref _records).TryGetValue(tag, out record))
        {
            return true;
        }

        lock (_gate)
        {
            // One that has changed meanwhile is in neither.
            return _records.TryGetValue(tag, out record) || (_older.TryRemove(tag, out record) && _records.TryAdd(tag, record));
        }
    }
}
