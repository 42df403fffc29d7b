using System.Globalization;
using System.Net;
using System.Text;
using Larder.Redis.Protocol;

namespace Larder.Redis.Topology;

/// <summary>Slots that lie side by side on the same servers: an element of the answer to CLUSTER SLOTS, which all versions of Redis know.</summary>
/// <param name="First">The first slot.</param>
/// <param name="Last">The last slot.</param>
/// <param name="Primary">Who takes the writes.</param>
/// <param name="Replicas">Who follows.</param>
internal sealed record SlotRange(int First, int Last, EndPoint Primary, EndPoint[] Replicas)
{
    /// <summary>Reads the whole answer; what cannot be understood is left out.</summary>
    /// <param name="reply">The answer.</param>
    /// <param name="askedHost">The host that gave it: a server that does not know its own address leaves it to be understood.</param>
    public static IReadOnlyList<SlotRange> Read(Reply reply, string askedHost)
    {
        var ranges = new List<SlotRange>();
        foreach (var item in new RespReader(reply.Span).ReadObject() as object?[] ?? [])
        {
            if (item is object?[] and [long first and >= 0, long last and < KeySlot.Count, object?[] primary, .. var replicas]
                && first <= last
                && AddressOf(primary, askedHost) is { } address)
            {
                ranges.Add(new SlotRange((int)first, (int)last, address, [.. replicas.OfType<object?[]>().Select(replica => AddressOf(replica, askedHost)).OfType<EndPoint>()]));
            }
        }

        return ranges;
    }

    /// <summary>Reads an address of a redirection, such as <c>10.0.0.1:6379</c>, <c>node.example:6379</c> or <c>:6379</c> for the host that sent it.</summary>
    /// <returns>The address; <see langword="null"/> when the server does not know it itself.</returns>
    public static EndPoint? AddressOf(string text, string askedHost)
    {
        var colon = text.LastIndexOf(':');
        return colon >= 0 && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? AddressOf(text[..colon], port, askedHost)
            : null;
    }

    /// <summary>Makes an address of a host and a port.</summary>
    public static EndPoint? AddressOf(string host, long port, string askedHost)
    {
        host = host.Length == 0 ? askedHost : host;
        return host == "?" || port is <= 0 or > IPEndPoint.MaxPort ? null
            : IPAddress.TryParse(host, out var address) ? new IPEndPoint(address, (int)port)
            : new DnsEndPoint(host, (int)port);
    }

    /// <summary>Gets the host of an address.</summary>
    public static string HostOf(EndPoint address) => address switch
    {
        DnsEndPoint dns => dns.Host,
        IPEndPoint ip => ip.Address.ToString(),
        _ => string.Empty,
    };

    private static EndPoint? AddressOf(object?[] server, string askedHost)
    {
        if (server is not [var preferred, long port, ..])
        {
            return null;
        }

        var host = TextOf(preferred);
        if (host == "?" && server is [_, _, _, object?[] others, ..])
        {
            // It was told to give names and has none; its IP address stands among the others.
            host = others.Chunk(2).Where(pair => pair is [_, byte[] { Length: > 0 }]).Select(pair => TextOf(pair[1])).FirstOrDefault("?");
        }

        return AddressOf(host, port, askedHost);
    }

    private static string TextOf(object? value) => value as string ?? (value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : string.Empty);
}
