using System.Runtime.CompilerServices;
using Larder.Keys;
using Larder.Serialization;

namespace Larder.Tiers;

internal sealed partial class RemoteTier
{
    public override async ValueTask<FillTicket> BeginFillAsync(string key, string[]? tags, FillMode mode, FillTicket? previous, CancellationToken cancellationToken)
    {
        var ticket = new RemoteFillTicket(key, tags, _tags.LocalInvalidations) { IsUntold = true };
        lock (_fillGate)
        {
            _fills.Add(ticket);
        }

        try
        {
            if (tags is not null)
            {
                // So that their records are there, and tell later what happened to them since.
                await _tags.ResolveAsync(tags, cancellationToken).ConfigureAwait(false);
            }

            ticket.TagStamp = await _tags.ClockAsync(cancellationToken).ConfigureAwait(false);
            while (true)
            {
                var state = await LoadStateAsync(key, cancellationToken).ConfigureAwait(false);
                if (state.Lives || state.IsReserve)
                {
                    // The ticket of a refresh is the version of the entry itself.
                    (ticket.Version, ticket.IsLease) = (state.RecordVersion, false);
                    return ticket;
                }

                RemoteFillTicket? left;
                lock (_fillGate)
                {
                    left = _fills.Leave(key, state.RecordVersion);
                }

                if (left is null && mode != FillMode.Always && state.Frame is { Kind: FrameKind.Lease } other && other.ExpiresAt > UtcNowMs)
                {
                    // Another process loads the key. Who ends first stores in the place of that lease, and the other finds it.
                    (ticket.Version, ticket.IsLease) = (state.RecordVersion, false);
                    return ticket;
                }

                ticket.Version = NewVersion();
                ticket.IsLease = true;
                var lease = new EntryFrame { Kind = FrameKind.Lease, ExpiresAt = UtcNowMs + LeaseMs, CapAt = UtcNowMs + LeaseMs };
                if (await CommitAsync(key, state.RecordVersion, lease, ticket.Version, cancellationToken).ConfigureAwait(false))
                {
                    left?.IsTakenOver = true;
                    return ticket;
                }
            }
        }
        catch
        {
            EndFill(ticket);
            throw;
        }
    }

    /// <remarks>
    /// Nothing is heard of changes by other processes: a load finds out at its end, by its lease. One that could not take any is shared all the same, so that a store that fails does
    /// not send every caller to the source.
    /// </remarks>
    public override bool JoinsOnlyLater(FillTicket running) => running is RemoteFillTicket { IsLeft: true };

