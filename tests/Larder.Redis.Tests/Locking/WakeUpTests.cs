using System.Diagnostics;
using Larder.Redis.Tests.Servers;

namespace Larder.Redis.Tests.Locking;

/// <summary>How soon after a release a waiter holds the lock.</summary>
[Trait("Category", "Slow")]
public sealed class WakeUpTests(SharedServers servers)
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(5);

    private readonly string _name = $"test-{Guid.NewGuid():N}";

    [Fact]
    public async Task A_waiter_of_another_process_is_woken_within_5_ms() =>
        await MeasureAsync($"redis://{(await servers.Standalone.GetAsync()).EndPoint}", "another process", isSame: false);

    [Fact]
    public async Task A_waiter_of_the_same_process_is_woken_within_5_ms() =>
        await MeasureAsync($"redis://{(await servers.Standalone.GetAsync()).EndPoint}", "the same process", isSame: true);

    [Fact]
    public async Task A_waiter_in_a_cluster_is_woken_within_5_ms() =>
        await MeasureAsync($"redis://{(await servers.Cluster.GetAsync()).Nodes[0].EndPoint}", "another process, in a cluster", isSame: false);

    /// <summary>Measures three series, of which the best counts, because others use the machine too; and not against less than what two round trips and some take at the time.</summary>
    private async Task MeasureAsync(string address, string what, bool isSame)
    {
        // Caches with the same settings share their connections; processes do not.
        await using var holder = await Cache.ConnectAsync(address + "?clientName=one&commandTimeout=20s");
        await using var other = await Cache.ConnectAsync(address + "?clientName=other&commandTimeout=20s");
        var waiter = isSame ? holder : other;
        var isQuick = false;
        for (var series = 0; series < 3; series++)
        {
            var (wakeUp, roundTrip) = await SeriesAsync(holder, waiter, what);
            isQuick |= wakeUp < Limit || wakeUp < roundTrip * 8;
        }

        Assert.True(isQuick);
    }

    private async Task<(TimeSpan WakeUp, TimeSpan RoundTrip)> SeriesAsync(ICache holder, ICache waiter, string what)
    {
        var wakeUps = new List<TimeSpan>();
        var roundTrips = new List<TimeSpan>();
        for (var round = 0; round < 101; round++)
        {
            var held = await holder.AcquireLockAsync(_name, Lease, Lease);
            var waiting = AcquireAsync(waiter);
            await Task.Delay(10);
            var start = Stopwatch.GetTimestamp();
            await holder.ExistsAsync(_name);
            roundTrips.Add(Stopwatch.GetElapsedTime(start));
            start = Stopwatch.GetTimestamp();
            await held.ReleaseAsync();
            wakeUps.Add(Stopwatch.GetElapsedTime(start, await waiting));
        }

        wakeUps.Sort();
        roundTrips.Sort();
        TestContext.Current.SendDiagnosticMessage(
            $"Wake-up of a waiter in {what}: median {wakeUps[50].TotalMilliseconds:0.00} ms, 90th of 101 {wakeUps[90].TotalMilliseconds:0.00} ms, a round trip {roundTrips[50].TotalMilliseconds:0.00} ms");
        return (wakeUps[50], roundTrips[50]);
    }

    private async Task<long> AcquireAsync(ICache cache)
    {
        await using var held = await cache.AcquireLockAsync(_name, Lease, CacheTtl.Never);
        return Stopwatch.GetTimestamp();
    }
}
