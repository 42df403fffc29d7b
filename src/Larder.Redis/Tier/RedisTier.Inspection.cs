using System.Text;
using Larder.Inspection;
using Larder.Keys;
using Larder.Memory;
using Larder.Redis.Commands;
using Larder.Redis.Connections;
using Larder.Redis.Protocol;
using Larder.Serialization;
using Larder.Tiers;

namespace Larder.Redis.Tier;

/// <summary>What tools are shown. It is read over the connection that no server tracks, and what cannot be read is left as it is.</summary>
internal sealed partial class RedisTier
{
    private const string ServerPlace = "r";
    private const string MemoryPlace = "m";

    /// <summary>The most keys that one step of a listing looks at: a millisecond of the server.</summary>
    private const int LongestStep = 1000;

    public override async ValueTask<EntryPage> ScanAsync(EntryScan scan, KeyFilter filter, CancellationToken cancellationToken)
    {
        if (_local is { HasOwn: true } && (scan.Cursor is null || ScanCursor.IsIn(scan.Cursor, MemoryPlace)))
        {
            var own = _local.Engine.Scan(scan, filter, CacheTiers.All);
            return own with { Cursor = own.Cursor ?? ScanCursor.Of(ServerPlace, 0, 0), Total = -1 };
        }

        var at = scan.Cursor is null ? [0, 0] : ScanCursor.Read(scan.Cursor, ServerPlace, 2);
        var holders = (await _client.Topology.HoldersAsync(cancellationToken).ConfigureAwait(false)).Select(holder => holder.Node).OrderBy(node => node.Name, StringComparer.Ordinal).ToArray();
        var pattern = PatternOf(filter);
        var found = new Dictionary<string, EntryInfo>(StringComparer.Ordinal);
        var (number, cursor, scanned) = ((int)Math.Clamp(at[0], 0, holders.Length), Digits(at[1]), 0L);
        for (var count = Math.Min(scan.PageSize, LongestStep); number < holders.Length && found.Count < scan.PageSize && scanned < scan.MaxScanned;)
        {
            var (keys, next) = await RedisScan.StepAsync(_client, holders[number], cursor, pattern, count, cancellationToken).ConfigureAwait(false);
            scanned += count;
            foreach (var entry in await Task.WhenAll(KeysOf(keys, filter).Select(key => FindAsync(key, cancellationToken).AsTask())).ConfigureAwait(false))
            {
                if (entry is not null && MemoryEngine.HasTag(entry, scan.Tag))
                {
                    found[entry.Key] = entry;
                }
            }

            // Where few are found, more is looked at in one step.
            count = Math.Min(LongestStep, 2 * count);
            (number, cursor) = next is null ? (number + 1, null) : (number, next);
        }

        var total = await TotalAsync(holders, cancellationToken).ConfigureAwait(false);
        return new EntryPage
        {
            Entries = [.. found.Values],
            Cursor = number >= holders.Length ? null : ScanCursor.Of(ServerPlace, number, Number(cursor)),
            Scanned = total < 0 ? scanned : Math.Min(scanned, Math.Max(total, found.Count)),
            Total = total,
        };
    }

    public override async ValueTask<EntryInfo?> FindAsync(string key, CancellationToken cancellationToken)
    {
        var kept = _local?.Engine.Describe(key, CacheTiers.All);
        if (kept is { Tiers: CacheTiers.Memory })
        {
            return kept;
        }

        var (state, size) = await LookAsync(key, cancellationToken).ConfigureAwait(false);
        return state.Lives ? FrameInfo.Of(key, state, size, UtcNowMs) with { Tiers = kept is null ? CacheTiers.Shared : CacheTiers.All } : null;
    }

    public override async ValueTask<HeldValue?> ReadHeldAsync(string key, CancellationToken cancellationToken)
    {
        if (IsOwn(key))
        {
            return _local!.Engine.Hold(key);
        }

        var (state, size) = await LookAsync(key, cancellationToken).ConfigureAwait(false);
        if (!state.Lives)
        {
            return null;
        }

        using var command = Head(key, Limits.MaxHeaderLength + EntryPreview.MaxLength);
        using var reply = await _client.ExecuteAsync(command, CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false);
        if (state.Frame.Value.Format == PayloadFormat.Foreign)
        {
            return new HeldValue(null, state.Frame.Value with { Payload = reply.Memory.ToArray() }, size < 0 ? reply.Memory.Length : size);
        }

        if (!EntryFrame.TryParseHeader(HashOf(key), reply.Span, out var frame, out var headerLength, out _))
        {
            return null;
        }

        var payload = reply.Memory[headerLength..].ToArray();
        var length = size < 0 ? payload.Length : size - headerLength;
        frame = frame with { Value = frame.Value with { Payload = payload } };
        if (frame.UncompressedLength == 0)
        {
            return new HeldValue(null, frame.Value, length);
        }

        // What is too long to be read whole cannot be expanded, and is shown as the bytes that it is.
        return payload.Length == length && Compression.TryExpand(ref frame, out _)
            ? new HeldValue(null, frame.Value, frame.Value.Payload.Length)
            : new HeldValue(null, frame.Value with { Format = PayloadFormat.Bytes }, length);
    }