    public override async ValueTask<long> CompleteFillAsync<T>(FillTicket ticket, T value, EntryWrite write, CancellationToken cancellationToken)
    {
        var fill = (RemoteFillTicket)ticket;
        fill.ValueTags = write.Tags;
        try
        {
            if (!Stands(fill))
            {
                await ReleaseLeaseAsync(fill).ConfigureAwait(false);
                return 0;
            }

            // Stamped with the clock of the load's beginning: a tag that was invalidated since makes the entry invalid from the start.
            var frame = await FrameAsync(value, write, fill.TagStamp, cancellationToken).ConfigureAwait(false);
            if (await _tags.CheckAsync(frame, cancellationToken).ConfigureAwait(false) != TagValidity.Valid)
            {
                fill.IsOvertaken = true;
                await ReleaseLeaseAsync(fill).ConfigureAwait(false);
                return 0;
            }

            var isStored = await CommitAsync(fill.Key, fill.Version, frame, frame.WriteId, cancellationToken).ConfigureAwait(false);
            fill.IsOvertaken = !isStored && !fill.IsTakenOver;
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

    public override async ValueTask AbandonFillAsync(FillTicket ticket)
    {
        if (ticket is RemoteFillTicket fill)
        {
            EndFill(fill);
            await ReleaseLeaseAsync(fill).ConfigureAwait(false);
        }
    }

    public override async ValueTask<bool> CommitAsync(IReadOnlyList<TransactionCondition> conditions, IReadOnlyList<TransactionWrite> writes, CancellationToken cancellationToken)
    {
        while (true)
        {
            var versions = new Dictionary<string, long>(StringComparer.Ordinal);
            foreach (var key in conditions.Select(condition => condition.Key).Concat(writes.Select(write => write.Key)).Distinct(StringComparer.Ordinal))
            {
                var state = await LoadStateAsync(key, cancellationToken).ConfigureAwait(false);
                versions[key] = state.RecordVersion;
                if (conditions.Any(condition => condition.Key == key && !condition.Condition.Holds(state.Version)))
                {
                    return false;
                }
            }

            var changes = new List<RemoteChange>(writes.Count);
            foreach (var write in writes)
            {
                changes.Add(await ChangeAsync(write, cancellationToken).ConfigureAwait(false));
            }

            VoidFills(writes);
            try
            {
                if (await _store.CommitAsync([.. versions.Select(version => new RemoteCondition(_prefix + version.Key, version.Value))], changes, cancellationToken).ConfigureAwait(false))
                {
                    return true;
                }
            }
            finally
            {
                VoidFills(writes);
            }
        }
    }

    public override async IAsyncEnumerable<string> KeysAsync(KeyFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var key in MatchesAsync(filter, cancellationToken).ConfigureAwait(false))
        {
            if ((await LoadStateAsync(key, cancellationToken).ConfigureAwait(false)).Lives)
            {
                yield return key;
            }
        }
    }

    public override async ValueTask<long> RemoveAllAsync(KeyFilter filter, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        VoidFills(filter);
        long removed = 0;
        await foreach (var key in MatchesAsync(filter, cancellationToken).ConfigureAwait(false))
        {
            if (await RemoveAsync(key, WriteCondition.None, cancellationToken).ConfigureAwait(false) && ++removed % ProgressStep == 0)
            {
                progress?.Report(removed);
            }
        }

        return removed;
    }

    public override async ValueTask MarkAllStaleAsync(KeyFilter filter, CancellationToken cancellationToken)
    {
        VoidFills(filter);
        await foreach (var key in MatchesAsync(filter, cancellationToken).ConfigureAwait(false))
        {
            await MarkStaleAsync(key, cancellationToken).ConfigureAwait(false);
        }
    }

    public override async ValueTask InvalidateTagAsync(string tag, bool isLazy, CancellationToken cancellationToken)
    {
        await _tags.InvalidateAsync(tag, isLazy, cancellationToken).ConfigureAwait(false);
        lock (_fillGate)
        {
            foreach (var ticket in _fills.Tickets.Where(ticket => ((RemoteFillTicket)ticket).Tags?.Contains(tag, StringComparer.Ordinal) == true).ToArray())
            {
                ticket.Void();
            }
        }
    }

    private async IAsyncEnumerable<string> MatchesAsync(KeyFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var full in _store.KeysAsync(_prefix + filter.Prefix, cancellationToken).ConfigureAwait(false))
        {
            var key = full[_prefix.Length..];
            if (filter.IsMatch(key))
            {
                yield return key;
            }
        }
    }

    private async ValueTask<RemoteChange> ChangeAsync(TransactionWrite write, CancellationToken cancellationToken)
    {
        if (write.IsRemoval)
        {
            return RemoteChange.Remove(_prefix + write.Key);
        }

        var frame = await FrameAsync(write.Serialize(_serializers), write.Entry, tagStamp: null, cancellationToken).ConfigureAwait(false);
        return Change(write.Key, frame, frame.WriteId);
    }

    private async ValueTask ReleaseLeaseAsync(RemoteFillTicket ticket)
    {
        if (ticket.IsReleased)
        {
            return;
        }

        ticket.IsReleased = true;

        // Unless it turns out otherwise: without a look nobody knows.
        var mustFindOut = ticket.MustFindOut;
        ticket.IsOvertaken |= mustFindOut;
        var wasThere = ticket.IsLease
            ? await CommitAsync(ticket.Key, ticket.Version, frame: null, 0, CancellationToken.None).ConfigureAwait(false) || ticket.IsTakenOver
            : mustFindOut && (await LoadStateAsync(ticket.Key, CancellationToken.None).ConfigureAwait(false)).RecordVersion == ticket.Version;
        if (mustFindOut)
        {
            ticket.IsOvertaken = !wasThere
                || (ticket.ValueTags is { } tags && await _tags.IsInvalidatedSinceAsync(tags, ticket.TagStamp, CancellationToken.None).ConfigureAwait(false));
        }
    }

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
        lock (_fillGate)
        {
            _fills.Remove(ticket);
            ticket.Void();
        }
    }

    private void VoidFills(string key)
    {
        lock (_fillGate)
        {
            _fills.Void(key);
        }
    }

    private void VoidFills(IReadOnlyList<TransactionWrite> writes)
    {
        foreach (var write in writes)
        {
            VoidFills(write.Key);
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
