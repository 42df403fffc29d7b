using Larder.Dashboard.Documents;

namespace Larder.Dashboard.Collecting;

/// <summary>The last things that happened, oldest first. Evictions, of which there can be very many, have a place of their own.</summary>
internal sealed class EventLog(TimeProvider time)
{
    private const int MaxEvents = 400;
    private const int MaxEvictions = 100;

    private readonly Lock _gate = new();
    private readonly Queue<EventDocument> _events = [];
    private readonly Queue<EventDocument> _evictions = [];
    private readonly Dictionary<(string Cache, string Tag), DateTimeOffset> _tags = [];
    private long _last;

    public void Add(string cache, string kind, string what, string detail, string? traceId = null)
    {
        lock (_gate)
        {
            var (queue, most) = kind == "Evicted" ? (_evictions, MaxEvictions) : (_events, MaxEvents);
            queue.Enqueue(new EventDocument(++_last, time.GetUtcNow(), cache, kind, what, detail, traceId));
            if (queue.Count > most)
            {
                queue.Dequeue();
            }
        }
    }

    /// <summary>Takes note of when a tag was invalidated.</summary>
    public void NoteTag(string cache, string tag)
    {
        lock (_gate)
        {
            if (_tags.Count < 10_000 || _tags.ContainsKey((cache, tag)))
            {
                _tags[(cache, tag)] = time.GetUtcNow();
            }
        }
    }

    /// <summary>Gets when a tag was last invalidated, as far as this process knows.</summary>
    public DateTimeOffset? LastInvalidated(string cache, string tag)
    {
        lock (_gate)
        {
            return _tags.TryGetValue((cache, tag), out var at) ? at : null;
        }
    }

    public EventsDocument After(long id)
    {
        lock (_gate)
        {
            return new EventsDocument(_last, [.. _events.Concat(_evictions).Where(entry => entry.Id > id).OrderBy(entry => entry.Id)]);
        }
    }
}
