using System.Net;
using Larder.Redis.Connections;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Topology;
using Larder.Testing.Conformance;

namespace Larder.Redis.Tests.Conformance;

public sealed class RedisConformanceTests(SharedServers servers)
{
    public static TheoryData<string> Cases => new(ConformanceSuites.Cases.Select(test => test.ToString()));

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_server_conforms(string test)
    {
        var server = await servers.Standalone.GetAsync();
        await RunAsync(test, settings => new Standalone(new RedisNode(settings with { EndPoint = new IPEndPoint(IPAddress.Loopback, server.Port) }, 1 << 18)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Memory_in_front_of_a_server_conforms(string test)
    {
        var server = await servers.Standalone.GetAsync();
        await RunAsync(
            test,
            settings => new Standalone(new RedisNode(settings with { EndPoint = new IPEndPoint(IPAddress.Loopback, server.Port) }, 1 << 18)),
            RedisLocalCopies.Auto);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Memory_kept_in_step_over_a_channel_conforms(string test)
    {
        var server = await servers.Standalone.GetAsync();
        await RunAsync(
            test,
            settings => new Standalone(new RedisNode(settings with { EndPoint = new IPEndPoint(IPAddress.Loopback, server.Port) }, 1 << 18)),
            RedisLocalCopies.Channel);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Memory_in_front_of_a_cluster_conforms(string test)
    {
        var cluster = await servers.Cluster.GetAsync();
        await RunAsync(
            test,
            settings => new Cluster(new ClusterSettings { Connection = settings, Seeds = [.. cluster.Nodes.Select(node => new IPEndPoint(IPAddress.Loopback, node.Port))] }),
            RedisLocalCopies.Auto);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_cluster_conforms(string test)
    {
        var cluster = await servers.Cluster.GetAsync();
        await RunAsync(
            test,
            settings => new Cluster(new ClusterSettings { Connection = settings, Seeds = [.. cluster.Nodes.Select(node => new IPEndPoint(IPAddress.Loopback, node.Port))] }));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_secured_server_conforms(string test)
    {
        var server = await servers.Secured.GetAsync();
        var options = new RedisOptions
        {
            ConnectionString = $"rediss://larder:larder-secret@localhost:{server.TlsPort}",
            TlsAuthorityFile = server.Certificates.AuthorityFile,
        };
        await RunAsync(test, settings =>
        {
            (options.CommandTimeout, options.HeartbeatInterval) = (settings.CommandTimeout, settings.HeartbeatInterval);
            return TopologyFactory.Create(options, settings.Logger);
        });
    }

    private static async Task RunAsync(string test, Func<ConnectionSettings, RedisTopology> topology, RedisLocalCopies localCopies = RedisLocalCopies.None)
    {
        var found = ConformanceSuites.Cases.Single(candidate => candidate.ToString() == test);

        // Transactions of several keys need them in one slot of a cluster; all other suites show that keys may lie anywhere.
        await using var harness = new RedisHarness(topology) { LocalCopies = localCopies };
        await using var inOneSlot = new RedisHarness(topology) { LocalCopies = localCopies, Prefix = $"{{{harness.Prefix}}}" };
        await found.RunAsync(found.Suite is "TransactionConformance" or "ModelConformance" ? inOneSlot : harness);
    }
}
