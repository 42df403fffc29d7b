using Larder.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Larder.Dashboard.Tests;

/// <summary>The dashboard goes on to look at caches, whatever becomes of one of them.</summary>
public sealed class CollectorTests
{
    [Fact]
    public async Task A_cache_that_was_disposed_does_not_end_the_plots_of_the_others()
    {
        var clock = new FakeTimeProvider();
        await using var web = await DashboardWeb.StartAsync(configure: builder => builder.Services.AddSingleton<TimeProvider>(clock));
        await NextPointAsync(web, clock);

        await web.Named("pages").DisposeAsync();

        for (var look = 0; look < 7; look++)
        {
            await NextPointAsync(web, clock);
        }
    }

    private static async Task NextPointAsync(DashboardWeb web, FakeTimeProvider clock)
    {
        var before = await PointsAsync(web);
        var start = TimeProvider.System.GetTimestamp();
        while (await PointsAsync(web) <= before)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(20), "No further point came.");

            // Whoever looks may not have begun to wait for the next time yet.
            clock.Advance(TimeSpan.FromSeconds(2));
            await Task.Delay(5);
        }
    }

    private static async Task<int> PointsAsync(DashboardWeb web) => (await web.GetAsync("history?cache=default")).GetProperty("times").GetArrayLength();
}
