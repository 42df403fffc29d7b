using System.Diagnostics;
using Larder.Redis.Protocol;
using Larder.Redis.Tests.Servers;

namespace Larder.Redis.Tests.Connections;

/// <summary>A pool whose threads are all blocked: what is asked of the server still comes back.</summary>
[Collection(nameof(Measurements))]
public sealed class StarvationTests(SharedServers servers, ITestOutputHelper output)
{
    private const int BlockedThreads = 60;
    private const int Calls = 200;
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task With_blocked_pool_threads_a_thread_that_waits_gets_its_replies() =>
        await MeasureAsync("AsTask().Wait()", static client => client.GetAsync("starvation:key").Wait());

    [Fact]
    public async Task With_blocked_pool_threads_what_awaits_goes_on() =>
        await MeasureAsync("await", static client =>
        {
            using var done = new ManualResetEventSlim();
            _ = AwaitAsync(client, done);
            done.Wait();
        });

    private static async Task AwaitAsync(ClientSetup client, ManualResetEventSlim done)
    {
        // Two in a row: the second goes out from where the first reply arrived.
        using var command = RedisCommand.Rent("GET"u8, 1).AddKey("starvation:key"u8);
        (await client.Client.ExecuteAsync(command, CommandKind.Read, CancellationToken.None).ConfigureAwait(false)).Dispose();
        using var second = RedisCommand.Rent("GET"u8, 1).AddKey("starvation:key"u8);
        (await client.Client.ExecuteAsync(second, CommandKind.Read, CancellationToken.None).ConfigureAwait(false)).Dispose();
        done.Set();
    }

    private async Task MeasureAsync(string how, Action<ClientSetup> call)
    {
        var server = await servers.Standalone.GetAsync();
        await using var client = new ClientSetup(server.Port);
        await client.GetAsync("starvation:key");
        using var release = new ManualResetEventSlim();
        using var blocked = new CountdownEvent(2);
        ThreadPool.GetMinThreads(out var workers, out var ports);
        var times = new double[Calls];
        try
        {
            // As many as there are threads at once, and enough that each thread that the pool adds meanwhile is blocked, too.
            ThreadPool.SetMinThreads(BlockedThreads, ports);
            for (var i = 0; i < 20 * BlockedThreads; i++)
            {
                ThreadPool.UnsafeQueueUserWorkItem(
                    state =>
                    {
                        _ = blocked.IsSet || blocked.Signal();
                        release.Wait();
                    },
                    null);
            }

            var measuring = new Thread(() =>
            {
                blocked.Wait();
                while (ThreadPool.ThreadCount < BlockedThreads)
                {
                    Thread.Yield();
                }

                for (var i = 0; i < Calls; i++)
                {
                    var start = Stopwatch.GetTimestamp();
                    call(client);
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
        output.WriteLine($"{how}, {ThreadPool.ThreadCount} pool threads blocked, {Calls} calls: p50 {times[Calls / 2]:0.0} ms, p99 {times[Calls * 99 / 100]:0.0} ms, max {times[^1]:0.0} ms");
        Assert.True(times[^1] < Limit.TotalMilliseconds, $"the slowest took {times[^1]:0} ms");
    }
}
