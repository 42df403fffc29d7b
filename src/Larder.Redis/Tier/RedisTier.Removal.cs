using System.Runtime.ExceptionServices;
using Larder.Keys;
using Larder.Redis.Commands;
using Larder.Redis.Connections;
using Larder.Redis.Protocol;
using Larder.Serialization;

namespace Larder.Redis.Tier;

/// <summary>The removal of all that matches a pattern: found by SCAN, looked at to tell how many lived, and removed by batches.</summary>
internal sealed partial class RedisTier
{
    /// <summary>How many keys one command removes: fewer than hold others up, and enough that the commands themselves cost nothing.</summary>
    private const int UnlinkBatch = 500;

    /// <summary>How many batches of a scan are being removed at a time, so that neither the server nor this process waits for the other.</summary>
    private const int MaxBatchesUnderWay = 3;

    public override async ValueTask<long> RemoveAllAsync(KeyFilter filter, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        long own = OwnKeys(filter).Count();
        Forget(filter);
        try
        {
            return own + await RemoveMatchingAsync(filter, isMeant: null, progress, cancellationToken).ConfigureAwait(false);
        }
        catch (CacheException exception) when (IsOutage(exception))
        {
            Spare("remove by pattern", filter.Prefix + filter.Pattern.Text, exception, Refuses || !_pending.TryAddFilter(filter));
            return own;
        }
        finally
        {
            // After it was put off too: who read before that may have kept a copy of what is still there.
            Forget(filter);
            _recent?.AddFilter(filter);
        }
    }

    private async ValueTask<long> RemoveMatchingAsync(KeyFilter filter, Func<string, bool>? isMeant, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        long removed = 0;
        var batches = new Queue<(string[] Keys, Task<long> Removed)>();

        // A scan gives some keys twice, and none must be counted twice.
        var underWay = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            await foreach (var found in ScanAsync(filter, cancellationToken).ConfigureAwait(false))
            {
                string[] keys = [.. found.Where(key => isMeant?.Invoke(key) != false && underWay.Add(key))];
                batches.Enqueue((keys, RemoveFoundAsync(keys, cancellationToken).AsTask()));
                if (batches.Count == MaxBatchesUnderWay)
                {
                    await TakeAsync().ConfigureAwait(false);
                }
            }

            while (batches.Count > 0)
            {
                await TakeAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            await ((Task)Task.WhenAll(batches.Select(batch => batch.Removed))).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return removed;

        async ValueTask TakeAsync()
        {
            var (keys, some) = batches.Dequeue();
            removed += await some.ConfigureAwait(false);
            underWay.ExceptWith(keys);
            progress?.Report(removed);
        }
    }

    /// <summary>
    /// Removes what a scan found. It is looked at and removed by plain commands in one stream, which costs the server a third of a script that does both for all. What
    /// is stored between the two is removed too, as if it had been stored before.
    /// </summary>
    /// <returns>How many lived.</returns>
    private async ValueTask<long> RemoveFoundAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        var living = await CountLivingAsync(keys, cancellationToken).ConfigureAwait(false);

        // In a cluster each by itself: several keys would have to lie in one slot, and cannot be had while it moves.
        var batches = keys.Chunk(_client.Topology.IsCluster ? 1 : UnlinkBatch);
        await Task.WhenAll(batches.Select(batch => UnlinkAsync(batch, cancellationToken).AsTask())).ConfigureAwait(false);
        return living;
    }

    private async ValueTask<long> CountLivingAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        // All are sent before the first reply is waited for, and all replies are taken, whatever one of them says.
        var heads = keys.Select(key => Head(key, HeadLength)).Select(head => (Command: head, Node: _client.TrySend(head, CommandKind.IdempotentWrite, cancellationToken))).ToArray();
        long living = 0;
        ExceptionDispatchInfo? failure = null;
        for (var i = 0; i < heads.Length; i++)
        {
            try
            {
                living += await LivesAsync(keys[i], heads[i].Command, heads[i].Node, cancellationToken).ConfigureAwait(false) ? 1 : 0;
            }
            catch (Exception exception)
            {
                failure ??= ExceptionDispatchInfo.Capture(exception);
            }
        }

        failure?.Throw();
        return living;
    }

    /// <summary>Asks what stands under a key, without its value: over the connection that writes, which no server tracks, unless a large value of the key is still on its way.</summary>
    private RedisCommand Head(string key, int length) => RedisCommand.Rent("GETRANGE"u8, 3).AddKey(_prefixBytes, key).Add(0).Add(length - 1);

    /// <summary>Tells whether an entry lives, or something else stands under its key.</summary>
    private async ValueTask<bool> LivesAsync(string key, RedisCommand command, RedisNode? node, CancellationToken cancellationToken)
    {
        using var _ = command;
        var reply = node is null ? await _client.SendAsync(command, CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false) : await command.Reply.ConfigureAwait(false);
        if (reply.IsError && node is not null)
        {
            reply = await _client.RecoverAsync(command, node, reply, CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false);
        }

        using var final = reply;
        if (reply.IsError && !reply.Span.StartsWith("WRONGTYPE"u8))
        {
            reply.ThrowIfError();
        }

        if (reply.IsError || reply.Span.IsEmpty)
        {
            return reply.IsError;
        }

        if (EntryFrame.TryParseHeader(HashOf(key), reply.Span, out var frame, out var headerLength, out var problem))
        {
            return (await JudgeAsync(frame, frame.Revision, cancellationToken).ConfigureAwait(false)).Lives;
        }

        return problem is not null || await LivesAsync(key, Head(key, headerLength), node: null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes keys, without a look at what they held.</summary>
    /// <returns>How many there were.</returns>
    private async ValueTask<long> UnlinkAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        using var command = RedisCommand.Rent("UNLINK"u8, keys.Count);
        foreach (var key in keys)
        {
            command.AddKey(_prefixBytes, key);
        }

        var isDone = false;
        try
        {
            using var reply = await _client.ExecuteAsync(command, CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false);
            isDone = true;
            return reply.Integer;
        }
        finally
        {
            Removed(keys, isDone);
        }
    }
}
