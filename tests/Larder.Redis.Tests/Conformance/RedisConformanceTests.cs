using Larder.Redis.Tests.Servers;
using Larder.Redis.Topology;
using Larder.Tests.Conformance;

namespace Larder.Redis.Tests.Conformance;

/// <summary>Entries in Redis alone.</summary>
public sealed class RedisConformanceTests(SharedServers servers)
{
    public static TheoryData<string> Cases => ConformanceTheory.Cases;

    [Theory]
    [Ledger(4)]
    [Trait("Category", "Slow")]
    [MemberData(nameof(Cases))]
    public async Task A_server_conforms(string test) => await RedisConformance.RunAsync(test, RedisConformance.Of(await servers.Standalone.GetAsync()));

    [Theory]
    [Ledger(4, 108)]
    [Trait("Category", "Slow")]
    [MemberData(nameof(Cases))]
    public async Task A_cluster_conforms(string test) => await RedisConformance.RunAsync(test, RedisConformance.Of(await servers.Cluster.GetAsync()));

    [Theory]
    [Ledger(4)]
    [Trait("Category", "Slow")]
    [MemberData(nameof(Cases))]
    public async Task A_secured_server_conforms(string test)
    {
        var server = await servers.Secured.GetAsync();
        var options = new RedisOptions
        {
            ConnectionString = $"rediss://larder:larder-secret@localhost:{server.TlsPort}",
            TlsAuthorityFile = server.Certificates.AuthorityFile,
        };
        await RedisConformance.RunAsync(test, settings =>
        {
            (options.CommandTimeout, options.HeartbeatInterval) = (settings.CommandTimeout, settings.HeartbeatInterval);
            return TopologyFactory.Create(options, settings.Logger);
        });
    }
}
