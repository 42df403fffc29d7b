using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using Larder.Redis.Commands;
using Larder.Redis.Protocol;
using Larder.Redis.Tracking;
using Larder.Serialization;
using Larder.Tiers;

namespace Larder.Redis.Tier;

/// <summary>
/// The tags of a cache in Redis. A record for each tag holds its incarnation, a random number, and when it was invalidated and marked stale, counted by a clock
/// that the store keeps; all records of a cache lie in one slot, so that a script reads them in one step. An entry is valid while its tags have the
/// incarnations that it was stored under, and none was invalidated after its stamp. A lost record makes entries misses, never hits.
/// </summary>
internal sealed class RedisTags
{
    /// <summary>How long the clock lives when nobody uses tags, and the records of entries that live longer: a lost record does no harm.</summary>
    private static readonly long LifeMs = (long)TimeSpan.FromDays(90).TotalMilliseconds;

    /// <summary>The shortest life of a record: its load may yet be under way.</summary>
    private const long ShortestMs = 30_000;

    private readonly RedisClient _client;
    private readonly byte[] _clockKey;
    private readonly byte[] _tagPrefix;
    private readonly KnownTags? _known;
    private long _localInvalidations;

    /// <summary>Makes the tags of a cache.</summary>
    /// <param name="client">The client.</param>
    /// <param name="name">What the keys of the cache begin with.</param>
    /// <param name="known">What is known of the records; <see langword="null"/> when nobody would say that one has changed.</param>
    public RedisTags(RedisClient client, string name, KnownTags? known)
    {
        _client = client;
        _known = known;

        _clockKey = Encoding.UTF8.GetBytes(KeyPrefix(name) + "clock");
        _tagPrefix = Encoding.UTF8.GetBytes(KeyPrefix(name) + "tag:");
    }

    /// <summary>Gets how many invalidations this process made or heard of.</summary>
    public long LocalInvalidations => Volatile.Read(ref _localInvalidations);

    /// <summary>Gets the tag whose record lies under a key; <see langword="null"/> when the key is none of a record.</summary>
    public string? NameOf(ReadOnlySpan<byte> key) => key.StartsWith(_tagPrefix) ? Encoding.UTF8.GetString(key[_tagPrefix.Length..]) : null;

    /// <summary>Gets a pattern for the server that matches at least the records of the tags that are meant.</summary>
    public byte[] PatternOf(Keys.GlobPattern pattern) => Encoding.UTF8.GetBytes(Keys.GlobPattern.Escape(Encoding.UTF8.GetString(_tagPrefix)) + pattern.Widened);

    /// <summary>Gets the server that has the records of all tags.</summary>
    /// <exception cref="CacheException">There is none at the moment.</exception>
    public async ValueTask<Connections.RedisNode> HolderAsync(CancellationToken cancellationToken)
    {
        if (_client.Topology.Find(_clockKey, CommandKind.IdempotentWrite) is { } node)
        {
            return node;
        }

        await ClockAsync(cancellationToken).ConfigureAwait(false);
        return _client.Topology.Find(_clockKey, CommandKind.IdempotentWrite) ?? throw new CacheConnectionException($"{_client.Topology.Description}: no server is known that has the tags.");
    }

    /// <summary>Takes note that the record of a tag has changed.</summary>
    public void Forget(string tag)
    {
        _known?.Forget(tag);
        Interlocked.Increment(ref _localInvalidations);
    }

    /// <summary>Forgets the records that were of no use since the last time.</summary>
    public void Age() => _known?.Age();

    /// <summary>Forgets all records: they may have changed.</summary>
    public void ForgetAll() => _known?.ForgetAll();

    /// <summary>Gets what all keys begin with that the tags of a cache need. The braces are a hash tag, which a name that begins with a closing one would leave empty.</summary>
    public static string KeyPrefix(string name) => $"{{{(name.StartsWith('}') ? "!" + name : name)}!tags}}:";

    /// <summary>Reads the clock, and starts it when it has never run.</summary>
    public async ValueTask<long> ClockAsync(CancellationToken cancellationToken)
    {
        using var command = RedisCommand.Rent("GET"u8, 1).AddKey(_clockKey);
        using var reply = await _client.ExecuteAsync(command, CommandKind.Read, cancellationToken).ConfigureAwait(false);
        return Utf8Parser.TryParse(reply.Span, out long clock, out _) ? clock : (await ResolveAsync([], 0, cancellationToken).ConfigureAwait(false)).Clock;
    }

