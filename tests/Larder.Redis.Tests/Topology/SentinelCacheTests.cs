using Larder.Redis.Tests.Conformance;
using Larder.Redis.Tests.Servers;
using Larder.Redis.Topology;

namespace Larder.Redis.Tests.Topology;

/// <summary>A cache over a primary that Sentinels watch, and what its callers notice of a failover.</summary>
[Collection(nameof(SentinelFaults))]
public sealed class SentinelCacheTests(SentinelFaults.Fixture fixture)
{
    [Fact]
    [Ledger(150)]
    [Trait("Scenario", "S20")]
    public async Task Reads_are_answered_and_invalidations_hold_while_the_primary_dies()
    {
        var sentinel = await fixture.GetAsync();
        await using var harness = new RedisHarness(settings => new Sentinel(new SentinelSettings
        {
            Service = RedisSentinel.Name,
            Sentinels = [.. sentinel.Sentinels.Select(one => Clients.EndPointOf(one.Port))],
            Connection = settings,
            SentinelConnection = settings,
        }))
        {
            CommandTimeout = TimeSpan.FromMilliseconds(500),
        };
        var cache = harness.CreateCache();
        var traffic = new CacheTraffic(cache);
        await traffic.ProgressAsync();

        var primary = await sentinel.PrimaryAsync();
        var replica = await sentinel.ReplicaAsync();
        await primary.KillAsync();
        await Deadline.TrueAsync(async () => await replica.ListAsync("ROLE") is ["master", ..]);
        var promoted = TimeProvider.System.GetTimestamp();
        await Deadline.TrueAsync(() => IsCountedAsync(cache));
        var back = TimeProvider.System.GetElapsedTime(promoted);

        // What a primary acknowledges and does not pass on before it dies is lost, removals too; those made since hold again.
        while (TimeProvider.System.GetElapsedTime(promoted) - back < TimeSpan.FromSeconds(2))
        {
            await traffic.ProgressAsync();
        }

        traffic.Violations.Clear();
        await traffic.ProgressAsync();
        await traffic.StopAsync();

        Figures.Tell("a cache under Sentinels, while the primary dies", $"{traffic.Reads:N0} reads, {traffic.ReadErrors.Count:N0} failed, {traffic.Availability:P3} answered within 1 s, writes were back {back.TotalMilliseconds:0} ms after the promotion");
        Assert.Empty(traffic.ReadErrors);
        Assert.Empty(traffic.Violations);
        Assert.True(traffic.Availability >= 0.999, $"{traffic.Availability:P3} of {traffic.Reads} reads were answered within a second");
        Assert.True(back < TimeSpan.FromSeconds(5), $"writes were back only after {back}");
    }

    private static async Task<bool> IsCountedAsync(ICache cache)
    {
        try
        {
            return await cache.IncrementAsync("counter") > 0;
        }
        catch (CacheException)
        {
            return false;
        }
    }
}
