using System.Net;
using Larder.Redis.Connections;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Topology;
using Larder.Testing.Conformance;

namespace Larder.Redis.Tests.Conformance;

/// <summary>Runs the conformance suites over real servers.</summary>
internal static class RedisConformance
{
    public static Func<ConnectionSettings, RedisTopology> Of(RedisServer server) =>
        settings => new Standalone(new RedisNode(settings with { EndPoint = new IPEndPoint(IPAddress.Loopback, server.Port) }, 1 << 18));

    public static Func<ConnectionSettings, RedisTopology> Of(RedisCluster cluster) =>
        settings => new Cluster(new ClusterSettings { Connection = settings, Seeds = [.. cluster.Nodes.Select(node => new IPEndPoint(IPAddress.Loopback, node.Port))] });

    public static async Task RunAsync(string test, Func<ConnectionSettings, RedisTopology> topology, RedisLocalCopies localCopies = RedisLocalCopies.None, CacheCoherence coherence = CacheCoherence.Default)
    {
        var found = ConformanceSuites.Cases.Single(candidate => candidate.ToString() == test);

        // Transactions of several keys need them in one slot of a cluster; all other suites show that keys may lie anywhere.
        await using var harness = new RedisHarness(topology) { LocalCopies = localCopies, Coherence = coherence };
        await using var inOneSlot = new RedisHarness(topology) { LocalCopies = localCopies, Coherence = coherence, Prefix = $"{{{harness.Prefix}}}" };
        await found.RunAsync(found.Suite is "TransactionConformance" or "ModelConformance" ? inOneSlot : harness);
    }
}
