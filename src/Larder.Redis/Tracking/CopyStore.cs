using System.Text;
using Larder.Memory;
using Larder.Redis.Commands;
using Larder.Redis.Connections;
using Larder.Redis.Tier;
using Larder.Redis.Topology;
using Larder.Serialization;
using Larder.Tiers;

namespace Larder.Redis.Tracking;

/// <summary>
/// Copies in memory of what a cache has read from Redis. A read takes a ticket before it is sent, and its copy is kept only if the key was not changed, here or
/// elsewhere, until the reply was there. Changes elsewhere come as pushes of the server, on the connection that the copies were read over.
/// </summary>
internal sealed class CopyStore : IDisposable
{
    private readonly InvalidationFeed _feed;
    private readonly IInvalidationListener _owner;
    private readonly RedisClient _client;
    private readonly byte[] _prefix;

    /// <summary>Whom the copies of each slot of a cluster were read from; in other topologies all have the first place.</summary>
    private readonly RedisNode?[] _sources = new RedisNode?[KeySlot.Count];
    private volatile bool _isCluster;
    private volatile bool _hasOwn;

    /// <summary>How long a copy is used where processes tell each other of changes: one that dies between a change and the word of it is not heard of.</summary>
    private const long LongestByChannelMs = 30_000;

    /// <summary>Makes the copies of a cache.</summary>
    /// <param name="engine">Where they are.</param>
    /// <param name="owner">The cache, as it hears of changes.</param>
    /// <param name="client">The client, which has a feed.</param>
    /// <param name="trust">Whether they may be believed.</param>
    /// <param name="prefix">What the keys of the cache begin with.</param>
    public CopyStore(MemoryEngine engine, IInvalidationListener owner, RedisClient client, TrustGate trust, byte[] prefix)
    {
        _owner = owner;
        _client = client;
        _feed = client.Feed!;
        Engine = engine;
        Trust = trust;
        _prefix = prefix;
    }

    public MemoryEngine Engine { get; }

    public TrustGate Trust { get; }

    /// <summary>Gets whether copies are kept whatever has changed; see <see cref="RedisTierSettings.IsUnguarded"/>.</summary>
    public bool IsUnguarded { get; init; }

    /// <summary>Gets whether there may be entries that are no copies, but live in this process only.</summary>
    public bool HasOwn => _hasOwn;

    /// <summary>Finds what may be believed: a copy while changes are heard of, and what lives here only.</summary>
    public bool TryGet(string key, ReadIntent intent, out MemoryHit hit)
    {
        hit = default;
        var isOpen = Trust.IsOpen;
        return (isOpen || _hasOwn) && Engine.TryGet(key, intent, out hit) && hit.Lives && (isOpen || hit.IsOwn);
    }

    /// <summary>Gets whether an entry lives in this process only.</summary>
    public bool IsOwn(string key) => _hasOwn && Engine.TryGet(key, ReadIntent.Peek, out var hit) && hit.Lives && hit.IsOwn;

    /// <summary>Stores an entry that lives in this process only.</summary>
    /// <returns>Its version, or zero when the condition did not hold.</returns>
    public long WriteOwn(string key, object? value, in EntryWrite write, WriteCondition condition, out MemoryHit previous)
    {
        _hasOwn = true;
        if (!Trust.IsOpen && !IsOwn(key))
        {
            // A copy that is not believed is not what the condition is about.
            Engine.Remove(key, WriteCondition.None);
        }

        return Engine.Write(key, value, write with { IsOwn = true }, condition, out previous);
    }

    /// <summary>Stores what was loaded to live in this process only, unless something speaks against it. Ends the ticket.</summary>
    /// <returns>Its version, or zero when it was not stored.</returns>
    public long CompleteOwn(MemoryFillTicket ticket, object? value, in EntryWrite write)
    {
        _hasOwn = true;
        return Engine.CompleteFill(ticket, value, write with { IsOwn = true });
    }

    /// <summary>Begins the read of an entry of which a copy may be kept.</summary>
    public LocalRead Begin(string key) => Trust.IsOpen ? new LocalRead(Engine.BeginFill(key, tags: null), _feed.Generation) : default;

