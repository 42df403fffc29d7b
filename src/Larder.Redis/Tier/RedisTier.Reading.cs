using System.Runtime.CompilerServices;
using Larder.Redis.Commands;
using Larder.Redis.Telemetry;
using Larder.Redis.Protocol;
using Larder.Serialization;
using Larder.Tiers;

namespace Larder.Redis.Tier;

/// <summary>Reads that go to the server, and the copies that are kept of what they find.</summary>
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
    private async ValueTask<CacheResult<T>> ReadSharedAsync<T>(string key, ReadIntent intent, bool keepsCopy, CancellationToken cancellationToken)
    {
        if (_pending.HasKey(key))
        {
            return TryStandIn<T>(key, out var standIn) ? standIn : default;
        }

        if (_standIns is not null && _local is { Trust.IsOpen: false } && _client.Topology.Find(_prefixBytes, CommandKind.Read) is { IsAway: true } && TryStandIn<T>(key, out var known))
        {
            // Found without an exception for each read, of which there may be very many.
            return known;
        }

        if (IsSettling)
        {
            return WhileSettling<T>(key);
        }

        if (_ownsClient)
        {
            _settings.Diagnostics.Counters.Increment(Larder.Diagnostics.Counter.SharedReads);
        }

        // Before the command is sent: what changes from here on keeps the copy from being kept.
        var read = keepsCopy ? _local!.Begin(key) : default;
        try
        {
            using var command = RedisCommand.Rent("GET"u8, 1).AddKey(_prefixBytes, key);
            var node = RedisTelemetry.IsOn ? null : _client.TrySend(command, CommandKind.Read, cancellationToken);
            var reply = node is null ? await _client.SendAsync(command, CommandKind.Read, cancellationToken).ConfigureAwait(false) : await command.Reply.ConfigureAwait(false);
            if (reply.IsError && node is not null)
            {
                // Perhaps of another server, in the end.
                reply = await _client.RecoverAsync(command, node, reply, CommandKind.Read, cancellationToken).ConfigureAwait(false);
                node = null;
            }

            using (reply)
            {
                node?.Note(command, reply.Span.Length);
                if (!TryUnderstand(key, reply, intent, out var state))
                {
                    state = await FinishAsync(key, reply, intent, cancellationToken).ConfigureAwait(false);
                }

                if (IsSettling)
                {
                    // The read waited for a connection, and another server has answered.
                    return WhileSettling<T>(key);
                }

                var result = Result<T>(state, intent);
                if (read.Ticket is not null && node is not null && result.HasValue && state.Frame is { SlidingMs: 0, CopyLifeMs: > 0 } && (_strict is null || !node.IsLarge(command)))
                {
                    _local!.Complete(read, node, _client.Topology.IsCluster, state.Frame, state.IsStale, _settings.Copies.Keep(result.RawValue, state.Frame.Value), UtcNowMs);
                    read = default;
                }

                if (result.HasValue && intent != ReadIntent.Peek)
                {
                    _capacity?.Use(key);
                }

                return result;
            }
        }
        catch (CacheException exception) when (!_settings.IsStrict && IsOutage(exception) && TryStandIn<T>(key, out var standIn))
        {
            Spare("read", key, exception, isRefused: false);
            return standIn;
        }
        finally
        {
            if (read.Ticket is not null)
            {
                _local!.Engine.AbandonFill(read.Ticket);
            }
        }
    }

    private CacheResult<T> WhileSettling<T>(string key) => TryStandIn<T>(key, out var standIn) ? standIn : new CacheResult<T>(default, 0, 0, ResultFlags.Unavailable);

    /// <summary>
    /// Reads while there is a value in memory that may stand in for the answer of the server, which is waited for only so long then. The read goes on, so that the next one finds a copy.
    /// </summary>
    private async ValueTask<CacheResult<T>> ReadBesideStandInAsync<T>(string key, ReadIntent intent, CancellationToken cancellationToken)
    {
        var read = ReadSharedAsync<T>(key, intent, keepsCopy: true, cancellationToken).AsTask();
        await ((Task)read).WaitAsync(_settings.SoftTimeout, TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!read.IsCompleted && !cancellationToken.IsCancellationRequested && TryStandIn<T>(key, out var standIn))
        {
            _ = read.ContinueWith(static late => late.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return standIn;
        }

        return await read.ConfigureAwait(false);
    }

    /// <summary>Understands what most replies are: nothing, or an entry without tags and without a sliding life, for which no more need be asked.</summary>
    private bool TryUnderstand(string key, Reply reply, ReadIntent intent, out StoredState state)
    {
        state = default;
        if (reply.IsNull)
        {
            return true;
        }

        if (reply.Span is not [EntryFrame.Magic, ..]
            || !EntryFrame.TryParse(HashOf(key), reply.Memory, out var frame, out _)
            || !Compression.TryExpand(ref frame, out _)
            || frame.Tags.Length > 0
            || (frame.SlidingMs > 0 && intent != ReadIntent.Peek))
        {
            return false;
        }

        state = StoredState.Of(frame, frame.Revision, UtcNowMs);
        return true;
    }

    private async ValueTask<StoredState> FinishAsync(string key, Reply reply, ReadIntent intent, CancellationToken cancellationToken)
    {
        var state = await UnderstandAsync(key, reply, cancellationToken).ConfigureAwait(false);
        return intent != ReadIntent.Peek && state is { Lives: true, Entry.Frame.SlidingMs: > 0 }
            ? state.Entry with { Frame = await ProlongAsync(key, state.Entry.Frame, cancellationToken).ConfigureAwait(false) }
            : state.Entry;
    }
}
