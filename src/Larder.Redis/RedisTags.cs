using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using Larder.Redis.Protocol;
using Larder.Serialization;
using Larder.Tiers;

namespace Larder.Redis;

/// <summary>
/// The tags of a cache in Redis. A record for each tag holds its incarnation, a random number, and when it was invalidated and marked stale, counted by a clock
/// that the store keeps; all records of a cache lie in one slot, so that a script reads them in one step. An entry is valid while its tags have the
/// incarnations that it was stored under, and none was invalidated after its stamp. A lost record makes entries misses, never hits.
/// </summary>
internal sealed class RedisTags
{
    /// <summary>How long records live when nobody uses their tags: longer than entries should, and a lost record does no harm.</summary>
    private static readonly long LifeMs = (long)TimeSpan.FromDays(90).TotalMilliseconds;

    private readonly RedisClient _client;
    private readonly byte[] _clockKey;
    private readonly byte[] _tagPrefix;
    private long _localInvalidations;

    public RedisTags(RedisClient client, string name)
    {
        _client = client;

        // The braces are a hash tag, which a name that begins with a closing one would leave empty.
        var hashTag = name.StartsWith('}') ? "!" + name : name;
        _clockKey = Encoding.UTF8.GetBytes($"{{{hashTag}!tags}}:clock");
        _tagPrefix = Encoding.UTF8.GetBytes($"{{{hashTag}!tags}}:tag:");
    }

    /// <summary>Gets how many invalidations this process made.</summary>
    public long LocalInvalidations => Volatile.Read(ref _localInvalidations);

    /// <summary>Reads the clock, and starts it when it has never run.</summary>
    public async ValueTask<long> ClockAsync(CancellationToken cancellationToken)
    {
        using var command = RedisCommand.Rent("GET"u8, 1).AddKey(_clockKey);
        using var reply = await _client.ExecuteAsync(command, CommandKind.Read, cancellationToken).ConfigureAwait(false);
        return Utf8Parser.TryParse(reply.Span, out long clock, out _) ? clock : (await ResolveAsync([], cancellationToken).ConfigureAwait(false)).Clock;
    }

    /// <summary>Gets the incarnations of tags, and the clock of the same moment; makes the records of tags that have none.</summary>
    public async ValueTask<(FrameTag[] Tags, long Clock)> ResolveAsync(string[] tags, CancellationToken cancellationToken)
    {
        using var command = RedisClient.Script(RedisScript.ResolveTags, 1 + tags.Length, 1 + tags.Length).AddKey(_clockKey);
        foreach (var tag in tags)
        {
            command.AddKey(_tagPrefix, tag);
        }

        command.Add(LifeMs);
        foreach (var _ in tags)
        {
            AddNumber(command);
        }

        using var reply = await _client.ExecuteAsync(command, RedisScript.ResolveTags, CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false);
        var reader = reply.Open();
        reader.Read();
        var clock = reader.Integer;
        var resolved = new FrameTag[tags.Length];
        for (var i = 0; i < tags.Length && reader.Read(); i++)
        {
            resolved[i] = new FrameTag(tags[i], BinaryPrimitives.ReadInt64LittleEndian(reader.Text));
        }

        return (resolved, clock);
    }

    public async ValueTask<TagValidity> CheckAsync(EntryFrame frame, CancellationToken cancellationToken)
    {
        if (frame.Tags.Length == 0)
        {
            return TagValidity.Valid;
        }

        using var command = RedisCommand.Rent("MGET"u8, frame.Tags.Length);
        foreach (var tag in frame.Tags)
        {
            command.AddKey(_tagPrefix, tag.Name);
        }

        using var reply = await _client.ExecuteAsync(command, CommandKind.Read, cancellationToken).ConfigureAwait(false);
        var reader = reply.Open();
        var validity = TagValidity.Valid;
        foreach (var tag in frame.Tags)
        {
            if (!reader.Read() || reader.IsNull || !TagRecord.TryRead(reader.Text, out var record)
                || record.Incarnation != tag.Incarnation || record.InvalidatedAt > frame.TagStamp)
            {
                return TagValidity.Invalid;
            }

            validity = record.StaledAt > frame.TagStamp ? TagValidity.Stale : validity;
        }

        return validity;
    }

    public async ValueTask InvalidateAsync(string tag, bool isLazy, CancellationToken cancellationToken)
    {
        using var command = RedisClient.Script(RedisScript.InvalidateTag, 2, 3).AddKey(_clockKey).AddKey(_tagPrefix, tag).Add(LifeMs);
        AddNumber(command);
        command.Add(isLazy ? "1"u8 : "0"u8);
        using var reply = await _client.ExecuteAsync(command, RedisScript.InvalidateTag, CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false);
        Interlocked.Increment(ref _localInvalidations);
    }

    private static void AddNumber(RedisCommand command) =>
        BinaryPrimitives.WriteInt64LittleEndian(command.AddBlank(sizeof(long)), Random.Shared.NextInt64(1, long.MaxValue));
}
