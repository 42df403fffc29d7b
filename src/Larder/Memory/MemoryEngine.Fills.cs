using Larder.Tiers;

namespace Larder.Memory;

internal sealed partial class MemoryEngine
{
    public MemoryFillTicket BeginFill(string key, string[]? tags)
    {
        var known = _tags.Acquire(tags);
        var stripe = StripeOf(key);
        lock (stripe.Gate)
        {
            var ticket = new MemoryFillTicket(key, known, _tags.Clock);
            stripe.Fills.Add(ticket);
            return ticket;
        }
    }

    /// <summary>Stores what was loaded, unless the key or one of its tags was invalidated since the load began.</summary>
    /// <returns>The version of the entry, or zero when nothing was stored.</returns>
    public long CompleteFill(MemoryFillTicket ticket, object? value, in EntryWrite write)
    {
        var key = ticket.Key;
        var weight = _limits.Weigh(key, value);
        var tags = _tags.Acquire(write.Tags);
        var stripe = StripeOf(key);
        long version = 0;
        lock (stripe.Gate)
        {
            var stands = stripe.Fills.Complete(ticket) && !ticket.IsVoid && !_isDisposed
                && TagTable.AreValid(tags, ticket.StartClock) && !TagTable.AreStale(tags, ticket.StartClock);
            if (stands)
            {
                version = StoreNeedsLock(stripe, key, value, write, weight, tags, ticket.StartClock);
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

        AfterStore(key, stripe, weight, write);
        return weight > _limits.MaxBytes ? 0 : version;
    }

    public void AbandonFill(MemoryFillTicket ticket)
    {
        var stripe = StripeOf(ticket.Key);
        lock (stripe.Gate)
        {
            stripe.Fills.Remove(ticket);
            ticket.Void();
        }

        TagTable.Release(ticket.Tags);
    }

    /// <summary>Carries out writes under the locks of all their stripes, taken in order.</summary>
    public bool Commit(IReadOnlyList<TransactionCondition> conditions, IReadOnlyList<TransactionWrite> writes)
    {
        var weights = writes.Select(write => write.IsRemoval ? 0 : _limits.Weigh(write.Key, write.Value)).ToArray();
        var stripes = conditions.Select(condition => condition.Key).Concat(writes.Select(write => write.Key))
            .Select(StripeOf).Distinct().OrderBy(stripe => Array.IndexOf(_stripes, stripe)).ToArray();
        foreach (var stripe in stripes)
        {
            stripe.Gate.Enter();
        }

        try
        {
            var now = _clock.NowMs;
            foreach (var (key, condition) in conditions)
            {
                if (!condition.Holds(FindNeedsLock(key) is { } present && present.Lives(now) ? present.Version : 0))
                {
                    return false;
                }
            }

            for (var i = 0; i < writes.Count; i++)
            {
                CommitNeedsLock(writes[i], weights[i]);
            }
        }
        finally
        {
            foreach (var stripe in stripes)
            {
                stripe.Gate.Exit();
            }
        }

        for (var i = 0; i < writes.Count; i++)
        {
            if (!writes[i].IsRemoval)
            {
                AfterStore(writes[i].Key, StripeOf(writes[i].Key), weights[i], writes[i].Entry);
            }
        }

        return true;
    }

    private void CommitNeedsLock(TransactionWrite write, long weight)
    {
        var stripe = StripeOf(write.Key);
        stripe.Fills.Void(write.Key);
        if (!write.IsRemoval)
        {
            StoreNeedsLock(stripe, write.Key, write.Value, write.Entry, weight, _tags.Acquire(write.Entry.Tags), _tags.Clock);
            return;
        }

        if (FindNeedsLock(write.Key) is { } present)
        {
            RemoveNeedsLock(stripe, present);
        }
    }
}
