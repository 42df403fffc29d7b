using Larder.Serialization;
using Larder.Tiers;

namespace Larder.Memory;

internal sealed partial class MemoryEngine
{
    public MemoryFillTicket BeginFill(string key, string[]? tags)
    {
        var known = _tags.Acquire(tags);
        var shard = ShardOf(KeyHash.Of(key));
        lock (shard.Gate)
        {
            var ticket = new MemoryFillTicket(key, known, _tags.Clock);
            shard.Fills.Add(ticket);
            return ticket;
        }
    }

    /// <summary>Stores what was loaded, unless the key or one of its tags was invalidated since the load began.</summary>
    /// <param name="ticket">The ticket.</param>
    /// <param name="value">The value.</param>
    /// <param name="write">How it is stored.</param>
    /// <param name="isChange">Whether what loads read has changed since the ticket was taken, so that none of those under way may store.</param>
    /// <returns>The version of the entry, or zero when nothing was stored.</returns>
    public long CompleteFill(MemoryFillTicket ticket, object? value, in EntryWrite write, bool isChange = false)
    {
        var key = ticket.Key;
        var weight = _limits.Weigh(key, value);
        var tags = _tags.Acquire(write.Tags);
        var hash = KeyHash.Of(key);
        var shard = ShardOf(hash);
        long version = 0;
        lock (shard.Gate)
        {
            var stands = shard.Fills.Complete(ticket) && !ticket.IsVoid && !_isDisposed
                && TagTable.AreValid(tags, ticket.StartClock) && !TagTable.AreStale(tags, ticket.StartClock);
            if (stands)
            {
                if (isChange)
                {
                    shard.Fills.Void(key);
                }

                version = StoreNeedsLock(shard, shard.FindNeedsLock(key, hash), key, hash, value, write, weight, tags, ticket.StartClock);
            }
            else
            {
                TagTable.Release(tags);
            }

            // Also of a load that was stored: who misses from now on may miss because the entry is gone again, and must not join the load.
            ticket.Void();
        }

        TagTable.Release(ticket.Tags);
        if (version == 0)
        {
            return 0;
        }

        AfterStore(key, shard, weight, write);
        return weight > _limits.MaxBytes ? 0 : version;
    }

    public void AbandonFill(MemoryFillTicket ticket)
    {
        var shard = ShardOf(KeyHash.Of(ticket.Key));
        lock (shard.Gate)
        {
            shard.Fills.Remove(ticket);
            ticket.Void();
        }

        TagTable.Release(ticket.Tags);
    }

    /// <summary>Carries out writes under the locks of all their shards, taken in order.</summary>
    public bool Commit(IReadOnlyList<TransactionCondition> conditions, IReadOnlyList<TransactionWrite> writes, ValueCopies copies)
    {
        var values = writes.Select(write => write.Keep(copies)).ToArray();
        var weights = writes.Select((write, at) => write.IsRemoval ? 0 : _limits.Weigh(write.Key, values[at])).ToArray();
        var shards = conditions.Select(condition => condition.Key).Concat(writes.Select(write => write.Key))
            .Select(key => (int)((ulong)KeyHash.Of(key) >> _shardShift)).Distinct().Order().Select(index => _shards[index]).ToArray();
        foreach (var shard in shards)
        {
            shard.Gate.Enter();
        }

        try
        {
            foreach (var (key, condition) in conditions)
            {
                var hash = KeyHash.Of(key);
                var index = ShardOf(hash).FindNeedsLock(key, hash);
                var present = index != 0 ? PeekNeedsLock(ShardOf(hash), index) : default;
                if (!condition.Holds(present.Lives ? present.Version : 0))
                {
                    return false;
                }
            }

            for (var i = 0; i < writes.Count; i++)
            {
                CommitNeedsLock(writes[i], values[i], weights[i]);
            }
        }
        finally
        {
            foreach (var shard in shards)
            {
                shard.Gate.Exit();
            }
        }

        for (var i = 0; i < writes.Count; i++)
        {
            if (!writes[i].IsRemoval)
            {
                AfterStore(writes[i].Key, ShardOf(KeyHash.Of(writes[i].Key)), weights[i], writes[i].Entry);
            }
        }

        return true;
    }

    private void CommitNeedsLock(TransactionWrite write, object? value, long weight)
    {
        var hash = KeyHash.Of(write.Key);
        var shard = ShardOf(hash);
        shard.Fills.Void(write.Key);
        var index = shard.FindNeedsLock(write.Key, hash);
        if (write.IsRemoval)
        {
            RemoveNeedsLock(shard, index);
        }
        else
        {
            StoreNeedsLock(shard, index, write.Key, hash, value, write.Entry, weight, _tags.Acquire(write.Entry.Tags), _tags.Clock);
        }
    }
}
