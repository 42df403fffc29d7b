using System.Runtime.CompilerServices;
using System.Text;
using Larder.Keys;
using Larder.Redis.Commands;
using Larder.Redis.Protocol;
using Larder.Serialization;
using Larder.Tiers;

namespace Larder.Redis.Tier;

/// <summary>Operations on many entries. Keys are found by SCAN on each server that takes writes, never by KEYS, and removed in batches.</summary>
internal sealed partial class RedisTier
{
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

        var (removed, isDone) = (0L, false);

        // Before and after, as for each alone.
        foreach (var key in keys)
        {
            removed += IsOwn(key) ? 1 : 0;
            Forget(key);
        }

        foreach (var tag in tags)
        {
            ForgetTag(tag);
        }

        try
        {
            using var command = _tags.Invalidation(tags, isLazy: false, _prefixBytes, keys);
            using var reply = await _client.ExecuteAsync(command, RedisScript.Invalidate, CommandKind.IdempotentWrite, cancellationToken).ConfigureAwait(false);
            removed += reply.Integer;
            isDone = true;
            foreach (var key in keys)
            {
                _capacity?.Remove(key);
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
                Changed(key, isDone);
            }
        }

        foreach (var tag in tags)
        {
            ChangedTag(tag);
        }

        return removed;
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

        Reply reply = default;
        var isDone = false;
        try
        {
            reply = await _client.ExecuteAsync(command, RedisScript.Remove, CommandKind.Write, cancellationToken).ConfigureAwait(false);
            isDone = true;
        }
        finally
        {
            Removed(keys, isDone);
        }

        using (reply)
        {
            return await CountRemovedAsync(keys, reply, cancellationToken).ConfigureAwait(false);
        }
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
            if (_fills.IsEmpty)
            {
                return;
            }

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
