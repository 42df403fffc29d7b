using Larder.Redis.Tests.Servers;
using Larder.Redis.Tier;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Larder.Redis.Tests.Diagnostics;

/// <summary>The health of caches in Redis.</summary>
public sealed class HealthTests
{
    private static readonly CacheHealthOptions StoreOnly = new() { MaxStoreErrors = null, MinHitRatio = null, MaxLoadFailureRatio = null };

    [Fact]
    [Ledger(183)]
    public async Task A_server_that_is_killed_makes_the_cache_unhealthy_and_one_that_is_back_healthy()
    {
        await using var server = await RedisServer.StartAsync();
        await using var cache = await ConnectAsync(server.EndPoint);
        Assert.Equal(HealthStatus.Healthy, (await HealthyAsync(cache)).Status);

        await server.KillAsync();
        var report = await cache.CheckHealthAsync(StoreOnly);
        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.Contains(server.EndPoint, Reason(report, CacheHealthRule.StoreReachable), StringComparison.Ordinal);

        await server.RestartAsync();
        await HealthyAsync(cache);
    }

    [Fact]
    public async Task A_server_that_says_nothing_opens_the_circuit_and_the_report_says_so()
    {
        await using var server = await RedisServer.StartAsync();
        await using var cache = await ConnectAsync(server.EndPoint);
        await HealthyAsync(cache);
        server.Pause();

        await Deadline.TrueAsync(async () =>
            Reason(await cache.CheckHealthAsync(StoreOnly), CacheHealthRule.StoreReachable)?.Contains("has not answered lately, and is left alone for a moment", StringComparison.Ordinal) == true);

        server.Resume();
        await HealthyAsync(cache);
    }

    [Fact]
    public async Task Removals_that_wait_for_a_server_are_told_and_that_they_grow()
    {
        await using var server = await RedisServer.StartAsync();
        await using var cache = await ConnectAsync(server.EndPoint);
        await HealthyAsync(cache);
        await server.KillAsync();
        await cache.RemoveAsync("1");
        await cache.RemoveAsync("2");

        Assert.Equal("2 writes and removals wait for the store, and their number grows (from 0 at the check before)", Reason(await cache.CheckHealthAsync(StoreOnly), CacheHealthRule.PendingInvalidations));
        Assert.Equal("2 writes and removals wait for the store", Reason(await cache.CheckHealthAsync(StoreOnly), CacheHealthRule.PendingInvalidations));

        await server.RestartAsync();
        await HealthyAsync(cache);
    }

    [Fact]
    public async Task Copies_that_are_not_believed_are_a_finding_of_their_own()
    {
        await using var server = await RedisServer.StartAsync();
        await using var cache = await ConnectAsync(server.EndPoint, redis => redis.LocalCopies = RedisLocalCopies.Auto);
        await HealthyAsync(cache);

        await server.KillAsync();
        var finding = Assert.Single((await cache.CheckHealthAsync(StoreOnly)).Findings, finding => finding.Rule == CacheHealthRule.CopiesTrusted);
        Assert.Equal(HealthStatus.Degraded, finding.Status);

        await server.RestartAsync();
        await HealthyAsync(cache);
    }

    private static async Task<CacheHealthReport> HealthyAsync(ICache cache)
    {
        var report = await cache.CheckHealthAsync(StoreOnly);
        await Deadline.TrueAsync(async () =>
        {
            report = await cache.CheckHealthAsync(StoreOnly);
            return report.Status == HealthStatus.Healthy;
        });
        return report;
    }

    private static string? Reason(CacheHealthReport report, CacheHealthRule rule) => report.Findings.SingleOrDefault(finding => finding.Rule == rule)?.Reason;

    private static async Task<ICache> ConnectAsync(string endPoint, Action<RedisOptions>? configure = null) => await Cache.ConnectAsync($"redis://{endPoint}", options => options.UseRedis(redis =>
    {
        redis.LocalCopies = RedisLocalCopies.None;
        configure?.Invoke(redis);
    }));
}
