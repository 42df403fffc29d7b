using System.Buffers.Binary;
using Larder.Diagnostics;
using Larder.Serialization;

namespace Larder.Tiers;

/// <summary>
/// Tags in a store of bytes. A clock record orders invalidations; a record per tag holds its incarnation and the clock at which it was last
/// invalidated and marked stale. An entry is valid while the tag has the incarnation that the entry was stored under and was not
/// invalidated after the entry's stamp. Records that are lost or damaged make entries misses, never hits: a new tag record has another
/// incarnation, as each invalidation has, and a new clock starts at the time of day, ahead of the one before.
/// </summary>
internal sealed class RemoteTags(IRemoteTier store, string name, CacheClock time, CacheDiagnostics diagnostics)
{
    private readonly string _clockKey = name + "!clock";
    private readonly string _tagPrefix = name + "!tag:";
    private long _localInvalidations;

    /// <summary>Gets how many invalidations this process made.</summary>
    public long LocalInvalidations => Volatile.Read(ref _localInvalidations);

    private long UtcNowMs => time.Provider.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Reads the clock, and makes it when there is none.</summary>
    public async ValueTask<long> ClockAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var record = await store.ReadAsync(_clockKey, cancellationToken).ConfigureAwait(false);
            if (TryReadClock(record, out var clock))
            {
                return clock;
            }

            clock = UtcNowMs;
            if (await store.CommitAsync([new(_clockKey, record.Version)], [ClockChange(clock)], cancellationToken).ConfigureAwait(false))
            {
                return clock;
            }
        }
    }

    /// <summary>Gets the incarnations of tags, and makes the records of those that have none.</summary>
    public async ValueTask<FrameTag[]> ResolveAsync(string[] tags, CancellationToken cancellationToken)
    {
        var resolved = new FrameTag[tags.Length];
        for (var i = 0; i < tags.Length; i++)
        {
            var key = _tagPrefix + tags[i];
            while (true)
            {
                var record = await store.ReadAsync(key, cancellationToken).ConfigureAwait(false);
                if (!TryReadTag(key, record, out var tag))
                {
                    // The lost record may have told of an invalidation up to now; entries stamped before it must not count as valid.
                    tag = new TagRecord(NewNumber(), await ClockAsync(cancellationToken).ConfigureAwait(false), 0);
                    if (!await store.CommitAsync([new(key, record.Version)], [TagChange(key, tag)], cancellationToken).ConfigureAwait(false))
                    {
                        continue;
                    }
                }

                resolved[i] = new FrameTag(tags[i], tag.Incarnation);
                break;
            }
        }

        return resolved;
    }

    public async ValueTask<TagValidity> CheckAsync(EntryFrame frame, CancellationToken cancellationToken)
    {
        var validity = TagValidity.Valid;
        foreach (var (tagName, incarnation) in frame.Tags)
        {
            var key = _tagPrefix + tagName;
            var record = await store.ReadAsync(key, cancellationToken).ConfigureAwait(false);
            if (!TryReadTag(key, record, out var tag) || tag.Incarnation != incarnation || tag.InvalidatedAt > frame.TagStamp)
            {
                return TagValidity.Invalid;
            }

            validity = tag.StaledAt > frame.TagStamp ? TagValidity.Stale : validity;
        }

        return validity;
    }

    /// <summary>Tells whether a tag was invalidated after a moment, or may have been, because it has no record.</summary>
    public async ValueTask<bool> IsInvalidatedSinceAsync(string[] tags, long stamp, CancellationToken cancellationToken)
    {
        var clock = await ClockAsync(cancellationToken).ConfigureAwait(false);
        foreach (var tagName in tags)
        {
            var key = _tagPrefix + tagName;
            if ((TryReadTag(key, await store.ReadAsync(key, cancellationToken).ConfigureAwait(false), out var tag) ? tag.InvalidatedAt : clock) > stamp)
            {
                return true;
            }
        }

        return false;
    }

    public async ValueTask InvalidateAsync(string tagName, bool isLazy, CancellationToken cancellationToken)
    {
        var key = _tagPrefix + tagName;
        while (true)
        {
            var clock = await store.ReadAsync(_clockKey, cancellationToken).ConfigureAwait(false);
            var record = await store.ReadAsync(key, cancellationToken).ConfigureAwait(false);
            var now = TryReadClock(clock, out var before) ? before + 1 : UtcNowMs + 1;
            var tag = TryReadTag(key, record, out var present) ? present : new TagRecord(NewNumber(), now, 0);
            tag = isLazy ? tag with { StaledAt = now } : tag with { Incarnation = NewNumber(), InvalidatedAt = now };
            if (await store.CommitAsync(
                [new(_clockKey, clock.Version), new(key, record.Version)],
                [ClockChange(now), TagChange(key, tag)],
                cancellationToken).ConfigureAwait(false))
            {
                Interlocked.Increment(ref _localInvalidations);
                return;
            }
        }
    }

    private static long NewNumber() => Random.Shared.NextInt64(1, long.MaxValue);

    private static RemoteChange TagChange(string key, TagRecord tag) => Change(key, tag.ToBytes());

    private static RemoteChange Change(string key, byte[] payload) =>
        new(key, new EntryFrame { Kind = FrameKind.Internal, Value = new StoredValue(payload, PayloadFormat.Bytes, 0) }.ToBytes(key), NewNumber(), TimeToLive: null);

    private RemoteChange ClockChange(long clock)
    {
        var payload = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(payload, clock);
        return Change(_clockKey, payload);
    }

    private bool TryReadClock(RemoteRecord record, out long clock)
    {
        var isRead = TryRead(_clockKey, record, out var payload) && payload.Length == 8;
        clock = isRead ? BinaryPrimitives.ReadInt64LittleEndian(payload.Span) : 0;
        return isRead;
    }

    private bool TryReadTag(string key, RemoteRecord record, out TagRecord tag)
    {
        tag = default;
        return TryRead(key, record, out var payload) && TagRecord.TryRead(payload.Span, out tag);
    }

    private bool TryRead(string key, RemoteRecord record, out ReadOnlyMemory<byte> payload)
    {
        payload = default;
        if (!record.Exists)
        {
            return false;
        }

        if (!EntryFrame.TryParse(TypeId.HashOf(key), record.Data, out var frame, out var problem))
        {
            diagnostics.BadEntry(key, problem);
            return false;
        }

        payload = frame.Value.Payload;
        return true;
    }
}