    public override async ValueTask<TagPage> TagsAsync(GlobPattern pattern, string? cursor, CancellationToken cancellationToken)
    {
        var known = (_local?.Engine.DescribeTags(pattern) ?? []).ToDictionary(tag => tag.Name, StringComparer.Ordinal);
        var at = cursor is null ? [0] : ScanCursor.Read(cursor, ServerPlace, 1);
        var tags = new Dictionary<string, TagInfo>(StringComparer.Ordinal);
        if (cursor is null)
        {
            foreach (var tag in known.Values)
            {
                tags[tag.Name] = tag;
            }
        }

        var node = await _tags.HolderAsync(cancellationToken).ConfigureAwait(false);
        byte[]? next = Digits(at[0]);
        for (var scanned = 0; ;)
        {
            (var keys, next) = await RedisScan.StepAsync(_client, node, next, _tags.PatternOf(pattern), LongestStep, cancellationToken).ConfigureAwait(false);
            scanned += LongestStep;
            foreach (var name in keys.Select(key => _tags.NameOf(Encoding.UTF8.GetBytes(key))).OfType<string>().Where(name => pattern.MatchesAll || pattern.IsMatch(name)))
            {
                tags[name] = new TagInfo(name, known.GetValueOrDefault(name)?.Entries ?? 0, IsShared: true);
            }

            if (next is null || tags.Count >= EntryScan.MaxPageSize || scanned >= 20 * LongestStep)
            {
                return new TagPage([.. tags.Values.OrderBy(tag => tag.Name, StringComparer.Ordinal)], next is null ? null : ScanCursor.Of(ServerPlace, Number(next)));
            }
        }
    }

    private static byte[]? Digits(long cursor) => cursor == 0 ? null : Encoding.ASCII.GetBytes(((ulong)cursor).ToString(System.Globalization.CultureInfo.InvariantCulture));

    private static long Number(byte[]? cursor) => cursor is null ? 0 : (long)ulong.Parse(Encoding.ASCII.GetString(cursor), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Counts the keys of the servers, those of others included.</summary>
    private async ValueTask<long> TotalAsync(RedisNode[] nodes, CancellationToken cancellationToken)
    {
        long total = 0;
        foreach (var node in nodes)
        {
            using var command = RedisCommand.Rent("DBSIZE"u8, 0);
            try
            {
                using var reply = await _client.ExecuteOnAsync(node, command, CommandKind.Read, cancellationToken).ConfigureAwait(false);
                total += reply.Integer;
            }
            catch (CacheServerException)
            {
                // The user may not ask for it.
                return -1;
            }
        }

        return total;
    }

    /// <summary>Reads a length, which a user with few permissions may not ask for.</summary>
    private static long SizeOf(Reply length) => length.IsError ? -1 : length.Integer;

    /// <summary>Looks at what stands under a key, without its value, and leaves it as it is.</summary>
    private async ValueTask<(StoredState State, long Size)> LookAsync(string key, CancellationToken cancellationToken)
    {
        if (_pending.HasKey(key))
        {
            return default;
        }

        for (var length = HeadLength; ;)
        {
            // Both are sent before the first reply is waited for.
            using var head = Head(key, length);
            using var whole = RedisCommand.Rent("STRLEN"u8, 1).AddKey(_prefixBytes, key);
            var replies = await Task.WhenAll(
                _client.SendAsync(head, CommandKind.IdempotentWrite, cancellationToken).AsTask(), _client.SendAsync(whole, CommandKind.IdempotentWrite, cancellationToken).AsTask()).ConfigureAwait(false);
            using var begin = replies[0];
            using var size = replies[1];
            if (begin.IsError && begin.Span.StartsWith("WRONGTYPE"u8))
            {
                return default;
            }

            begin.ThrowIfError();
            if (begin.Span.IsEmpty)
            {
                return default;
            }

            if (EntryFrame.TryParseHeader(HashOf(key), begin.Span, out var frame, out var headerLength, out var problem))
            {
                return (await JudgeAsync(frame, frame.Revision, cancellationToken).ConfigureAwait(false), SizeOf(size));
            }

            if (problem is not null)
            {
                return begin.Span[0] == EntryFrame.Magic ? default : ((await UnderstandForeignAsync(key, begin, cancellationToken).ConfigureAwait(false)).Entry, SizeOf(size));
            }

            length = headerLength;
        }
    }
}
