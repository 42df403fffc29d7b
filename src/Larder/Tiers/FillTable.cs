using System.Runtime.InteropServices;
using Larder.Keys;

namespace Larder.Tiers;

/// <summary>The tickets of the loads under way, by key. Not synchronized: its owner's lock guards it.</summary>
internal sealed class FillTable
{
    private readonly Dictionary<string, FillTicket?> _tickets = new(StringComparer.Ordinal);

    public bool IsEmpty => _tickets.Count == 0;

    public IEnumerable<FillTicket> Tickets
    {
        get
        {
            foreach (var first in _tickets.Values)
            {
                for (var ticket = first; ticket is not null; ticket = ticket.Next)
                {
                    yield return ticket;
                }
            }
        }
    }

    /// <summary>Takes note that the lease of a load is about to make place for that of another one of this process.</summary>
    /// <param name="key">The key.</param>
    /// <param name="version">The version of the lease.</param>
    /// <returns>The ticket of the load, if it is under way.</returns>
    public RemoteFillTicket? Leave(string key, long version)
    {
        _tickets.TryGetValue(key, out var ticket);
        for (; ticket is not null; ticket = ticket.Next)
        {
            if (ticket is RemoteFillTicket { IsLease: true } remote && remote.Version == version)
            {
                remote.IsLeft = true;
                return remote;
            }
        }

        return null;
    }

    public void Add(FillTicket ticket)
    {
        ref var first = ref CollectionsMarshal.GetValueRefOrAddDefault(_tickets, ticket.Key, out _);
        ticket.Next = first;
        first = ticket;
    }

    /// <summary>Takes a ticket out.</summary>
    /// <returns>Whether it was still in, which it is not after it was voided.</returns>
    public bool Remove(FillTicket ticket) => Unlink(ticket, ticket.Next);

    /// <summary>Takes a ticket out together with the older ones of its key, which are voided: their loads began before.</summary>
    /// <returns>Whether it was still in.</returns>
    public bool Complete(FillTicket ticket)
    {
        var older = ticket.Next;
        if (!Unlink(ticket, successor: null))
        {
            return false;
        }

        VoidAll(older);
        return true;
    }

    /// <summary>Voids and drops the tickets of loads of the same key that began before.</summary>
    /// <returns>Whether the ticket itself is still in.</returns>
    public bool VoidOlder(FillTicket ticket)
    {
        _tickets.TryGetValue(ticket.Key, out var found);
        while (found is not null && !ReferenceEquals(found, ticket))
        {
            found = found.Next;
        }

        VoidAll(found?.Next);
        ticket.Next = null;
        return found is not null;
    }

    /// <summary>Voids and drops all tickets of a key.</summary>
    public void Void(string key)
    {
        if (_tickets.Count != 0 && _tickets.Remove(key, out var ticket))
        {
            VoidAll(ticket);
        }
    }

    public void Void(KeyFilter filter)
    {
        foreach (var key in _tickets.Keys.Where(filter.IsMatch).ToArray())
        {
            Void(key);
        }
    }

    private static void VoidAll(FillTicket? ticket)
    {
        for (; ticket is not null; ticket = ticket.Next)
        {
            ticket.Void();
        }
    }

    private bool Unlink(FillTicket ticket, FillTicket? successor)
    {
        // As a rule it is the only one, so it is taken out and looked at then.
        if (!_tickets.Remove(ticket.Key, out var before))
        {
            return false;
        }

        if (ReferenceEquals(before, ticket))
        {
            if (successor is not null)
            {
                _tickets[ticket.Key] = successor;
            }

            return true;
        }

        _tickets[ticket.Key] = before;
        for (; before is not null; before = before.Next)
        {
            if (ReferenceEquals(before.Next, ticket))
            {
                before.Next = successor;
                return true;
            }
        }

        return false;
    }
}
