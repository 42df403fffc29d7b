using Larder.Serialization;
using Larder.Tiers;

namespace Larder.Redis;

/// <summary>Loads: their leases and tickets; and transactions.</summary>
internal sealed partial class RedisTier
{
    private readonly Lock _fillGate = new();
    private readonly FillTable _fills = new();

    public override async ValueTask<FillTicket> BeginFillAsync(string key, string[]? tags, CancellationToken cancellationToken)
    {
        var ticket = new RemoteFillTicket(key, tags, _tags.LocalInvalidations);
        lock (_fillGate)
        {
            _fills.Add(ticket);
        }

        if (_pending.HasKey(key))
        {
            // What is there is not to be believed, and to be removed: nothing can take its place yet.
            ticket.IsBarred = true;
            return ticket;
        }

        try
        {
            // Both at once; known tags get their records now, so that these tell later what happened to them since.
            var clock = tags is null ? _tags.ClockAsync(cancellationToken) : ResolveClockAsync(tags, cancellationToken);
            try
            {
                await TakeLeaseAsync(ticket, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                ticket.TagStamp = await clock.ConfigureAwait(false);
            }

            return ticket;
        }
        catch (CacheException exception) when (!_settings.IsStrict && IsOutage(exception))
        {
            // The ticket stays, so that an invalidation keeps later readers from joining this load.
            Spare("begin fill", key, exception, isRefused: false);
            ticket.IsBarred = true;
            return ticket;
        }
        catch
        {
            EndFill(ticket);
            throw;
        }
    }

    public override async ValueTask<long> CompleteFillAsync<T>(FillTicket ticket, T value, EntryWrite write, CancellationToken cancellationToken)
    {
        var fill = (RemoteFillTicket)ticket;
        try
        {
            if (fill.IsBarred || !Stands(fill))
            {
                await ReleaseLeaseAsync(fill).ConfigureAwait(false);
                return 0;
            }

            // Stamped with the clock of the load's beginning: a tag that was invalidated since makes the entry invalid from the start.
            var frame = await FrameAsync(Encode(value), write, cancellationToken).ConfigureAwait(false) with { TagStamp = write.Tags is null ? 0 : fill.TagStamp };
            if (frame.Tags.Length > 0 && await _tags.CheckAsync(frame, cancellationToken).ConfigureAwait(false) != TagValidity.Valid)
            {
                await ReleaseLeaseAsync(fill).ConfigureAwait(false);
                return 0;
            }

            return await CommitAsync(fill.Key, Expected(fill), frame, cancellationToken).ConfigureAwait(false) ? frame.WriteId : 0;
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
        var keys = conditions.Select(condition => condition.Key).Concat(writes.Select(write => write.Key)).Distinct(StringComparer.Ordinal).ToArray();
        RequireOneSlot(keys);
        while (true)
        {
            var states = new Dictionary<string, RedisState>(StringComparer.Ordinal);
            var reads = await Task.WhenAll(keys.Select(key => SettleAndReadAsync(key, cancellationToken))).ConfigureAwait(false);
            foreach (var (key, state) in keys.Zip(reads))
            {
                states[key] = state;
                if (conditions.Any(condition => condition.Key == key && !condition.Condition.Holds(state.Entry.Version)))
                {
                    return false;
                }
            }

            var frames = new Dictionary<string, EntryFrame?>(StringComparer.Ordinal);
            foreach (var write in writes)
            {
                VoidFills(write.Key);
                frames[write.Key] = write.IsRemoval
                    ? null
                    : await FrameAsync(write.Serialize(_settings.Serializer), write.Entry, cancellationToken).ConfigureAwait(false);
            }

            if (await CommitAsync(keys, states, frames, cancellationToken).ConfigureAwait(false))
            {
                return true;
            }
        }
    }

    private static RedisState Expected(RemoteFillTicket ticket) => new(new StoredState(default, ticket.Version, false, false, false), ticket.Foreign);

    public override string? WhyApart(string one, string other)
    {
        return !_client.Topology.IsCluster || SlotOf(one) == SlotOf(other)
            ? null
            : $"The keys '{one}' and '{other}' lie in different slots of the Redis Cluster, and cannot be changed in one transaction. "
                + "Keys that change together need the same hash tag, a part in braces, such as '{order:42}:lines' and '{order:42}:total': cache.WithPrefix(\"{order:42}\") gives it to all keys of a view.";

        int SlotOf(string key) => Topology.KeySlot.Of(System.Text.Encoding.UTF8.GetBytes(_prefix + key));
    }

    /// <summary>A script changes keys of one slot only: then one server has all of them.</summary>
    private void RequireOneSlot(string[] keys)
    {
        if (keys.Select(key => WhyApart(keys[0], key)).FirstOrDefault(reason => reason is not null) is { } reason)
        {
            throw new CacheException(reason);
        }
    }

    private async Task<RedisState> SettleAndReadAsync(string key, CancellationToken cancellationToken)
    {
        await _pending.SettleAsync(key, cancellationToken).ConfigureAwait(false);
        return await ReadHeadAsync(key, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<bool> CommitAsync(
        string[] keys, Dictionary<string, RedisState> states, Dictionary<string, EntryFrame?> frames, CancellationToken cancellationToken)
    {
        using var command = RedisClient.Script(RedisScript.Commit, keys.Length, 4 * keys.Length);
        foreach (var key in keys)
        {
            command.AddKey(_prefixBytes, key);
        }

        foreach (var key in keys)
        {
            var isWritten = frames.TryGetValue(key, out var frame);
            AddChange(command, key, states[key], frame, !isWritten ? "k"u8 : frame is null ? "d"u8 : "s"u8);
        }

        using var reply = await _client.ExecuteAsync(command, RedisScript.Commit, CommandKind.Write, cancellationToken).ConfigureAwait(false);
        var isDone = reply.Integer == 1;
        foreach (var key in frames.Where(frame => isDone && frame.Value is not null).Select(frame => frame.Key))
        {
            await MakeRoomAsync(key).ConfigureAwait(false);
        }

        return isDone;
    }

    private async ValueTask<long> ResolveClockAsync(string[] tags, CancellationToken cancellationToken) =>
        (await _tags.ResolveAsync(tags, cancellationToken).ConfigureAwait(false)).Clock;

    /// <summary>Puts a lease in the place of an absent key, or notes the version of the entry that is to be loaded anew.</summary>
    private async ValueTask TakeLeaseAsync(RemoteFillTicket ticket, CancellationToken cancellationToken)
    {
        var now = UtcNowMs;
        var version = NewVersion();
        var lease = new EntryFrame { Kind = FrameKind.Lease, ExpiresAt = now + LeaseMs, CapAt = now + LeaseMs, WriteId = version, Revision = version };
        while (true)
        {
            RedisState state;
            using (var command = SetCommand(ticket.Key, lease, "NX"u8, returnsPrevious: true))
            {
                using var reply = await _client.SendAsync(command, CommandKind.Write, cancellationToken).ConfigureAwait(false);
                if (reply.IsNull)
                {
                    (ticket.Version, ticket.IsLease) = (version, true);
                    return;
                }

                state = await UnderstandAsync(ticket.Key, reply, cancellationToken).ConfigureAwait(false);
            }

            if (state.Entry is { Lives: true } or { IsReserve: true })
            {
                (ticket.Version, ticket.Foreign) = (state.Entry.RecordVersion, state.ForeignBytes);
                return;
            }

            // What is there has expired, or is the lease of another: who begins last stores.
            if (state.Exists && await CommitAsync(ticket.Key, state, lease, cancellationToken).ConfigureAwait(false))
            {
                (ticket.Version, ticket.IsLease) = (version, true);
                return;
            }
        }
    }

    private async ValueTask ReleaseLeaseAsync(RemoteFillTicket ticket)
    {
        if (ticket.IsLease)
        {
            await CommitAsync(ticket.Key, Expected(ticket), frame: null, CancellationToken.None).ConfigureAwait(false);
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
}