    /// <summary>Keeps a copy of what was read, if nothing speaks against it. Ends the read.</summary>
    /// <param name="read">The read.</param>
    /// <param name="node">Who answered.</param>
    /// <param name="isCluster">Whether keys are spread over several servers.</param>
    /// <param name="frame">What was read.</param>
    /// <param name="isStale">Whether the entry is marked stale.</param>
    /// <param name="value">Its value.</param>
    /// <param name="utcNowMs">The time now.</param>
    public void Complete(LocalRead read, RedisNode node, bool isCluster, in EntryFrame frame, bool isStale, object? value, long utcNowMs)
    {
        if (IsUnguarded)
        {
            Engine.AbandonFill(read.Ticket!);
            read = new LocalRead(Engine.BeginFill(read.Ticket!.Key, tags: null), _feed.Generation);
        }

        if (!_feed.IsTrusted(node, _owner) || _feed.Generation != read.Generation || !IsChannelTrusted)
        {
            Engine.AbandonFill(read.Ticket!);
            return;
        }

        _isCluster = isCluster;
        NoteSource(read.Ticket!.Key, node);
        var entryLife = Left(frame.ExpiresAt, utcNowMs);
        var life = Math.Min(entryLife, Math.Min(frame.CopyLifeMs, _feed.NeedsTelling ? LongestByChannelMs : EntryWrite.Never));
        Engine.CompleteCopy(read.Ticket, new MemoryCopy
        {
            Value = value,
            Version = frame.WriteId,
            LifeMs = life,
            EntryLifeMs = entryLife,
            AgeMs = frame.AgeMs(utcNowMs) ?? 0,
            MaxStaleMs = frame.MaxStaleMs,
            RefreshInMs = frame.RefreshAt == EntryWrite.Never ? EntryWrite.Never : Math.Max(0, frame.RefreshAt - utcNowMs),
            XFetchMs = life == entryLife ? frame.XFetchMs : 0,
            IsStale = isStale,
            Tags = frame.Tags.Length == 0 ? null : Array.ConvertAll(frame.Tags, tag => tag.Name),
        });
    }

    /// <summary>Drops what was copied from a server, and what has tags: their records may lie on that server.</summary>
    public void Drop(RedisNode node)
    {
        Func<string, bool>? concerns = null;
        if (!_feed.NeedsTelling && Array.Exists(_sources, source => source is not null && source != node))
        {
            var lost = Array.ConvertAll(_sources, source => source == node);
            concerns = key => lost[PlaceOf(key)];
        }

        Engine.Suspend(concerns);
        Engine.InvalidateTags();
        for (var slot = 0; slot < _sources.Length; slot++)
        {
            Interlocked.CompareExchange(ref _sources[slot], null, node);
        }
    }

    public void Dispose() => Engine.Dispose();

    /// <summary>Gets whether the server of the channel is listened to, where the servers themselves do not tell of changes; it is connected to if it is not.</summary>
    private bool IsChannelTrusted
    {
        get
        {
            if (!_feed.NeedsTelling || _owner.Channel is not { } channel)
            {
                return true;
            }

            if (_client.Topology.Find(channel.NameBytes, CommandKind.Read) is not { } server)
            {
                return false;
            }

            server.Begin();
            return _feed.IsTrusted(server, _owner);
        }
    }

    private static long Left(long at, long nowMs) => at == EntryWrite.Never ? EntryWrite.Never : Math.Max(0, at - nowMs);

    private int PlaceOf(string key)
    {
        if (!_isCluster)
        {
            return 0;
        }

        var length = _prefix.Length + Encoding.UTF8.GetByteCount(key);
        var bytes = length <= 512 ? stackalloc byte[512] : new byte[length];
        _prefix.CopyTo(bytes);
        Encoding.UTF8.GetBytes(key, bytes[_prefix.Length..]);
        return KeySlot.Of(bytes[..length]);
    }

    private void NoteSource(string key, RedisNode node)
    {
        ref var source = ref _sources[PlaceOf(key)];
        var before = Volatile.Read(ref source);
        if (before == node)
        {
            return;
        }

        if (before is not null)
        {
            // The slot has moved. What was copied from its server before is not told apart from the rest.
            Engine.Suspend(concerns: null);
            Array.Clear(_sources);
        }

        Volatile.Write(ref source, node);
    }
}
