using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Text;
using Larder.Keys;
using Larder.Redis.Commands;
using Larder.Redis.Connections;
using Larder.Redis.Protocol;
using Larder.Redis.Tracking;
using Larder.Serialization;
using Larder.Tiers;

namespace Larder.Redis.Tier;

/// <summary>Operations on many entries. Keys are found by SCAN on each server that takes writes, never by KEYS, and removed in batches.</summary>
internal sealed partial class RedisTier
{
    /// <summary>How many keys one command removes: fewer than hold others up, and enough that the commands themselves cost nothing.</summary>
    private const int UnlinkBatch = 500;

    /// <summary>How many keys and tags are dropped by one script.</summary>
    private const int MostInOneStep = 200;

    public override async IAsyncEnumerable<string> KeysAsync(KeyFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var keys in ScanAsync(filter, cancellationToken).ConfigureAwait(false))
        {
            var fresh = keys.Where(seen.Add).ToArray();
            var states = await Task.WhenAll(fresh.Select(key => ReadHeadAsync(key, cancellationToken).AsTask())).ConfigureAwait(false);
            for (var i = 0; i < fresh.Length; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (states[i].Lives)
                {
                    yield return fresh[i];
                }
                else
                {
                    seen.Remove(fresh[i]);
                }
            }
        }

