using System.Buffers.Binary;
using Larder.Redis.Commands;
using Larder.Redis.Protocol;
using Larder.Redis.Tracking;
using Larder.Tiers;

namespace Larder.Redis.Tier;

/// <summary>
/// Leases beside entries that are loaded anew. Each load has one of its own, which says whose process it is: a second load of the process takes it over, and who has lost it ends none but its own.
/// </summary>
internal sealed partial class RedisTier
{
    /// <summary>The length of a lease beside an entry: its owner and its revision.</summary>
    private const int LeaseBesideLength = 2 * sizeof(long);

    /// <summary>Takes the lease beside an entry, so that it is loaded anew once. That protects the source only: what is stored is protected by the version of the entry.</summary>
    private async ValueTask<OtherLease?> TakePlaceBesideAsync(RemoteFillTicket ticket, StoredState entry, FillMode mode, CancellationToken cancellationToken)
    {
        if (mode == FillMode.Always || (entry is { Lives: true, IsStale: false } && mode != FillMode.Skip))
        {
            return null;
        }

        var revision = NewVersion();
        while (true)
        {
            byte[] own;
            ticket.LeaseBeside = revision;
            using (var command = RedisCommand.Rent("SET"u8, 6).AddKey(_leasePrefix, ticket.Key))
            {
                WriteLeaseBeside(command.AddBlank(LeaseBesideLength), revision);
                command.Add("PX"u8).Add(LeaseMs).Add("NX"u8).Add("GET"u8);
                using var reply = await _client.ExecuteAsync(command, CommandKind.LoadWrite, cancellationToken).ConfigureAwait(false);
                if (reply.IsNull)
                {
                    break;
                }

                ticket.LeaseBeside = 0;
                if (reply.Span.Length != LeaseBesideLength || BinaryPrimitives.ReadInt64LittleEndian(reply.Span) != _owner)
                {
                    return new OtherLease(_leasePrefixText + ticket.Key, 0);
                }

                own = reply.Span.ToArray();
            }

            // That of a load of this process that nobody may join any more, or whose end is still under way.
            ticket.LeaseBeside = revision;
            if (await ChangeLeaseBesideAsync(ticket.Key, own, revision, cancellationToken).ConfigureAwait(false))
            {
                break;
            }
        }

        _leases.TryAdd(ticket, TimeProvider.System.GetTimestamp());
        return null;
    }

    /// <summary>Writes the value of a lease that lies beside an entry: whose it is, and which.</summary>
    private void WriteLeaseBeside(Span<byte> value, long revision)
    {
        BinaryPrimitives.WriteInt64LittleEndian(value, _owner);
        BinaryPrimitives.WriteInt64LittleEndian(value[sizeof(long)..], revision);
    }

    /// <summary>Puts another lease in the place of one that lies beside an entry, or ends it.</summary>
    /// <param name="key">The key of the entry.</param>
    /// <param name="expected">The lease that is expected to be there.</param>
    /// <param name="revision">The other one; zero for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether the lease was there.</returns>
    private async ValueTask<bool> ChangeLeaseBesideAsync(string key, byte[] expected, long revision, CancellationToken cancellationToken)
    {
        using var command = RedisClient.Script(RedisScript.Commit, 1, 4).AddKey(_leasePrefix, key);
        var whole = command.AddBlank(1 + LeaseBesideLength);
        Foreign.CopyTo(whole);
        expected.CopyTo(whole[1..]);
        if (revision == 0)
        {
            command.Add("d"u8).Add(""u8).Add(0);
        }
        else
        {
            WriteLeaseBeside(command.Add("s"u8).AddBlank(LeaseBesideLength), revision);
            command.Add(LeaseMs);
        }

        using var reply = await _client.ExecuteAsync(command, RedisScript.Commit, CommandKind.LoadWrite, cancellationToken).ConfigureAwait(false);
        return reply.Integer == 1;
    }

    /// <summary>Ends the lease beside an entry, if there is one. Nobody waits for that.</summary>
    private void ReleaseRefreshLease(RemoteFillTicket ticket)
    {
        if (ticket.LeaseBeside != 0)
        {
            _ = EndLeaseBesideAsync(ticket);
        }
    }

    /// <summary>Ends the lease beside an entry, unless it has run out and is another's by now, or another load of this process has taken it over.</summary>
    private async Task EndLeaseBesideAsync(RemoteFillTicket ticket)
    {
        try
        {
            var lease = new byte[LeaseBesideLength];
            WriteLeaseBeside(lease, ticket.LeaseBeside);
            if (await ChangeLeaseBesideAsync(ticket.Key, lease, revision: 0, CancellationToken.None).ConfigureAwait(false))
            {
                _client.Feed?.TellNeighbours(this, _leasePrefixText, ticket.Key);
                BeginTelling(ChannelMessage.Key, ticket.Key);
            }
        }
        catch (Exception exception) when (exception is CacheException or ObjectDisposedException)
        {
            // It runs out.
        }
    }
}
