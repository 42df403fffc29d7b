using Larder.Redis.Tests.Servers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Larder.AspNetCore.Tests.Status;

/// <summary>The registration of health checks.</summary>
public sealed class HealthCheckTests
{
    [Fact]
    [Ledger(183)]
    public async Task All_caches_are_looked_at_and_each_has_its_report()
    {
        await using var services = Services(checks => checks.AddLarder(), larder => larder.AddCache("pages"));

        var report = await services.GetRequiredService<HealthCheckService>().CheckHealthAsync();

        var entry = Assert.Single(report.Entries);
        Assert.Equal(("larder", HealthStatus.Healthy), (entry.Key, entry.Value.Status));
        Assert.Equal(["default", "pages"], entry.Value.Data.Keys.Order());
        Assert.Equal("Cache 'default' is healthy. Cache 'pages' is healthy.", entry.Value.Description);
    }

    [Fact]
    [Ledger(187)]
    public async Task A_degraded_cache_is_degraded_and_says_why()
    {
        await using var services = Services(checks => checks.AddLarder(cacheNames: ["default"], options: new CacheHealthOptions { MinReads = 10 }));
        var cache = services.GetRequiredService<ICache>();
        for (var i = 0; i < 10; i++)
        {
            await cache.GetAsync<int>($"{i}");
        }

        var entry = (await services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["larder"];

        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Contains("0.0 % of 10 reads", entry.Description, StringComparison.Ordinal);
    }

    [Theory]
    [Ledger(183)]
    [InlineData(null, HealthStatus.Unhealthy)]
    [InlineData(HealthStatus.Degraded, HealthStatus.Degraded)]
    public async Task A_cache_whose_store_is_away_has_the_failure_status_of_its_registration(HealthStatus? failureStatus, HealthStatus expected)
    {
        await using var server = await RedisServer.StartAsync();
        await using var services = Services(checks => checks.AddLarder("cache", failureStatus, ["infrastructure"], TimeSpan.FromSeconds(20)), larder => larder.In(server, "mine"));
        var health = services.GetRequiredService<HealthCheckService>();
        await Deadline.TrueAsync(async () => (await health.CheckHealthAsync()).Status == HealthStatus.Healthy);

        await server.KillAsync();

        var entry = (await health.CheckHealthAsync()).Entries["cache"];
        Assert.Equal(expected, entry.Status);
        Assert.Contains(server.EndPoint, entry.Description, StringComparison.Ordinal);
        Assert.Equal(["infrastructure"], entry.Tags);
    }

    [Fact]
    public async Task Readiness_is_a_check_of_its_own_with_the_tag_ready()
    {
        await using var services = Services(checks => checks.AddLarderReadiness());

        var registration = Assert.Single(services.GetRequiredService<IOptions<HealthCheckServiceOptions>>().Value.Registrations);

        Assert.Equal(["ready"], registration.Tags);
        Assert.Equal(HealthStatus.Healthy, (await services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Status);
    }

    [Fact]
    public void An_option_out_of_its_range_is_refused_at_the_call()
    {
        var refusal = Assert.Throws<ArgumentException>(() => Services(checks => checks.AddLarder(options: new CacheHealthOptions { Window = TimeSpan.Zero })));

        Assert.Contains("Window is 00:00:00", refusal.Message, StringComparison.Ordinal);
    }

    private static ServiceProvider Services(Action<IHealthChecksBuilder> configure, Action<LarderBuilder>? larder = null)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddLarder(larder);
        configure(services.AddHealthChecks());
        return services.BuildServiceProvider();
    }
}