        foreach (var key in OwnKeys(filter).Where(seen.Add))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return key;
        }
    }

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
        await foreach (var keys in ScanAsync(filter, cancellationToken).ConfigureAwait(false))
        {
            removed += await RemoveFoundAsync(isMeant is null ? keys : [.. keys.Where(isMeant)], cancellationToken).ConfigureAwait(false);
            progress?.Report(removed);
        }

        return removed;
    }

    public override async ValueTask MarkAllStaleAsync(KeyFilter filter, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var keys in ScanAsync(filter, cancellationToken).ConfigureAwait(false))
            {
                await Task.WhenAll(keys.Select(key => MarkStaleAsync(key, cancellationToken).AsTask())).ConfigureAwait(false);
            }
        }
        finally
        {
            Forget(filter);
        }
    }

    public override async ValueTask InvalidateTagAsync(string tag, bool isLazy, CancellationToken cancellationToken)
    {
        ForgetTag(tag);
        try
        {
            await _tags.InvalidateAsync(tag, isLazy, cancellationToken).ConfigureAwait(false);
        }
        catch (CacheException exception) when (IsOutage(exception))
        {
            DeferTag(tag, isLazy, exception);
        }

        ChangedTag(tag);
    }

    public override async ValueTask<long> TryDropAsync(string[] keys, string[] tags, CancellationToken cancellationToken)
    {
        // In a cluster they lie on several servers, as they may before it is known; and too many in one script would hold up all others.
        if (_client.Topology.Find(_prefixBytes, CommandKind.IdempotentWrite) is null || _client.Topology.IsCluster || tags.Length == 0 || keys.Length + tags.Length > MostInOneStep)
        {
            return -1;
        }

        long removed = keys.Count(IsOwn);

        // Before and after, as for each alone.
        Array.ForEach(keys, Forget);
        Array.ForEach(tags, ForgetTag);
        try
        {
            removed += await _tags.InvalidateAsync(tags, isLazy: false, _prefixBytes, keys, cancellationToken).ConfigureAwait(false);
            foreach (var key in keys)
            {
                _capacity?.Remove(key);
                BeginTelling(ChannelMessage.Key, key);
            }
        }
        catch (CacheException exception) when (IsOutage(exception))
        {
            foreach (var key in keys)
            {
                Defer("remove", key, exception);
            }

            foreach (var tag in tags)
            {
                DeferTag(tag, isLazy: false, exception);
            }
        }
        finally
        {
            foreach (var key in keys)
            {
                Forget(key);
                _recent?.AddKey(key);
            }
        }

        Array.ForEach(tags, ChangedTag);
        return removed;
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

    /// <summary>Asks what stands under a key, without its value: over the connection that writes, which no server tracks.</summary>
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

        using var reply = await _client.ExecuteAsync(command, CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false);
        foreach (var key in keys)
        {
            _capacity?.Remove(key);
            BeginTelling(ChannelMessage.Key, key);
        }

        return reply.Integer;
    }

    /// <summary>Removes keys, in one step where they are in one place.</summary>
    /// <returns>How many lived.</returns>
    private async ValueTask<long> RemoveManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        if (_client.Topology.IsCluster && keys.Count > 1)
        {
            // Each by itself, all in one pipeline per server: several keys would have to lie in one slot, and cannot be had while it moves.
            var counts = await Task.WhenAll(keys.Select(key => RemoveManyAsync([key], cancellationToken).AsTask())).ConfigureAwait(false);
            return counts.Sum();
        }

        if (keys.Count == 0)
        {
            return 0;
        }

        using var command = RedisClient.Script(RedisScript.Remove, keys.Count, 0);
        foreach (var key in keys)
        {
            command.AddKey(_prefixBytes, key);
        }

        using var reply = await _client.ExecuteAsync(command, RedisScript.Remove, CommandKind.Write, cancellationToken).ConfigureAwait(false);
        foreach (var key in _capacity is null ? [] : keys)
        {
            _capacity!.Remove(key);
        }

        foreach (var key in keys)
        {
            BeginTelling(ChannelMessage.Key, key);
        }

        return await CountRemovedAsync(keys, reply, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes what is too much after an entry was stored. That it could not be done does not keep the entry from being stored.</summary>
    private async ValueTask MakeRoomAsync(string key)
    {
        if (_capacity is null)
        {
            return;
        }

        try
        {
            var excess = await _capacity.AddAsync(key, CancellationToken.None).ConfigureAwait(false);
            await RemoveManyAsync(excess, CancellationToken.None).ConfigureAwait(false);
            foreach (var evicted in excess)
            {
                _settings.Diagnostics.Counters.Increment(Larder.Diagnostics.Counter.EntryLimitEvictions);
                _settings.Diagnostics.Events.OnEvicted(new CacheEviction(evicted, EvictionReason.EntryLimit));
            }
        }
        catch (CacheException exception)
        {
            _settings.Diagnostics.TierFailed("make room", key, exception);
        }
    }

    private async ValueTask<long> CountRemovedAsync(IReadOnlyList<string> keys, Reply reply, CancellationToken cancellationToken)
    {
        long living = 0;
        List<EntryFrame>? tagged = null;
        Count();
        foreach (var frame in tagged ?? [])
        {
            living += (await JudgeAsync(frame, frame.Revision, cancellationToken).ConfigureAwait(false)).Lives ? 1 : 0;
        }

        return living;

        void Count()
        {
            var reader = reply.Open();
            foreach (var key in keys)
            {
                if (!reader.Read() || reader.Text.IsEmpty)
                {
                    continue;
                }

                if (!EntryFrame.TryParseHeader(HashOf(key), reader.Text, out var frame, out _, out _))
                {
                    living += reader.Text.SequenceEqual("f"u8) ? 1 : 0;
                }
                else if (frame.Tags.Length == 0)
                {
                    living += StoredState.Of(frame, frame.Revision, UtcNowMs).Lives ? 1 : 0;
                }
                else
                {
                    (tagged ??= []).Add(frame);
                }
            }
        }
    }

    /// <summary>Finds the keys that match, in batches; one may come twice.</summary>
    private async IAsyncEnumerable<IReadOnlyList<string>> ScanAsync(KeyFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var batch in new RedisScan(_client, PatternOf(filter)).BatchesAsync(cancellationToken).ConfigureAwait(false))
        {
            var keys = KeysOf(batch, filter).ToArray();
            if (keys.Length > 0)
            {
                yield return keys;
            }
        }
    }

    /// <summary>Gets a pattern for the server that matches at least the keys that are meant.</summary>
    private byte[] PatternOf(KeyFilter filter) => Encoding.UTF8.GetBytes(GlobPattern.Escape(_prefix + filter.Prefix) + filter.Pattern.Widened);

    /// <summary>Gets the keys that are meant of those that the server has found, without the prefix of the cache.</summary>
    private IEnumerable<string> KeysOf(IEnumerable<string> found, KeyFilter filter) => found
        .Where(key => key.StartsWith(_prefix, StringComparison.Ordinal) && filter.IsMatch(key[_prefix.Length..]))
        .Select(key => key[_prefix.Length..]);

    private void VoidFillsOfTag(string tag)
    {
        lock (_fillGate)
        {
            foreach (var ticket in _fills.Tickets.Where(ticket => ((RemoteFillTicket)ticket).Tags?.Contains(tag, StringComparer.Ordinal) == true).ToArray())
            {
                ticket.Void();
            }
        }
    }

    private void VoidFills(KeyFilter filter)
    {
        lock (_fillGate)
        {
            _fills.Void(filter);
        }
    }
}
