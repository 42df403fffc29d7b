using System.Globalization;
using Larder.Cli.Rendering;

namespace Larder.Cli.Doctor.Checks;

/// <summary>Whether the server is set up for a cache: bounded, and making room by itself.</summary>
internal static class MemoryChecks
{
    /// <summary>Evictions a second, on average, from which on entries hardly live to be read.</summary>
    private const double ManyEvictions = 1;

    public static IEnumerable<Finding> Of(ServerFacts server)
    {
        if (server.Number("maxmemory") is not { } limit || (server.Text("maxmemory_policy") ?? server.Text("maxmemory-policy")) is not { } policy)
        {
            yield return Finding.Unknown("memory-limit", "maxmemory", "The user may use neither INFO nor CONFIG GET. Give it +info.");
            yield break;
        }

        yield return limit > 0
            ? Finding.Ok("memory-limit", "maxmemory", Humane.Size(limit))
            : new Finding("memory-limit", Severity.Warning, "maxmemory", "0", "The server grows until the machine has no memory left, and is then ended by the system.", "Set maxmemory to about three quarters of the machine's memory: CONFIG SET maxmemory 2gb, and the same in redis.conf.");
        yield return Policy(server, limit, policy);
        if (server.Number("evicted_keys") is { } evicted)
        {
            yield return Evictions(server, evicted);
        }
    }

    private static Finding Policy(ServerFacts server, long limit, string policy)
    {
        if (policy != "noeviction")
        {
            return Finding.Ok("eviction-policy", "maxmemory-policy", policy);
        }

        if (limit == 0)
        {
            return new Finding("eviction-policy", Severity.Warning, "maxmemory-policy", policy, "Once there is a limit, a full server refuses all writes.", "Set maxmemory-policy allkeys-lfu together with maxmemory.");
        }

        var used = (double)(server.Number("used_memory") ?? 0) / limit;
        return new Finding(
            "eviction-policy",
            Severity.Error,
            "maxmemory-policy",
            policy,
            string.Create(CultureInfo.InvariantCulture, $"A full server refuses writes instead of making room; {Humane.Share(used)} of maxmemory are used."),
            "Set maxmemory-policy allkeys-lfu. Where locks or write-behind must not be evicted, give them a Redis of their own.");
    }

    private static Finding Evictions(ServerFacts server, long evicted)
    {
        var rate = evicted / (double)Math.Max(1, server.Number("uptime_in_seconds") ?? 1);
        var value = string.Create(CultureInfo.InvariantCulture, $"{evicted:N0} since the start, {rate:0.##} a second");
        return rate < ManyEvictions
            ? Finding.Ok("evictions", "evicted_keys", value)
            : new Finding("evictions", Severity.Warning, "evicted_keys", value, "The server throws out entries all the time to make room: what is cached does not fit.", "Raise maxmemory, shorten times to live, or look for what takes the room: larder stats prefixes, larder stats big.");
    }
}
