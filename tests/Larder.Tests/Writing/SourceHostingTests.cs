using Larder.Tests.Hosting;
using Larder.Tests.Loading;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Larder.Tests.Writing;

/// <summary>Sources and warm-ups in a host.</summary>
public sealed class SourceHostingTests
{
    [Fact]
    public async Task A_source_is_made_by_the_container_and_shares_its_entries_with_the_typed_cache()
    {
        await using var provider = HostingSetup.Provider(larder => larder.AddSource<string, int, RecordingSource>());
        provider.GetRequiredService<RecordingSource>().Rows["a"] = 5;

        Assert.Equal(5, await provider.GetRequiredService<SourceCache<string, int>>().GetAsync("a"));

        Assert.Equal(5, (await provider.GetRequiredService<ICache<int>>().GetAsync("a")).Value);
    }

    [Fact]
    public async Task A_host_that_stops_delivers_what_waits()
    {
        using var host = HostingSetup.Host(larder => larder.AddSource<string, int, RecordingSource>(
            options => options.WriteBehind = new WriteBehindOptions { FlushInterval = TimeSpan.FromHours(1) }));
        await host.StartAsync();
        await host.Services.GetRequiredService<SourceCache<string, int>>().SetAsync("a", 1);
        var source = host.Services.GetRequiredService<RecordingSource>();
        Assert.Empty(source.Rows);

        await host.StopAsync();

        Assert.Equal(1, source.Rows["a"]);
    }

    [Fact]
    [Ledger(123)]
    public async Task A_host_is_not_ready_until_the_cache_is_warm()
    {
        var listed = new TaskCompletionSource();
        using var host = HostingSetup.Host(larder => larder
            .AddSource<string, int, RecordingSource>()
            .AddWarmUp<string, int>((_, _) => KeysAsync(listed.Task)));
        await host.StartAsync();
        var readiness = host.Services.GetRequiredService<CacheReadiness>();
        var registration = new HealthCheckContext { Registration = new HealthCheckRegistration("cache", readiness, HealthStatus.Degraded, tags: null) };
        Assert.False(readiness.IsReady);
        Assert.Equal(HealthStatus.Degraded, (await readiness.CheckHealthAsync(registration)).Status);

        listed.SetResult();
        await Soon.EndsAsync(readiness.WhenReadyAsync());

        Assert.Equal(HealthStatus.Healthy, (await readiness.CheckHealthAsync(registration)).Status);
        Assert.True(host.Services.GetRequiredService<ICache<int>>().TryGet("a", out _));
        await host.StopAsync();
    }

    [Fact]
    [Ledger(123)]
    public async Task A_host_can_wait_for_the_warm_up_before_it_starts()
    {
        using var host = HostingSetup.Host(larder => larder
            .AddSource<string, int, RecordingSource>()
            .AddWarmUp<string, int>((_, _) => KeysAsync(Task.CompletedTask), options => options.BlocksStart = true));

        await host.StartAsync();

        Assert.True(host.Services.GetRequiredService<CacheReadiness>().IsReady);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_warm_up_that_was_not_begun_need_not_end()
    {
        using var host = HostingSetup.Host(larder => larder
            .AddSource<string, int, RecordingSource>()
            .AddWarmUp<string, int>((_, _) => KeysAsync(Task.CompletedTask)));

        foreach (var service in host.Services.GetServices<IHostedService>())
        {
            await Soon.EndsAsync(service.StopAsync(CancellationToken.None));
        }
    }

    [Fact]
    public async Task A_warm_up_whose_keys_cannot_be_listed_does_not_keep_the_host_from_starting()
    {
        using var host = HostingSetup.Host(larder => larder
            .AddSource<string, int, RecordingSource>()
            .AddWarmUp<string, int>((_, _) => KeysAsync(Task.FromException(new IOException("no list"))), options => options.BlocksStart = true));

        await host.StartAsync();

        Assert.True(host.Services.GetRequiredService<CacheReadiness>().IsReady);
        await host.StopAsync();
    }

    private static async IAsyncEnumerable<string> KeysAsync(Task listed)
    {
        await listed;
        yield return "a";
        yield return "b";
    }
}
