using Larder.Redis.Commands;
using Larder.Redis.Tracking;
using Larder.Tiers;

namespace Larder.Redis.Tier;

/// <summary>Loads: their tickets, and how they end.</summary>
internal sealed partial class RedisTier
{
    private readonly Lock _fillGate = new();
    private readonly FillTable _fills = new();

    public override async ValueTask<long> CompleteFillAsync<T>(FillTicket ticket, T value, EntryWrite write, CancellationToken cancellationToken)
    {
        if (ticket is OwnFillTicket own)
        {
            return _local!.CompleteOwn(own.Inner, Kept(value), write);
        }

        var fill = (RemoteFillTicket)ticket;
        fill.ValueTags = write.Tags;
        try
        {
            if (write.SkipsShared)
            {
                return await CompleteHereAsync(fill, value, write).ConfigureAwait(false);
            }

            if (_settings.IsUnguarded)
            {
                return (await WriteAsync(fill.Key, value, write, WriteCondition.None, cancellationToken).ConfigureAwait(false)).Version;
            }

            var stands = Stands(fill);
            if (fill.IsBarred && stands && !IsOvertaken(fill, write))
            {
                _standIns?.Keep(fill.Key, Kept(value), write, CoarseTime.ExactMs - fill.TakenAtMs);
                if (fill.IsVoid || IsOvertaken(fill, write))
                {
                    // Changed meanwhile: who changed it may have looked for a stand-in before there was one.
                    _standIns?.Remove(fill.Key);
                }
            }

            if (fill.IsBarred || !stands)
            {
                await ReleaseLeaseAsync(fill).ConfigureAwait(false);
                return 0;
            }

            // Stamped with the clock of the load's beginning: a tag that was invalidated since makes the entry invalid from the start.
            var frame = await FrameAsync(Encode(value), write, cancellationToken).ConfigureAwait(false) with { TagStamp = write.Tags is null ? 0 : fill.TagStamp };
            if (frame.Tags.Length > 0 && await _tags.CheckAsync(frame, cancellationToken).ConfigureAwait(false) != TagValidity.Valid)
            {
                fill.IsOvertaken = true;
                await ReleaseLeaseAsync(fill).ConfigureAwait(false);
                return 0;
            }

            var isStored = await CommitAsync(fill.Key, Expected(fill), frame, cancellationToken, CommandKind.LoadWrite).ConfigureAwait(false);
            fill.IsOvertaken = !isStored && !fill.IsTakenOver;
            ReleaseRefreshLease(fill);
            return isStored ? frame.WriteId : 0;
        }
        catch
        {
            await ReleaseLeaseAsync(fill).ConfigureAwait(false);
            throw;
        }
        finally
        {
            EndFill(fill);
        }
    }

    /// <summary>Keeps in this process what turned out not to be for the store, such as a value that is too large. The lease goes first, because its end is a change of the key.</summary>
    private async ValueTask<long> CompleteHereAsync<T>(RemoteFillTicket fill, T value, EntryWrite write)
    {
        await ReleaseLeaseAsync(fill).ConfigureAwait(false);
        if (fill.IsOvertaken || JoinsOnlyLater(fill) || !Stands(fill) || IsOvertaken(fill, write))
        {
            return 0;
        }

        var version = _local!.WriteOwn(fill.Key, Kept(value), write, WriteCondition.None, out _);
        if (!fill.IsVoid && !IsOvertaken(fill, write))
        {
            return version;
        }

        // Changed meanwhile: who changed it may have looked before the value was here.
        _local.Engine.Remove(fill.Key, WriteCondition.None);
        return 0;
    }

    /// <summary>
    /// Tells whether a tag that only the loader knew may have been invalidated since the load began, which voids no ticket. What is stored has the clock of the server for that; what is
    /// kept here has only the count of all invalidations.
    /// </summary>
    private bool IsOvertaken(RemoteFillTicket fill, in EntryWrite write)
    {
        if (write.Tags is null || TagClock == fill.StartClock)
        {
            return false;
        }

        return Array.Exists(write.Tags, tag => fill.Tags?.Contains(tag, StringComparer.Ordinal) != true);
    }

    public override async ValueTask AbandonFillAsync(FillTicket ticket)
    {
        if (ticket is OwnFillTicket own)
        {
            _local!.Engine.AbandonFill(own.Inner);
        }
        else if (ticket is RemoteFillTicket { IsTaken: false } fill)
        {
            EndFill(fill);
            await ReleaseLeaseAsync(fill).ConfigureAwait(false);
        }
    }

    private static RedisState Expected(RemoteFillTicket ticket) => new(new StoredState(default, ticket.Version, false, false, false), ticket.Foreign);

    /// <summary>Tells whether a load may store: it has not been voided. It then stays in the table until it has stored, so that it can be.</summary>
    private bool Stands(RemoteFillTicket ticket)
    {
        lock (_fillGate)
        {
            return _fills.VoidOlder(ticket) && !ticket.IsVoid;
        }
    }

    /// <summary>Takes a ticket out of the table. It is void from now on: who misses later may miss because what was stored is gone again.</summary>
    private void EndFill(RemoteFillTicket ticket)
    {
        _leases.TryRemove(ticket, out _);
        lock (_fillGate)
        {
            _fills.Remove(ticket);
            ticket.Void();
        }
    }

    /// <summary>Voids all loads under way: nobody may join them any more, and what they load is not stored.</summary>
    private void VoidAllFills()
    {
        lock (_fillGate)
        {
            foreach (var ticket in _fills.Tickets)
            {
                ticket.Void();
            }
        }
    }

    private void VoidFills(string key)
    {
        lock (_fillGate)
        {
            _fills.Void(key);
        }
    }
}
