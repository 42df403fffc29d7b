using Larder.Cli.Doctor.Checks;

namespace Larder.Cli.Doctor;

/// <summary>Judges a cache in Redis by what is known of it.</summary>
internal static class RedisDoctor
{
    public static IEnumerable<Finding> Judge(CacheFacts cache)
    {
        Func<ServerFacts, IEnumerable<Finding>>[] ofServers = [ServerChecks.Of, MemoryChecks.Of, TrackingChecks.Of, DurabilityChecks.Of, SecurityChecks.Of];
        foreach (var server in cache.Servers)
        {
            foreach (var finding in ofServers.SelectMany(check => check(server)))
            {
                yield return finding with { Server = server.Name };
            }
        }

        foreach (var finding in SecurityChecks.Of(cache).Concat(EntryChecks.Of(cache)))
        {
            yield return finding;
        }
    }
}
