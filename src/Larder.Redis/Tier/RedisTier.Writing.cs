using System.Runtime.CompilerServices;
using Larder.Redis.Commands;
using Larder.Redis.Telemetry;
using Larder.Redis.Protocol;
using Larder.Serialization;
using Larder.Tiers;

namespace Larder.Redis.Tier;

/// <summary>Writes of values.</summary>
internal sealed partial class RedisTier
{
    public override ValueTask<WriteResult<T>> WriteAsync<T>(string key, T value, EntryWrite write, WriteCondition condition, CancellationToken cancellationToken) =>
        write.SkipsShared ? new(WriteOwn(key, value, write, condition))
        : condition.Kind == WriteConditionKind.None && !write.ReturnsPrevious ? write.Tags is null ? SetAsync(key, value, write, cancellationToken) : SetTaggedAsync(key, value, write, cancellationToken)
        : WriteAndStandInAsync(key, value, write, condition, cancellationToken);

    private ValueTask<WriteResult<T>> SetAsync<T>(string key, T value, EntryWrite write, CancellationToken cancellationToken)
    {
        var frame = NewFrame(Encode(value), write, tagStamp: 0, []);
        return SetAsync(key, value, write, SetCommand(key, frame, condition: default, returnsPrevious: false), frame.WriteId, _pending.Mark(key), tagClock: 0, cancellationToken);
    }

