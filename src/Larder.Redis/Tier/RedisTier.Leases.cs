using System.Buffers.Binary;
using System.Text;
using Larder.Redis.Commands;
using Larder.Redis.Protocol;
using Larder.Serialization;
using Larder.Tiers;

namespace Larder.Redis.Tier;

/// <summary>
/// Leases: one process at a time loads a key. A load puts a lease in the place of its absent key; where there is an entry that is to be loaded anew, the lease lies
/// beside it, and what is stored is stored in the place of that entry only. Other processes wait until the key changes, see <see cref="Tracking.KeyWatches"/>. A process
/// renews its leases while it loads, so that one that dies is replaced soon. See Nishtala and others, "Scaling Memcache at Facebook", 2013.
/// </summary>
internal sealed partial class RedisTier
{
    /// <summary>How long a lease outlives a process that died with it, or stands still.</summary>
    public const long LeaseMs = 1500;

    /// <summary>How long the end of a failed load can be read by those who waited for it.</summary>
    private const long FailureMs = 1000;

    /// <summary>Renewed this often, a lease outlives one renewal that is lost.</summary>
    private static readonly TimeSpan RenewAfter = TimeSpan.FromMilliseconds(400);

    private static readonly TimeSpan AgeAfter = TimeSpan.FromSeconds(20);

    /// <summary>How long a load waits for another process that may be waiting for this one.</summary>
    private static readonly TimeSpan BriefWait = TimeSpan.FromSeconds(1);

    /// <summary>Tells the leases of this cache from those of others, in this process or another.</summary>
    private readonly long _owner = NewVersion();
    private long _agedAt = TimeProvider.System.GetTimestamp();

    public override async ValueTask<FillTicket> BeginFillAsync(string key, string[]? tags, FillMode mode, FillTicket? previous, CancellationToken cancellationToken)
    {
        var waited = previous as RemoteFillTicket;
        if (mode == FillMode.WaitBriefly && waited is not null && TimeProvider.System.GetElapsedTime(waited.WaitingSince) >= BriefWait)
        {
            mode = FillMode.Always;
        }

        var ticket = NewTicket(key, tags);
        if (_pending.HasKey(key) || IsSettling)
        {
            // What is there is not to be believed, and to be removed: nothing can take its place yet.
            ticket.IsBarred = true;
            return ticket;
        }

        try
        {
            if (await TakeLeaseAsync(ticket, mode, waited?.Awaited ?? 0, cancellationToken).ConfigureAwait(false) is not { } other)
            {
                return ticket;
            }

            EndFill(ticket);
            if (mode == FillMode.Skip)
            {
                return new RemoteFillTicket(key, tags, ticket.StartClock) { IsTaken = true };
            }

            var since = waited?.WaitingSince ?? TimeProvider.System.GetTimestamp();
            await WaitAsync(other, cancellationToken).ConfigureAwait(false);
            return NewTicket(key, tags, other.Revision, since);
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
            _ = GiveBackAsync(ticket);
            throw;
        }
    }

    public override FillTicket BeginUnstoredFill(string key, string[]? tags)
    {
        var ticket = NewTicket(key, tags);
        ticket.IsBarred = true;
        return ticket;
    }

    /// <remarks>A load that would not hear of a change made by another process can be joined for as long as a copy is believed of which nothing is heard.</remarks>
    public override bool JoinsOnlyLater(FillTicket running) =>
        running is RemoteFillTicket ticket
        && (ticket.IsLeft
            || ((ticket.IsBarred || _local is { Trust.IsOpen: false } || Generation != ticket.Generation) && CoarseTime.ExactMs - ticket.TakenAtMs >= _joinedForMs));

    private long Generation => _client.Feed?.Generation ?? 0;

    private RemoteFillTicket NewTicket(string key, string[]? tags, long awaited = 0, long waitingSince = 0)
    {
        var ticket = new RemoteFillTicket(key, tags, _tags.LocalInvalidations)
        {
            // Other processes tell of their changes afterwards, and other programs do not. Strict coherence does not rely on being told in time either: what is large is read over
            // another connection than that over which a process says that it has heard.
            IsUntold = _local is null || _strict is not null || _client.Feed is { NeedsTelling: true }, Generation = Generation, Awaited = awaited, WaitingSince = waitingSince,
        };
        lock (_fillGate)
        {
            _fills.Add(ticket);
        }

        return ticket;
    }

