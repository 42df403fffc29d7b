using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Larder.Redis.Configuration;

/// <summary>Reads where a server is: <c>host</c>, <c>host:port</c>, an IPv6 address in brackets with a port or without, or <c>unix:/path</c>.</summary>
internal static class RedisEndPoint
{
    public const int DefaultPort = 6379;
    public const int SentinelPort = 26379;

    private const string Unix = "unix:";

    /// <summary>Reads an endpoint.</summary>
    /// <exception cref="FormatException">It is malformed. The message does not show it: it may be a piece of a password.</exception>
    public static EndPoint Parse(string text, int defaultPort = DefaultPort)
    {
        text = text.Trim();
        if (text.StartsWith(Unix, StringComparison.OrdinalIgnoreCase))
        {
            return ParseUnix(text[Unix.Length..]);
        }

        var (host, port) = Split(text);
        var number = port is null ? defaultPort : ParsePort(port);
        if (IPAddress.TryParse(host, out var address) && (address.AddressFamily == AddressFamily.InterNetworkV6 || host.Count(c => c == '.') == 3))
        {
            return new IPEndPoint(address, number);
        }

        return Uri.CheckHostName(host) == UriHostNameType.Dns || IsServiceName(host)
            ? new DnsEndPoint(host, number)
            : throw new FormatException("a server is not a host name or address. It is written 'host', 'host:6379', '[::1]:6379' or 'unix:/path'.");
    }

    /// <summary>Tells whether a text names a port, or a path.</summary>
    public static bool HasPort(string text) => text.StartsWith(Unix, StringComparison.OrdinalIgnoreCase) || Split(text).Port is not null;

    private static UnixDomainSocketEndPoint ParseUnix(string path)
    {
        if (!path.StartsWith('/'))
        {
            throw new FormatException("the path of a Unix socket begins with '/', as in 'unix:/run/redis/redis.sock'.");
        }

        try
        {
            return new UnixDomainSocketEndPoint(path);
        }
        catch (ArgumentException exception)
        {
            throw new FormatException("the path of a Unix socket is too long for the system (about 100 bytes).", exception);
        }
    }

    private static (string Host, string? Port) Split(string text)
    {
        if (text.StartsWith('['))
        {
            var end = text.IndexOf(']', StringComparison.Ordinal);
            return end > 0 && (end == text.Length - 1 || text[end + 1] == ':')
                ? (text[1..end], end == text.Length - 1 ? null : text[(end + 2)..])
                : throw new FormatException("an IPv6 address is written '[::1]' or '[::1]:6379'.");
        }

        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 || text.LastIndexOf(':') != colon ? (text, null) : (text[..colon], text[(colon + 1)..]);
    }

    private static int ParsePort(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65_535
            ? port
            : throw new FormatException("a port is not a number from 1 to 65535.");

    /// <summary>Names inside of networks of containers may hold underscores, which those of the internet do not.</summary>
    private static bool IsServiceName(string host) => host.Length is > 0 and <= 255 && host.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