    private async ValueTask<WriteResult<T>> SetTaggedAsync<T>(string key, T value, EntryWrite write, CancellationToken cancellationToken)
    {
        var (pending, tagClock) = (_pending.Mark(key), TagClock);
        EntryFrame frame;
        try
        {
            // What was put off until now came before the set; what others invalidate meanwhile did not.
            tagClock += await _pending.SettleTagsAsync(write.Tags!, cancellationToken).ConfigureAwait(false);
            frame = await FrameAsync(Encode(value), write, cancellationToken).ConfigureAwait(false);
        }
        catch (CacheException exception) when (IsOutage(exception))
        {
            DeferSet(key, value, write, tagClock, exception);
            return new WriteResult<T>(NewVersion(), default);
        }

        return await SetAsync(key, value, write, SetCommand(key, frame, condition: default, returnsPrevious: false), frame.WriteId, pending, tagClock, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<WriteResult<T>> WriteAndStandInAsync<T>(string key, T value, EntryWrite write, WriteCondition condition, CancellationToken cancellationToken)
    {
        var tagClock = TagClock;
        var pending = _pending.Mark(key);
        var result = await WriteAsync<T>(key, Encode(value), write, condition, cancellationToken).ConfigureAwait(false);
        if (result.Version != 0)
        {
            _pending.Supersede(key, pending);
            StandInWhileSettling(key, value, write, tagClock);
        }

        return result;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<WriteResult<T>> SetAsync<T>(string key, T value, EntryWrite write, RedisCommand command, long version, PendingMark pending, long tagClock, CancellationToken cancellationToken)
    {
        var (isDone, isDeferred) = (false, false);
        try
        {
            var node = RedisTelemetry.IsOn ? null : _client.TrySend(command, CommandKind.IdempotentWrite, cancellationToken);
            var reply = node is null ? await _client.SendAsync(command, CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false) : await command.Reply.ConfigureAwait(false);
            if (reply.IsError)
            {
                using var final = node is null ? reply : await _client.RecoverAsync(command, node, reply, CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false);
                Defer("set", key, final);
                isDeferred = final.IsError;
            }

            isDone = !isDeferred;
        }
        finally
        {
            command.Dispose();
            Changed(key, isDone);
        }

        if (isDeferred)
        {
            StandIn(key, value, write, tagClock);
        }
        else
        {
            _pending.Supersede(key, pending);
            StandInWhileSettling(key, value, write, tagClock);
        }

        if (_capacity is not null)
        {
            await MakeRoomAsync(key).ConfigureAwait(false);
        }

        return new WriteResult<T>(version, default);
    }

    private async ValueTask<WriteResult<T>> WriteAsync<T>(string key, StoredValue value, EntryWrite write, WriteCondition condition, CancellationToken cancellationToken)
    {
        if (condition.Kind != WriteConditionKind.None || write.ReturnsPrevious)
        {
            await UntilSettledAsync(cancellationToken).ConfigureAwait(false);
        }

        var frame = await FrameAsync(value, write, cancellationToken).ConfigureAwait(false);
        if (condition.Kind is WriteConditionKind.None or WriteConditionKind.Absent)
        {
            var isAdd = condition.Kind == WriteConditionKind.Absent;
            var returnsPrevious = isAdd || write.ReturnsPrevious;
            using var command = SetCommand(key, frame, isAdd ? "NX"u8 : default, returnsPrevious);
            using var reply = await SendWriteAsync(key, command, returnsPrevious ? CommandKind.Write : CommandKind.IdempotentWrite, isAdd, cancellationToken).ConfigureAwait(false);

            // Nothing was there, or what was there does not matter.
            if (reply.IsNull || reply.Type == RespType.SimpleString)
            {
                await MakeRoomAsync(key).ConfigureAwait(false);
                return new WriteResult<T>(frame.WriteId, default);
            }

            var before = await UnderstandAsync(key, reply, cancellationToken).ConfigureAwait(false);
            if (!isAdd)
            {
                await MakeRoomAsync(key).ConfigureAwait(false);
                return new WriteResult<T>(frame.WriteId, Result<T>(before.Entry, ReadIntent.Peek));
            }

            if (before.Lives)
            {
                return new WriteResult<T>(0, default);
            }
        }

        return await CompareAndWriteAsync<T>(key, frame, write.ReturnsPrevious, condition, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a write, and forgets what it has changed, or may have.</summary>
    private async ValueTask<Reply> SendWriteAsync(string key, RedisCommand command, CommandKind kind, bool isAdd, CancellationToken cancellationToken)
    {
        Reply? reply = null;
        try
        {
            reply = await _client.SendAsync(command, kind, cancellationToken).ConfigureAwait(false);
            return reply.Value;
        }
        finally
        {
            if (!isAdd || reply is null or { IsNull: true } or { IsError: true })
            {
                Changed(key, isDone: reply is { IsError: false });
            }
        }
    }

    private async ValueTask<WriteResult<T>> CompareAndWriteAsync<T>(string key, EntryFrame frame, bool returnsPrevious, WriteCondition condition, CancellationToken cancellationToken)
    {
        await _pending.SettleAsync(key, cancellationToken).ConfigureAwait(false);
        for (var attempt = 0; ; attempt++)
        {
            using var turn = await _turns.TakeAsync(key, attempt, cancellationToken).ConfigureAwait(false);
            var state = returnsPrevious
                ? await ReadWholeAsync(key, cancellationToken).ConfigureAwait(false)
                : await ReadHeadAsync(key, cancellationToken).ConfigureAwait(false);
            if (!condition.Holds(state.Entry.Version))
            {
                // What the caller read may have been a copy that is older than this.
                DropCopy(key);
                return new WriteResult<T>(0, default);
            }

            Forget(key);
            if (await CommitAsync(key, state, frame, cancellationToken).ConfigureAwait(false))
            {
                return new WriteResult<T>(frame.WriteId, returnsPrevious ? Result<T>(state.Entry, ReadIntent.Peek) : default);
            }
        }
    }

    private async ValueTask<EntryFrame> FrameAsync(StoredValue value, EntryWrite write, CancellationToken cancellationToken)
    {
        if (write.Tags is null)
        {
            return NewFrame(value, write, tagStamp: 0, []);
        }

        await _pending.SettleTagsAsync(write.Tags, cancellationToken).ConfigureAwait(false);
        var life = CacheClock.After(write.TimeToLiveMs, write.MaxStaleMs);
        var (tags, clock) = await _tags.ResolveAsync(write.Tags, life, cancellationToken).ConfigureAwait(false);
        return NewFrame(value, write, clock, tags);
    }

    private EntryFrame NewFrame(StoredValue value, in EntryWrite write, long tagStamp, FrameTag[] tags)
    {
        (value, var length) = Compression.Shrink(value, write.SkipsCompression ? null : _settings.CompressionThreshold);
        return value.Payload.Length <= _settings.MaxValueBytes
            ? StoredState.NewFrame(value, write, UtcNowMs, tagStamp, tags) with { UncompressedLength = length }
            : throw new CacheException($"The value is {value.Payload.Length:N0} bytes long; the limit, MaxValueBytes, is {_settings.MaxValueBytes:N0}.");
    }
}
