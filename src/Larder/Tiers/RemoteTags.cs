using System.Buffers.Binary;
using Larder.Serialization;

namespace Larder.Tiers;

/// <summary>
/// Tags in a store of bytes. A clock record counts invalidations; a record per tag holds its incarnation and the clock at which it was last
/// invalidated and marked stale. An entry is valid while the tag has the incarnation that the entry was stored under and was not
/// invalidated after the entry's stamp: a tag record that was lost makes its entries misses, never hits.
/// </summary>
internal sealed class RemoteTags(IRemoteTier store, string name)
{
    private readonly string _clockKey = name + "!clock";
    private readonly string _tagPrefix = name + "!tag:";
    private long _localInvalidations;

    /// <summary>Gets how many invalidations this process made.</summary>
    public long LocalInvalidations => Volatile.Read(ref _localInvalidations);

    public async ValueTask<long> ClockAsync(CancellationToken cancellationToken) =>
        ReadClock(await store.ReadAsync(_clockKey, cancellationToken).ConfigureAwait(false));

    /// <summary>Gets the incarnations of tags, and makes the records of those that have none.</summary>
    public async ValueTask<FrameTag[]> ResolveAsync(string[] tags, CancellationToken cancellationToken)
    {
        var resolved = new FrameTag[tags.Length];
        for (var i = 0; i < tags.Length; i++)
        {
            var key = _tagPrefix + tags[i];
            TagRecord tag;
            while (!TagRecord.TryRead((await store.ReadAsync(key, cancellationToken).ConfigureAwait(false)).Data, out tag))
            {
                tag = new TagRecord(NewNumber(), 0, 0);
                if (await store.CommitAsync([new(key, 0)], [new(key, tag.ToBytes(), NewNumber(), null)], cancellationToken).ConfigureAwait(false))
                {
                    break;
                }
            }

            resolved[i] = new FrameTag(tags[i], tag.Incarnation);
        }

        return resolved;
    }

    public async ValueTask<TagValidity> CheckAsync(EntryFrame frame, CancellationToken cancellationToken)
    {
        var validity = TagValidity.Valid;
        foreach (var (tagName, incarnation) in frame.Tags)
        {
            var record = await store.ReadAsync(_tagPrefix + tagName, cancellationToken).ConfigureAwait(false);
            if (!TagRecord.TryRead(record.Data, out var tag) || tag.Incarnation != incarnation || tag.InvalidatedAt > frame.TagStamp)
            {
                return TagValidity.Invalid;
            }

            validity = tag.StaledAt > frame.TagStamp ? TagValidity.Stale : validity;
        }

        return validity;
    }

    public async ValueTask InvalidateAsync(string tagName, bool isLazy, CancellationToken cancellationToken)
    {
        var key = _tagPrefix + tagName;
        while (true)
        {
            var clock = await store.ReadAsync(_clockKey, cancellationToken).ConfigureAwait(false);
            var record = await store.ReadAsync(key, cancellationToken).ConfigureAwait(false);
            var now = ReadClock(clock) + 1;
            var tag = TagRecord.TryRead(record.Data, out var present) ? present : new TagRecord(NewNumber(), 0, 0);
            tag = isLazy ? tag with { StaledAt = now } : tag with { InvalidatedAt = now };
            var time = new byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(time, now);
            if (await store.CommitAsync(
                [new(_clockKey, clock.Version), new(key, record.Version)],
                [new(_clockKey, time, NewNumber(), null), new(key, tag.ToBytes(), NewNumber(), null)],
                cancellationToken).ConfigureAwait(false))
            {
                Interlocked.Increment(ref _localInvalidations);
                return;
            }
        }
    }

    private static long NewNumber() => Random.Shared.NextInt64(1, long.MaxValue);

    private static long ReadClock(RemoteRecord record) => record.Data.Length == 8 ? BinaryPrimitives.ReadInt64LittleEndian(record.Data.Span) : 0;
}
