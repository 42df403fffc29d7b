using System.Diagnostics;
using System.Net;
using Larder.Redis.Tests.Servers;

namespace Larder.Redis.Tests.Connections;

/// <summary>A pool whose threads are all blocked: what is asked of the server still comes back.</summary>
[Trait("Category", "Alone")]
[Collection(nameof(Measurements))]
public sealed class StarvationTests(SharedServers servers)
{
    private const int BlockedThreads = 60;
    private const int Calls = 200;
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task With_blocked_pool_threads_a_thread_that_waits_gets_its_replies() =>
        await MeasureAsync("AsTask().Wait()", static client => client.GetAsync("starvation:key"));

    [Fact]
    public async Task With_blocked_pool_threads_what_awaits_goes_on() => await MeasureAsync("two awaits", AwaitAsync);

    [Fact]
    public async Task With_blocked_pool_threads_the_end_of_the_last_connection_is_told_too() =>
        await MeasureAsync("a refusal after the end", static async client =>
        {
            var other = new ClientSetup(((IPEndPoint)client.Settings.EndPoint).Port);
            await other.DisposeAsync();
            await other.GetFailsAsync<ObjectDisposedException>("starvation:key");
        });

    private static async Task AwaitAsync(ClientSetup client)
    {
        // The second goes out from where the first reply arrived.
        await client.GetAsync("starvation:key").ConfigureAwait(false);
        await client.GetAsync("starvation:key").ConfigureAwait(false);
    }

    private async Task MeasureAsync(string how, Func<ClientSetup, Task> call)
    {
        var server = await servers.Standalone.GetAsync();
        await using var client = new ClientSetup(server.Port);
        await client.GetAsync("starvation:key");
        var release = new ManualResetEventSlim();
        ThreadPool.GetMinThreads(out var workers, out var ports);
        var times = new double[Calls];
        var stuck = 0;
        try
        {
            // As many as there are threads at once, and enough that each thread that the pool adds meanwhile is blocked, too.
            ThreadPool.SetMinThreads(BlockedThreads, ports);
            for (var i = 0; i < 20 * BlockedThreads; i++)
            {
                ThreadPool.UnsafeQueueUserWorkItem(_ => release.Wait(), null);
            }

            var measuring = new Thread(() =>
            {
                SpinWait.SpinUntil(() => ThreadPool.ThreadCount >= BlockedThreads);
                for (var i = 0; i < Calls; i++)
                {
                    var start = Stopwatch.GetTimestamp();
                    stuck += call(client).Wait(Patience) ? 0 : 1;
                    times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                }
            });
            measuring.Start();
            measuring.Join();
        }
        finally
        {
            release.Set();
            ThreadPool.SetMinThreads(workers, ports);
        }

        Array.Sort(times);
        Figures.Tell($"{ThreadPool.ThreadCount} blocked threads in the pool, {how}", $"{Calls} reads: p50 {times[Calls / 2]:0.0} ms, p99 {times[Calls * 99 / 100]:0.0} ms, max {times[^1]:0.0} ms, {stuck} waited for the pool");
        Assert.True(times[Calls * 98 / 100] < Limit.TotalMilliseconds, $"two of a hundred took {times[Calls * 98 / 100]:0} ms");

        // An await that begins in the very moment in which what it awaits completes goes through the pool, as the runtime has it.
        Assert.True(stuck <= 2, $"{stuck} calls waited for the pool");
    }
}
