using System.Globalization;
using Larder.Cli.Rendering;

namespace Larder.Cli.Doctor.Checks;

/// <summary>Whether the server is new enough, near enough, and of the same time.</summary>
internal static class ServerChecks
{
    private static readonly Version s_least = new(7, 0);
    private static readonly TimeSpan s_slow = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_skewed = TimeSpan.FromSeconds(1);

    public static IEnumerable<Finding> Of(ServerFacts server)
    {
        yield return VersionOf(server);
        yield return Latency(server);
        yield return Clock(server);
        if (server.Number("connected_clients") is { } clients && server.Number("maxclients") is { } most)
        {
            yield return Clients(clients, most);
        }
    }

    private static Finding VersionOf(ServerFacts server)
    {
        if (server.Version is not { } text || !Version.TryParse(text.Split('-')[0], out var version))
        {
            return Finding.Unknown("version", "redis_version", "The server did not say which version it is.");
        }

        return version >= s_least
            ? Finding.Ok("version", "redis_version", text)
            : new Finding("version", Severity.Error, "redis_version", text, "Loads take their lease with SET NX GET, which came with Redis 7.0: get-or-create fails here.", "Use Redis 7.0 or later, or Valkey 7.2 or later.");
    }

    private static Finding Latency(ServerFacts server)
    {
        var median = server.RoundTrips[server.RoundTrips.Count / 2];
        var value = $"{Humane.Duration(median)} (median of {server.RoundTrips.Count}, longest {Humane.Duration(server.RoundTrips[^1])})";
        return median < s_slow
            ? Finding.Ok("latency", "PING", value)
            : new Finding("latency", Severity.Warning, "PING", value, "Each read that memory does not answer takes at least as long.", "Run the application in the network of the server, and look for slow commands there: SLOWLOG GET, LATENCY DOCTOR.");
    }

    private static Finding Clock(ServerFacts server)
    {
        if (server.ClockSkew is not { } skew)
        {
            return Finding.Unknown("clock", "TIME", "The user may not use TIME. Give it +time.");
        }

        var value = skew == TimeSpan.Zero ? "as here" : $"{Humane.Duration(skew.Duration())} {(skew > TimeSpan.Zero ? "ahead of" : "behind")} this machine";
        return skew.Duration() < s_skewed
            ? Finding.Ok("clock", "TIME", value)
            : new Finding("clock", Severity.Warning, "TIME", value, "Entries carry the time of their expiry: processes whose clocks differ see them expire too early or too late.", "Set the clocks of the server and of this machine by NTP.");
    }

    private static Finding Clients(long clients, long most)
    {
        var value = string.Create(CultureInfo.InvariantCulture, $"{clients:N0} of {most:N0} connections");
        return clients >= 0.8 * most
            ? new Finding("clients", Severity.Warning, "maxclients", value, "Soon the server will refuse new connections.", "Raise maxclients, and look for who has so many: CLIENT LIST. Larder takes two or three a process.")
            : Finding.Ok("clients", "maxclients", value);
    }
}
