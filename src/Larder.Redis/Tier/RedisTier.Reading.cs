using System.Runtime.CompilerServices;
using Larder.Diagnostics;
using Larder.Redis.Commands;
using Larder.Redis.Telemetry;
using Larder.Redis.Connections;
using Larder.Redis.Protocol;
using Larder.Redis.Tracking;
using Larder.Serialization;
using Larder.Tiers;

namespace Larder.Redis.Tier;

/// <summary>Reads that go to the server, and the copies that are kept of what they find.</summary>
/// <remarks>What is called from the state machine of a read is not to be inlined: it would be part of its frame, which is cleared each time that the read goes on.</remarks>
internal sealed partial class RedisTier
{
    public override async ValueTask<bool> TouchAsync(string key, CancellationToken cancellationToken)
    {
        if (IsOwn(key))
        {
            return _local!.TryGet(key, ReadIntent.Get, out _);
        }

        var state = await ReadHeadAsync(key, cancellationToken).ConfigureAwait(false);
        if (state is { Lives: true, Entry.Frame.SlidingMs: > 0 })
        {
            await ProlongAsync(key, state.Entry.Frame, cancellationToken).ConfigureAwait(false);
        }

        return state.Lives;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<CacheResult<T>> ReadSharedAsync<T>(string key, ReadIntent intent, SharedRead how, CancellationToken cancellationToken)
    {
        CacheResult<T> result;
        LocalRead read = default;
        try
        {
            // Before the command is sent: what changes from here on keeps the copy from being kept. And before it is asked what waits to be removed, for who puts off a removal
            // drops what there is afterwards: a read that has not heard of it yet must be among that.
            read = (how & SharedRead.KeepsCopy) != 0 ? _local!.Begin(key) : default;
            if (!TryAnswer(key, out result))
            {
                using var command = NewGet(key);
                using var trace = RedisTelemetry.IsOn ? RedisTelemetry.Begin(_client.Topology.Find(command.Key, CommandKind.Read), command) : null;
                var node = _client.TrySend(command, CommandKind.Read, cancellationToken);
                var reply = node is null ? await _client.SendUntracedAsync(command, CommandKind.Read, cancellationToken).ConfigureAwait(false) : await command.Reply.ConfigureAwait(false);
                if (reply.IsError && node is not null)
                {
                    // Perhaps of another server, in the end.
                    reply = await _client.RecoverAsync(command, node, reply, CommandKind.Read, cancellationToken).ConfigureAwait(false);
                    node = null;
                }

                trace?.End(reply);
                using (reply)
                {
                    node?.Note(command, reply.Span.Length);
                    if (!reply.IsNull && !TryTake(key, reply, intent, node, command, ref read, out result))
                    {
                        var other = read;
                        read = default;
                        result = await TakeOtherAsync<T>(key, reply, intent, node, command, other, cancellationToken).ConfigureAwait(false);
                    }
                }

                if (IsSettling)
                {
                    // The read waited for a connection, and another server has answered.
                    result = WhileSettling<T>(key);
                }
            }
        }
        catch (CacheException exception) when (!_settings.IsStrict && IsOutage(exception) && TryStandIn<T>(key, out var standIn))
        {
            Spare("read", key, exception, isRefused: false);
            result = standIn;
        }
        catch (Exception exception) when ((how & SharedRead.ForCaller) != 0 && !_settings.IsStrict && !cancellationToken.IsCancellationRequested)
        {
            _settings.Diagnostics.TierFailed("read", key, exception);
            result = CacheResult<T>.Unavailable;
        }
        finally
        {
            Abandon(read);
        }

        return Counted(result, how);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private RedisCommand NewGet(string key) => RedisCommand.Rent("GET"u8, 1).AddKey(_prefixBytes, key);

    private CacheResult<T> Counted<T>(CacheResult<T> result, SharedRead how) =>
        (how & SharedRead.Counts) != 0 ? _settings.Diagnostics.Counters.CountRead(result) : result;

    /// <summary>Answers a read for which the server is not to be asked.</summary>
    private bool TryAnswer<T>(string key, out CacheResult<T> result)
    {
        if (_pending.HasKey(key))
        {
            result = TryStandIn<T>(key, out var standIn) ? standIn : default;
            return true;
        }

        if (_standIns is not null && _local is { Trust.IsOpen: false } && _client.Topology.Find(_prefixBytes, CommandKind.Read) is { IsAway: true } && TryStandIn(key, out result))
        {
            // Found without an exception for each read, of which there may be very many.
            return true;
        }

        if (IsSettling)
        {
            result = WhileSettling<T>(key);
            return true;
        }

        if (_ownsClient)
        {
            _settings.Diagnostics.Counters.Increment(Counter.SharedReads);
        }

        result = default;
        return false;
    }

    private CacheResult<T> WhileSettling<T>(string key) => TryStandIn<T>(key, out var standIn) ? standIn : CacheResult<T>.Unavailable;

    /// <summary>
    /// Reads while there is a value in memory that may stand in for the answer of the server, which is waited for only so long then. The read goes on, so that the next one finds a copy.
    /// </summary>
    private async ValueTask<CacheResult<T>> ReadBesideStandInAsync<T>(string key, ReadIntent intent, SharedRead how, CancellationToken cancellationToken)
    {
        var read = ReadSharedAsync<T>(key, intent, how | SharedRead.KeepsCopy, cancellationToken).AsTask();
        await ((Task)read).WaitAsync(_settings.SoftTimeout, TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!read.IsCompleted && !cancellationToken.IsCancellationRequested && TryStandIn<T>(key, out var standIn))
        {
            _ = read.ContinueWith(static late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return standIn;
        }

        return await read.ConfigureAwait(false);
    }

    /// <summary>Takes what most replies are: an entry without tags and without a sliding life, for which no more need be asked.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryTake<T>(string key, in Reply reply, ReadIntent intent, RedisNode? node, RedisCommand command, ref LocalRead read, out CacheResult<T> result)
    {
        if (reply.Span is not [EntryFrame.Magic, ..]
            || !EntryFrame.TryParse(HashOf(key), reply.Memory, out var frame, out _)
            || (frame.UncompressedLength != 0 && !Compression.TryExpand(ref frame, out _))
            || frame.Tags.Length > 0
            || (frame.SlidingMs > 0 && intent != ReadIntent.Peek))
        {
            result = default;
            return false;
        }

        var now = UtcNowMs;
        result = Take<T>(StoredState.Of(frame, frame.Revision, now), now, key, intent, node, command, ref read);
        return true;
    }

    /// <summary>Takes what was read, and keeps a copy of it where one is to be kept.</summary>
    private CacheResult<T> Take<T>(in StoredState state, long nowMs, string key, ReadIntent intent, RedisNode? node, RedisCommand command, ref LocalRead read)
    {
        var result = state.Result<T>(intent, nowMs, _settings.Serializers);
        if (!result.HasValue || IsSettling)
        {
            return result;
        }

        if (read.Ticket is not null && node is not null)
        {
            KeepCopy(state, result.RawValue, node, command, ref read);
        }

        if (intent != ReadIntent.Peek)
        {
            _capacity?.Use(key);
        }

        return result;
    }

    private void KeepCopy<T>(in StoredState state, T value, RedisNode node, RedisCommand command, ref LocalRead read)
    {
        if (state.Frame is { SlidingMs: 0, CopyLifeMs: > 0 } && (_strict is null || !command.IsOfBulk))
        {
            _local!.Complete(read, node, _client.Topology.IsCluster, state.Frame, state.IsStale, _settings.Copies.Keep(value, state.Frame.Value), UtcNowMs);
            read = default;
        }
    }

    /// <summary>Takes what <see cref="TryTake"/> does not. Ends the read.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private async ValueTask<CacheResult<T>> TakeOtherAsync<T>(string key, Reply reply, ReadIntent intent, RedisNode? node, RedisCommand command, LocalRead read, CancellationToken cancellationToken)
    {
        try
        {
            var state = await UnderstandAsync(key, reply, cancellationToken).ConfigureAwait(false);
            var entry = intent != ReadIntent.Peek && state is { Lives: true, Entry.Frame.SlidingMs: > 0 }
                ? state.Entry with { Frame = await ProlongAsync(key, state.Entry.Frame, cancellationToken).ConfigureAwait(false) }
                : state.Entry;
            return Take<T>(entry, UtcNowMs, key, intent, node, command, ref read);
        }
        finally
        {
            Abandon(read);
        }
    }

    private void Abandon(LocalRead read)
    {
        if (read.Ticket is not null)
        {
            _local!.Engine.AbandonFill(read.Ticket);
        }
    }

    [Flags]
    private enum SharedRead
    {
        None = 0,

        /// <summary>A copy may be kept.</summary>
        KeepsCopy = 1,

        /// <summary>A failure is a miss, see <see cref="CacheTier.ReadForCallerAsync"/>.</summary>
        ForCaller = 2,

        /// <summary>It counts as a hit or a miss.</summary>
        Counts = 4,
    }
}
