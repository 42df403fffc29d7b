using Larder.Redis.Tests.Servers;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Larder.Redis.Tests.Diagnostics;

/// <summary>The health of a cache in a cluster of which a part is away.</summary>
[Collection(nameof(ClusterFaults))]
public sealed class ClusterHealthTests(ClusterFaults.Fixture fixture)
{
    [Fact]
    public async Task One_server_of_several_that_is_away_degrades_the_cache()
    {
        var cluster = await fixture.GetAsync();
        await using var cache = await Cache.ConnectAsync($"redis://{cluster.Nodes[0].EndPoint},{cluster.Nodes[1].EndPoint}");
        var options = new CacheHealthOptions { MaxStoreErrors = null, MinHitRatio = null, MaxLoadFailureRatio = null };
        var primary = await cluster.PrimaryOfAsync("key");
        await Deadline.TrueAsync(async () => (await cache.CheckHealthAsync(options)).Status == HealthStatus.Healthy);

        primary.Pause();
        var report = await cache.CheckHealthAsync(options);
        primary.Resume();

        var finding = Assert.Single(report.Findings, finding => finding.Rule == CacheHealthRule.StoreReachable);
        Assert.Equal(HealthStatus.Degraded, finding.Status);
        Assert.Contains(primary.EndPoint, finding.Reason, StringComparison.Ordinal);
    }
}
