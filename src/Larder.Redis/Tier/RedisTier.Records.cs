using System.Buffers.Binary;
using Larder.Redis.Commands;
using Larder.Redis.Protocol;
using Larder.Serialization;
using Larder.Tiers;

namespace Larder.Redis.Tier;

/// <summary>Records: how they are read, judged, and changed on a condition.</summary>
internal sealed partial class RedisTier
{
    private static ReadOnlySpan<byte> Foreign => "v"u8;

    private async ValueTask<RedisState> ReadWholeAsync(string key, CancellationToken cancellationToken)
    {
        using var command = RedisCommand.Rent("GET"u8, 1).AddKey(_prefixBytes, key);
        using var reply = await _client.SendAsync(command, CommandKind.Read, cancellationToken).ConfigureAwait(false);
        var state = await UnderstandAsync(key, reply, cancellationToken).ConfigureAwait(false);

        // The reply will be gone before the payload is used.
        var value = state.Entry.Frame.Value;
        return state with { Entry = state.Entry with { Frame = state.Entry.Frame with { Value = value with { Payload = value.Payload.ToArray() } } } };
    }

    /// <summary>Reads what stands under a key, without its value.</summary>
    private async ValueTask<RedisState> ReadHeadAsync(string key, CancellationToken cancellationToken)
    {
        await UntilSettledAsync(cancellationToken).ConfigureAwait(false);
        if (_pending.HasKey(key))
        {
            return default;
        }

        for (var length = HeadLength; ;)
        {
            using var command = RedisCommand.Rent("GETRANGE"u8, 3).AddKey(_prefixBytes, key).Add(0).Add(length - 1);
            using var reply = await _client.SendAsync(command, CommandKind.Read, cancellationToken).ConfigureAwait(false);
            if (await RemoveIfOfOtherKindAsync(key, reply, cancellationToken).ConfigureAwait(false) || reply.Span.IsEmpty)
            {
                return default;
            }

            if (EntryFrame.TryParseHeader(HashOf(key), reply.Span, out var frame, out var headerLength, out var problem))
            {
                return new RedisState(await JudgeAsync(frame, frame.Revision, cancellationToken).ConfigureAwait(false), null);
            }

            if (problem is null)
            {
                length = headerLength;
                continue;
            }

            return await ReadWholeAsync(key, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Tells what a whole record is. What cannot be read is removed.</summary>
    private async ValueTask<RedisState> UnderstandAsync(string key, Reply reply, CancellationToken cancellationToken)
    {
        if (reply.IsNull || await RemoveIfOfOtherKindAsync(key, reply, cancellationToken).ConfigureAwait(false))
        {
            return default;
        }

        if (reply.Span is not [EntryFrame.Magic, ..])
        {
            return await UnderstandForeignAsync(key, reply, cancellationToken).ConfigureAwait(false);
        }

        if (!EntryFrame.TryParse(HashOf(key), reply.Memory, out var frame, out var problem)
            || !Compression.TryExpand(ref frame, out problem))
        {
            if (_strict is null)
            {
                CountBad(key, problem);
            }

            await RemoveBadAsync(key, reply.Memory, cancellationToken).ConfigureAwait(false);
            return default;
        }

        return new RedisState(await JudgeAsync(frame, frame.Revision, cancellationToken).ConfigureAwait(false), null);
    }

    /// <summary>Reads what another program wrote: it lives as long as its key, and its version is made of its bytes.</summary>
    private async ValueTask<RedisState> UnderstandForeignAsync(string key, Reply reply, CancellationToken cancellationToken)
    {
        using var command = RedisCommand.Rent("PTTL"u8, 1).AddKey(_prefixBytes, key);
        using var timeToLive = await _client.ExecuteAsync(command, CommandKind.Read, cancellationToken).ConfigureAwait(false);
        if (timeToLive.Integer == -2)
        {
            return default;
        }

        var bytes = reply.Span.ToArray();
        if (_strict is not null)
        {
            // Of a value without a header it cannot be told when it was written.
            return new RedisState(default, bytes);
        }

        var version = (Crc32C.Of(bytes, default) | ((long)bytes.Length << 32)) + 1;
        var expiresAt = timeToLive.Integer < 0 ? EntryWrite.Never : UtcNowMs + timeToLive.Integer;
        var frame = new EntryFrame
        {
            Kind = FrameKind.Entry, ExpiresAt = expiresAt, CapAt = expiresAt, WriteId = version, Revision = version, Value = new StoredValue(bytes, PayloadFormat.Foreign, 0),
        };
        return new RedisState(new StoredState(frame, version, Lives: true, IsReserve: false, IsStale: false), bytes);
    }

    private async ValueTask<StoredState> JudgeAsync(EntryFrame frame, long revision, CancellationToken cancellationToken)
    {
        var state = StoredState.Of(frame, revision, UtcNowMs);
        if (!_pending.IsEmpty && frame.Tags.Any(tag => _pending.HasTag(tag.Name)))
        {
            return state.With(TagValidity.Invalid);
        }

        return frame.Tags.Length > 0 && (state.Lives || state.IsReserve) ? state.With(await _tags.CheckAsync(frame, cancellationToken).ConfigureAwait(false)) : state;
    }

    /// <summary>Throws for errors, except that a key of another type, such as a list, is taken for damage.</summary>
    private async ValueTask<bool> RemoveIfOfOtherKindAsync(string key, Reply reply, CancellationToken cancellationToken)
    {
        if (!reply.IsError)
        {
            return false;
        }

        if (!reply.Span.StartsWith("WRONGTYPE"u8))
        {
            reply.ThrowIfError();
        }

        CountBad(key, "its key holds another type of Redis");
        using var command = RedisCommand.Rent("UNLINK"u8, 1).AddKey(_prefixBytes, key);
        using var _ = await _client.ExecuteAsync(command, CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Removes what cannot be read, unless it is something else meanwhile. That it cannot be removed changes nothing for the reader.</summary>
    private async ValueTask RemoveBadAsync(string key, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        using var command = RedisClient.Script(RedisScript.Commit, 1, 4).AddKey(_prefixBytes, key);
        var expected = command.AddBlank(1 + bytes.Length);
        Foreign.CopyTo(expected);
        bytes.Span.CopyTo(expected[1..]);
        command.Add("d"u8).Add(""u8).Add(0);
        try
        {
            using var _ = await _client.ExecuteAsync(command, RedisScript.Commit, CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false);
        }
        catch (CacheException exception)
        {
            _settings.Diagnostics.TierFailed("remove", key, exception);
        }
    }

    /// <summary>Puts a frame in the place of what was read, or removes it.</summary>
    /// <returns>Whether it was still there.</returns>
    private async ValueTask<bool> CommitAsync(string key, RedisState expected, EntryFrame? frame, CancellationToken cancellationToken, CommandKind kind = CommandKind.Write)
    {
        var isDone = false;
        try
        {
            using var command = RedisClient.Script(RedisScript.Commit, 1, 4).AddKey(_prefixBytes, key);
            AddChange(command, key, expected, frame, frame is null ? "d"u8 : "s"u8);
            using var reply = await _client.ExecuteAsync(command, RedisScript.Commit, kind, cancellationToken).ConfigureAwait(false);
            isDone = reply.Integer == 1;
            if (isDone && frame is { Kind: FrameKind.Entry })
            {
                await MakeRoomAsync(key).ConfigureAwait(false);
            }

            return isDone;
        }
        finally
        {
            if (kind == CommandKind.LoadWrite)
            {
                ChangedByLoad(key);
            }
            else
            {
                Changed(key, isDone);
            }
        }
    }

    /// <summary>Adds the four arguments of a change to the command of the commit script.</summary>
    private void AddChange(RedisCommand command, string key, RedisState expected, EntryFrame? changed, ReadOnlySpan<byte> action)
    {
        if (!expected.Exists)
        {
            command.Add("a"u8);
        }
        else if (expected.ForeignBytes is { } bytes)
        {
            var whole = command.AddBlank(1 + bytes.Length);
            Foreign.CopyTo(whole);
            bytes.CopyTo(whole[1..]);
        }
        else
        {
            var revision = command.AddBlank(1 + sizeof(long));
            revision[0] = (byte)'r';
            BinaryPrimitives.WriteInt64LittleEndian(revision[1..], expected.Entry.RecordVersion);
        }

        command.Add(action);
        if (changed is { } frame)
        {
            AddFrame(command, key, frame);
            command.Add(HeldMs(frame));
        }
        else
        {
            command.Add(""u8).Add(0);
        }
    }

    private async ValueTask<EntryFrame> ProlongAsync(string key, EntryFrame frame, CancellationToken cancellationToken)
    {
        // The revision stays, so that a refresh under way does not take a mere read for a change; and the server does not tell this process of it. That the entry changed meanwhile is not this reader's affair.
        var sliding = frame with { ExpiresAt = Math.Min(CacheClock.After(UtcNowMs, frame.SlidingMs), frame.CapAt) };
        try
        {
            await PatchAsync(key, frame.Revision, sliding, CommandKind.LoadWrite, cancellationToken).ConfigureAwait(false);
        }
        catch (CacheException exception)
        {
            _settings.Diagnostics.TierFailed("prolong", key, exception);
        }

        return sliding;
    }

    /// <summary>Changes the header of an entry that lives; a lease is taken away.</summary>
    private async ValueTask<bool> PatchAsync(string key, Func<EntryFrame, long, EntryFrame> change, long? timeToLiveMs, CancellationToken cancellationToken)
    {
        await UntilSettledAsync(cancellationToken).ConfigureAwait(false);
        await _pending.SettleAsync(key, cancellationToken).ConfigureAwait(false);
        for (var attempt = 0; ; attempt++)
        {
            using var turn = await _turns.TakeAsync(key, attempt, cancellationToken).ConfigureAwait(false);
            var state = await ReadHeadAsync(key, cancellationToken).ConfigureAwait(false);
            Forget(key);
            if (state.ForeignBytes is not null)
            {
                return await ChangeForeignAsync(key, timeToLiveMs, cancellationToken).ConfigureAwait(false);
            }

            if (!state.Lives)
            {
                if (state.Entry.Frame.Kind != FrameKind.Lease || await CommitAsync(key, state, frame: null, cancellationToken).ConfigureAwait(false))
                {
                    return false;
                }

                continue;
            }

            if (timeToLiveMs is { } life && state.Entry.Frame.Tags is { Length: > 0 } tags)
            {
                // Their records are to outlive the entry.
                await _tags.ResolveAsync(Array.ConvertAll(tags, tag => tag.Name), life, cancellationToken).ConfigureAwait(false);
            }

            // A new revision, so that no load that began before undoes the change.
            var changed = change(state.Entry.Frame, UtcNowMs) with { Revision = NewVersion() };
            if (await PatchAsync(key, state.Entry.Frame.Revision, changed, CommandKind.Write, cancellationToken).ConfigureAwait(false))
            {
                return true;
            }
        }
    }

    private async ValueTask<bool> PatchAsync(string key, long revision, EntryFrame frame, CommandKind kind, CancellationToken cancellationToken)
    {
        var isDone = false;
        try
        {
            using var command = RedisClient.Script(RedisScript.Patch, 1, 3).AddKey(_prefixBytes, key);
            BinaryPrimitives.WriteInt64LittleEndian(command.AddBlank(sizeof(long)), revision);
            frame.WriteHeader(command.AddBlank(frame.HeaderLength), HashOf(key));
            command.Add(HeldMs(frame));
            using var reply = await _client.ExecuteAsync(command, RedisScript.Patch, kind, cancellationToken).ConfigureAwait(false);
            return isDone = reply.Integer == 1;
        }
        finally
        {
            if (kind == CommandKind.LoadWrite)
            {
                DropCopy(key);
            }
            else
            {
                Changed(key, isDone);
            }
        }
    }

    /// <summary>Gives the value of another program a new time to live; it cannot be marked stale, and is removed in place of that.</summary>
    private async ValueTask<bool> ChangeForeignAsync(string key, long? timeToLiveMs, CancellationToken cancellationToken)
    {
        using var command = timeToLiveMs is null ? RedisCommand.Rent("UNLINK"u8, 1).AddKey(_prefixBytes, key)
            : timeToLiveMs > MaxHeldMs ? RedisCommand.Rent("PERSIST"u8, 1).AddKey(_prefixBytes, key)
            : RedisCommand.Rent("PEXPIRE"u8, 2).AddKey(_prefixBytes, key).Add(timeToLiveMs.Value);
        var isDone = false;
        try
        {
            using var reply = await _client.ExecuteAsync(command, CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false);
            isDone = true;
            return timeToLiveMs > MaxHeldMs || reply.Integer == 1;
        }
        finally
        {
            Changed(key, isDone);
        }
    }

    private RedisCommand SetCommand(string key, EntryFrame frame, ReadOnlySpan<byte> condition, bool returnsPrevious)
    {
        var held = HeldMs(frame);
        var command = RedisCommand.Rent("SET"u8, 2 + (held > 0 ? 2 : 0) + (condition.IsEmpty ? 0 : 1) + (returnsPrevious ? 1 : 0)).AddKey(_prefixBytes, key);
        AddFrame(command, key, frame);
        if (held > 0)
        {
            command.Add("PX"u8).Add(held);
        }

        if (!condition.IsEmpty)
        {
            command.Add(condition);
        }

        return returnsPrevious ? command.Add("GET"u8) : command;
    }

    private void AddFrame(RedisCommand command, string key, in EntryFrame frame)
    {
        var headerLength = frame.HeaderLength;
        var bytes = command.AddBlank(headerLength + frame.Value.Payload.Length);
        frame.Value.Payload.Span.CopyTo(bytes[headerLength..]);
        frame.WriteHeader(bytes[..headerLength], HashOf(key));
    }

    /// <summary>
    /// Gets the hash that a record of a key must have. In a strictly coherent cache it is another one after each restart and failover of the server: what it has then may be older than
    /// what it had, and cannot be read any more.
    /// </summary>
    private long HashOf(string key) => TypeId.Append(_strict is null ? _prefixHash : _prefixHash ^ (_client.Topology.Find(_prefixBytes, CommandKind.Read)?.Reads?.Era ?? 0), key);

    /// <summary>How long the server is to hold a record; zero for ever.</summary>
    private long HeldMs(in EntryFrame frame)
    {
        if (frame.Kind != FrameKind.Entry)
        {
            return Math.Max(1, frame.ExpiresAt - UtcNowMs);
        }

        var held = CacheClock.After(frame.ExpiresAt, frame.MaxStaleMs);
        return held - UtcNowMs > MaxHeldMs ? 0 : Math.Max(1, held - UtcNowMs) + (long)_settings.ExpirySlack.TotalMilliseconds;
    }
}