    /// <summary>Gets the incarnations of tags, and the clock of the same moment; makes the records of tags that have none.</summary>
    /// <param name="tags">The tags.</param>
    /// <param name="entryLifeMs">How long the entry lives that is to have them.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async ValueTask<(FrameTag[] Tags, long Clock)> ResolveAsync(string[] tags, long entryLifeMs, CancellationToken cancellationToken)
    {
        using var command = RedisClient.Script(RedisScript.ResolveTags, 1 + tags.Length, 2 + tags.Length).AddKey(_clockKey);
        foreach (var tag in tags)
        {
            command.AddKey(_tagPrefix, tag);
        }

        command.Add(LifeMs).Add(Math.Clamp(entryLifeMs, ShortestMs, LifeMs));
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

        if (_known?.Check(frame) is { } known)
        {
            return known;
        }

        // Before it is asked: what changes from here on is not in the answer.
        var stamp = _known?.Stamp ?? 0;
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
            if (!reader.Read() || reader.IsNull || !TagRecord.TryRead(reader.Text, out var record))
            {
                return TagValidity.Invalid;
            }

            _known?.Add(tag.Name, record, stamp);
            validity = Worse(validity, ValidityOf(frame, tag, record));
        }

        return validity;
    }

    /// <summary>Tells whether a tag was invalidated after a moment, or may have been, because it has no record.</summary>
    public async ValueTask<bool> IsInvalidatedSinceAsync(string[] tags, long stamp, CancellationToken cancellationToken)
    {
        using var command = RedisCommand.Rent("MGET"u8, 1 + tags.Length).AddKey(_clockKey);
        foreach (var tag in tags)
        {
            command.AddKey(_tagPrefix, tag);
        }

        // As a write, it goes to no replica, which may be behind.
        using var reply = await _client.ExecuteAsync(command, CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false);
        var reader = reply.Open();
        var clock = reader.Read() && Utf8Parser.TryParse(reader.Text, out long number, out _) ? number : long.MaxValue;
        foreach (var _ in tags)
        {
            var invalidatedAt = reader.Read() && !reader.IsNull && TagRecord.TryRead(reader.Text, out var record) ? record.InvalidatedAt : clock;
            if (invalidatedAt > stamp)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Tells what the record of one of its tags says of an entry.</summary>
    public static TagValidity ValidityOf(in EntryFrame frame, FrameTag tag, TagRecord record) =>
        record.Incarnation != tag.Incarnation || record.InvalidatedAt > frame.TagStamp ? TagValidity.Invalid
        : record.StaledAt > frame.TagStamp ? TagValidity.Stale
        : TagValidity.Valid;

    public static TagValidity Worse(TagValidity one, TagValidity other) => one > other ? one : other;

    public async ValueTask InvalidateAsync(string tag, bool isLazy, CancellationToken cancellationToken)
    {
        using var command = Invalidation([tag], isLazy, default, []);
        using var _ = await _client.ExecuteAsync(command, RedisScript.Invalidate, CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false);
        Forget(tag);
    }

    /// <summary>Makes the command that invalidates tags, and removes keys that lie on the same server; see <see cref="RedisScript.Invalidate"/>. Who sends it has to <see cref="Forget"/> the tags then.</summary>
    /// <param name="tags">The tags.</param>
    /// <param name="isLazy">Whether entries with the tags are marked stale only.</param>
    /// <param name="prefix">What the keys begin with in the store.</param>
    /// <param name="keys">The keys.</param>
    /// <returns>The command, to be disposed.</returns>
    public RedisCommand Invalidation(string[] tags, bool isLazy, ReadOnlySpan<byte> prefix, string[] keys)
    {
        var command = RedisClient.Script(RedisScript.Invalidate, 1 + tags.Length + keys.Length, 2 + tags.Length).AddKey(_clockKey);
        foreach (var tag in tags)
        {
            command.AddKey(_tagPrefix, tag);
        }

        foreach (var key in keys)
        {
            command.AddKey(prefix, key);
        }

        command.Add(LifeMs).Add(isLazy ? "1"u8 : "0"u8);
        foreach (var _ in tags)
        {
            AddNumber(command);
        }

        return command;
    }

    private static void AddNumber(RedisCommand command) =>
        BinaryPrimitives.WriteInt64LittleEndian(command.AddBlank(sizeof(long)), Random.Shared.NextInt64(1, long.MaxValue));
}
