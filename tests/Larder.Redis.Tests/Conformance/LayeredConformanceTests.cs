using Larder.Redis.Tests.Servers;
using Larder.Tests.Conformance;

namespace Larder.Redis.Tests.Conformance;

/// <summary>Entries in Redis, with copies in memory. A class of its own, so that it runs beside the other.</summary>
public sealed class LayeredConformanceTests(SharedServers servers)
{
    public static TheoryData<string> Cases => ConformanceTheory.Cases;

    [Theory]
    [Ledger(4)]
    [MemberData(nameof(Cases))]
    public async Task Memory_in_front_of_a_server_conforms(string test) =>
        await RedisConformance.RunAsync(test, RedisConformance.Of(await servers.Standalone.GetAsync()), RedisLocalCopies.Auto);

    [Theory]
    [Ledger(108)]
    [Trait("Category", "Slow")]
    [MemberData(nameof(Cases))]
    public async Task Memory_in_front_of_a_cluster_conforms(string test) =>
        await RedisConformance.RunAsync(test, RedisConformance.Of(await servers.Cluster.GetAsync()), RedisLocalCopies.Auto);

    [Theory]
    [Trait("Category", "Slow")]
    [MemberData(nameof(Cases))]
    public async Task Memory_kept_in_step_over_a_channel_conforms(string test) =>
        await RedisConformance.RunAsync(test, RedisConformance.Of(await servers.Standalone.GetAsync()), RedisLocalCopies.Channel);

    [Theory]
    [Trait("Category", "Slow")]
    [MemberData(nameof(Cases))]
    public async Task Memory_that_is_strictly_coherent_conforms(string test) =>
        await RedisConformance.RunAsync(test, RedisConformance.Of(await servers.Standalone.GetAsync()), RedisLocalCopies.Auto, CacheCoherence.Strict);
}