    /// <summary>Takes the lease of a load, or finds out who has it.</summary>
    /// <returns>The lease of another process; <see langword="null"/> when the load may begin.</returns>
    private async ValueTask<OtherLease?> TakeLeaseAsync(RemoteFillTicket ticket, FillMode mode, long awaited, CancellationToken cancellationToken)
    {
        // Both at once; known tags get their records now, so that these tell later what happened to them since.
        var clock = ticket.Tags is null ? _tags.ClockAsync(cancellationToken) : ResolveClockAsync(ticket.Tags, cancellationToken);
        try
        {
            return await TakePlaceAsync(ticket, mode, awaited, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ticket.TagStamp = await clock.ConfigureAwait(false);
        }
    }

    private async ValueTask<long> ResolveClockAsync(string[] tags, CancellationToken cancellationToken) =>
        (await _tags.ResolveAsync(tags, 0, cancellationToken).ConfigureAwait(false)).Clock;

    /// <summary>Puts a lease in the place of an absent key, or beside the entry that is to be loaded anew.</summary>
    private async ValueTask<OtherLease?> TakePlaceAsync(RemoteFillTicket ticket, FillMode mode, long awaited, CancellationToken cancellationToken)
    {
        var now = UtcNowMs;
        var lease = new EntryFrame { Kind = FrameKind.Lease, ExpiresAt = now + LeaseMs, CapAt = now + LeaseMs, WriteId = _owner, Revision = NewVersion() };
        while (true)
        {
            RedisState state;
            ticket.AskedLease = lease.Revision;
            using (var command = SetCommand(ticket.Key, lease, "NX"u8, returnsPrevious: true))
            {
                using var reply = await _client.SendAsync(command, CommandKind.LoadWrite, cancellationToken).ConfigureAwait(false);
                if (reply.IsNull)
                {
                    Hold(ticket, lease.Revision);
                    return null;
                }

                ticket.AskedLease = reply.Failure is null ? 0 : ticket.AskedLease;
                state = await UnderstandAsync(ticket.Key, reply, cancellationToken).ConfigureAwait(false);
                if (state.Entry.Frame is { Kind: FrameKind.Failure } failure && failure.WriteId == awaited)
                {
                    throw new CacheLoadException($"The loader of '{ticket.Key}' failed in another process, with {Encoding.UTF8.GetString(failure.Value.Payload.Span)}.");
                }
            }

            if (state.Entry is { Lives: true } or { IsReserve: true })
            {
                (ticket.Version, ticket.Foreign) = (state.Entry.RecordVersion, state.ForeignBytes);
                return await TakePlaceBesideAsync(ticket, state.Entry, mode, cancellationToken).ConfigureAwait(false);
            }

            if (state.Entry.Frame is { Kind: FrameKind.Lease } other && other.WriteId != _owner && mode != FillMode.Always)
            {
                return new OtherLease(_prefix + ticket.Key, other.Revision);
            }

            // What is there has expired, or is the lease of a load of this process that nobody waits for any more.
            RemoteFillTicket? left;
            lock (_fillGate)
            {
                left = _fills.Leave(ticket.Key, state.Entry.RecordVersion);
            }

            ticket.AskedLease = lease.Revision;
            if (state.Exists && await CommitAsync(ticket.Key, state, lease, cancellationToken, CommandKind.LoadWrite).ConfigureAwait(false))
            {
                left?.IsTakenOver = true;
                Hold(ticket, lease.Revision);
                return null;
            }
        }
    }

    private void Hold(RemoteFillTicket ticket, long revision)
    {
        (ticket.Version, ticket.IsLease) = (revision, true);
        _leases.TryAdd(ticket, TimeProvider.System.GetTimestamp());
    }

    /// <summary>Waits until the lease of another process ends, or may have.</summary>
    private async ValueTask WaitAsync(OtherLease lease, CancellationToken cancellationToken)
    {
        if (_watches is null || _local is { Trust.IsOpen: false })
        {
            // Nobody tells when it ends.
            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(5, 30)), TimeProvider.System, cancellationToken).ConfigureAwait(false);
            return;
        }

        using var watch = _watches.Add(lease.Key);
        using (var command = RedisCommand.Rent("GETRANGE"u8, 3).AddKey(default, lease.Key).Add(0).Add(EntryFrame.FixedLength - 1))
        {
            // This makes the server tell of the end, if it is yet to come.
            using var reply = await _client.ExecuteAsync(command, CommandKind.Read, cancellationToken).ConfigureAwait(false);
            if (reply.Span.IsEmpty || (lease.Revision != 0 && EntryFrame.RevisionOf(reply.Span) != lease.Revision))
            {
                return;
            }
        }

        await watch.WaitAsync(TimeSpan.FromMilliseconds(LeaseMs * (1 + (0.1 * Random.Shared.NextDouble()))), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Ends the lease of a load that has stored nothing, and finds out what was not told. Those who wait are told when it has failed.
    /// </summary>
    private async ValueTask ReleaseLeaseAsync(RemoteFillTicket ticket)
    {
        if (ticket.IsReleased)
        {
            return;
        }

        ticket.IsReleased = true;
        ReleaseRefreshLease(ticket);

        // Unless it turns out otherwise: without a look nobody knows.
        var mustFindOut = ticket.MustFindOut;
        ticket.IsOvertaken |= mustFindOut;
        var wasThere = !ticket.IsUntold;
        if (ticket.IsLease)
        {
            wasThere |= await CommitAsync(ticket.Key, Expected(ticket), EndOf(ticket), CancellationToken.None, CommandKind.LoadWrite).ConfigureAwait(false) || ticket.IsTakenOver;
        }
        else if (mustFindOut && !wasThere && ticket.Version != 0)
        {
            wasThere = (await ReadHeadAsync(ticket.Key, CancellationToken.None).ConfigureAwait(false)).Entry.RecordVersion == ticket.Version;
        }

        if (mustFindOut)
        {
            ticket.IsOvertaken = !wasThere
                || (ticket.ValueTags is { } tags && await _tags.IsInvalidatedSinceAsync(tags, ticket.TagStamp, CancellationToken.None).ConfigureAwait(false));
        }
    }

    /// <summary>Makes what is left in the place of the lease of a load that has failed.</summary>
    private EntryFrame? EndOf(RemoteFillTicket ticket)
    {
        if (ticket.Failure is not { } failure)
        {
            return null;
        }

        var now = UtcNowMs;
        return new EntryFrame
        {
            Kind = FrameKind.Failure, ExpiresAt = now + FailureMs, CapAt = now + FailureMs, WriteId = ticket.Version, Revision = NewVersion(), Value = Encode(failure.GetType().Name),
        };
    }

    /// <summary>
    /// Ends the leases that a load has taken, or may have, whose beginning was cancelled or has failed: nobody loads, and others would wait for them. What ends them goes the way of what
    /// took them, and so comes after it.
    /// </summary>
    private async Task GiveBackAsync(RemoteFillTicket ticket)
    {
        ReleaseRefreshLease(ticket);
        try
        {
            if (ticket.AskedLease != 0)
            {
                var lease = new RedisState(new StoredState(default, ticket.AskedLease, false, false, false), ForeignBytes: null);
                await CommitAsync(ticket.Key, lease, frame: null, CancellationToken.None, CommandKind.LoadWrite).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is CacheException or ObjectDisposedException)
        {
            // It runs out.
        }
    }

    /// <summary>Does what is due now and then. Called by the pulse of the connections, which does not wait.</summary>
    private void Tick()
    {
        RenewLeases();
        if (TimeProvider.System.GetElapsedTime(_agedAt) >= AgeAfter)
        {
            _agedAt = TimeProvider.System.GetTimestamp();
            _tags.Age();
            _recent?.Age();
        }
    }

    /// <summary>Renews the leases of loads that take long.</summary>
    private void RenewLeases()
    {
        foreach (var (ticket, renewedAt) in _leases)
        {
            if (TimeProvider.System.GetElapsedTime(renewedAt) >= RenewAfter && _leases.TryUpdate(ticket, TimeProvider.System.GetTimestamp(), renewedAt))
            {
                _ = RenewAsync(ticket);
            }
        }
    }

    private async Task RenewAsync(RemoteFillTicket ticket)
    {
        try
        {
            if (ticket.LeaseBeside != 0)
            {
                using var beside = RedisCommand.Rent("PEXPIRE"u8, 2).AddKey(_leasePrefix, ticket.Key).Add(LeaseMs);
                using var _ = await _client.ExecuteAsync(beside, CommandKind.IdempotentWrite, CancellationToken.None).ConfigureAwait(false);
                return;
            }

            using var command = RedisClient.Script(RedisScript.Renew, 1, 2).AddKey(_prefixBytes, ticket.Key);
            BinaryPrimitives.WriteInt64LittleEndian(command.AddBlank(sizeof(long)), ticket.Version);
            command.Add(LeaseMs);
            using var reply = await _client.ExecuteAsync(command, RedisScript.Renew, CommandKind.LoadWrite, CancellationToken.None).ConfigureAwait(false);
        }
        catch (CacheException)
        {
            // The lease may run out; then another process loads, and what this one loads is not stored.
        }
    }

    /// <summary>The lease of a load of another process.</summary>
    /// <param name="Key">Where it lies, as the server has it.</param>
    /// <param name="Revision">Which it is; zero for one beside its entry.</param>
    private sealed record OtherLease(string Key, long Revision);
}
