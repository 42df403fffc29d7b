using System.Diagnostics;
using Larder.Redis.Connections;
using Larder.Redis.Protocol;
using Larder.Redis.Tests.Servers;
using Larder.Testing.Faults;

namespace Larder.Redis.Tests.Connections;

/// <summary>Callers do not wait for a server that says nothing (S5), and notice at once when it speaks again.</summary>
[Trait("Category", "Slow")]
public sealed class BreakerTests
{
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(150);

    [Theory]
    [Ledger(171)]
    [LedgerFault(40)]
    [InlineData(0.6)]
    [InlineData(3)]
    [InlineData(7)]
    public Task A_server_that_stands_still_costs_few_slow_calls_and_is_used_again_at_once(double seconds) => Deadline.AgainAsync(async () =>
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = new ClientSetup(server.Port, settings => settings with { CommandTimeout = CommandTimeout, HeartbeatInterval = TimeSpan.FromMilliseconds(500) });
        await client.SetAsync("key", "value");
        Assert.Equal("value", await client.GetAsync("key"));
        server.Pause();
        var start = Stopwatch.GetTimestamp();
        var (slowBeforeFast, slow, fast) = (0, 0, 0);

        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds)
        {
            var taken = await client.TimeOfFailureAsync("key");
            (slow, fast) = taken > Slow ? (slow + 1, fast) : (slow, fast + 1);
            slowBeforeFast = fast == 0 ? slow : slowBeforeFast;
        }

        server.Resume();
        start = Stopwatch.GetTimestamp();
        await Deadline.TrueAsync(async () =>
        {
            try
            {
                return await client.GetAsync("key") == "value";
            }
            catch (CacheException)
            {
                return false;
            }
        });
        var back = Stopwatch.GetElapsedTime(start);

        Assert.InRange(slowBeforeFast, 1, 3);

        // One tries each half second, and waits as long as the command timeout.
        Assert.InRange(slow, 1, 3 + (int)(seconds / 0.5));
        Assert.True(fast > 100 || seconds < 1, $"{fast} calls failed at once, {slow} slowly");
        Assert.True(back < TimeSpan.FromSeconds(1), $"back after {back}");
    });

    [Fact]
    public async Task A_large_value_that_tries_whether_the_server_answers_again_and_gets_no_answer_leaves_it_alone()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = new ClientSetup(server.Port, settings => settings with { CommandTimeout = CommandTimeout });
        var large = new string('x', ClientSetup.BulkThreshold + 1);
        await Deadline.TrueAsync(async () => await FailureAsync(client.SetAsync("large", large)) is null, "there is a connection for large values");
        server.Pause();
        await Deadline.TrueAsync(async () => await FailureAsync(client.GetAsync("key")) is not null && !client.Node.Breaker.IsClosed, "the server is left alone");

        await Deadline.TrueAsync(async () => await FailureAsync(client.SetAsync("large", large)) is CacheTimeoutException, "the large value has tried");

        Assert.False(client.Node.Breaker.IsClosed);
        server.Resume();

        static async Task<CacheException?> FailureAsync(Task command)
        {
            try
            {
                await command;
                return null;
            }
            catch (CacheException exception)
            {
                return exception;
            }
        }
    }

    [Fact]
    public void Many_that_time_out_together_are_all_taken_note_of()
    {
        // The circuit opens between the look at it and the report of all but two.
        const int threads = 4;
        using var round = new Barrier(threads);
        var silence = Reply.OfFailure(new CacheTimeoutException("late") { IsSilence = true });
        var breakers = Enumerable.Range(0, 5000).Select(_ => new NodeBreaker(TimeProvider.System)).ToArray();
        var failures = new System.Collections.Concurrent.ConcurrentQueue<Exception>();
        var reporting = Enumerable.Range(0, threads).Select(_ => new Thread(() =>
        {
            foreach (var breaker in breakers)
            {
                round.SignalAndWait();
                if (breaker.ReportAsync(silence).AsTask() is { IsFaulted: true } report)
                {
                    failures.Enqueue(report.Exception!.InnerException!);
                }
            }
        })).ToList();
        reporting.ForEach(thread => thread.Start());
        reporting.ForEach(thread => thread.Join());

        Assert.Empty(failures);
        Assert.All(breakers, breaker => Assert.False(breaker.IsClosed));
    }

    [Fact]
    public async Task A_call_that_is_refused_meanwhile_leaves_nothing_behind_for_its_token_to_find()
    {
        await using var server = new ScriptedRespServer().On("GET", RespReply.Silence);
        await using var client = new ClientSetup(server.Port, settings => settings with { CommandTimeout = TimeSpan.FromMilliseconds(100) });
        using var cancellation = new CancellationTokenSource();
        while (client.Node.Breaker.IsClosed)
        {
            await Assert.ThrowsAnyAsync<CacheException>(() => client.GetAsync("key"));
        }

        for (var i = 0; i < 200; i++)
        {
            await Assert.ThrowsAnyAsync<CacheException>(() => client.GetAsync("key", cancellation.Token));
        }

        // Other commands have those objects now; none may end by this token.
        await using var healthy = new ScriptedRespServer().On("GET", command => RespReply.Bulk(command[0]).After(cancellation.Token.IsCancellationRequested ? Task.CompletedTask : WaitAsync(cancellation.Token)));
        await using var other = new ClientSetup(healthy.Port);
        var calls = Enumerable.Range(0, 300).Select(i => other.GetAsync($"{i}")).ToArray();
        await healthy.WaitForAsync("GET", count: 300);
        await cancellation.CancelAsync();
        Assert.Equal(Enumerable.Range(0, 300).Select(i => $"{i}"), await Task.WhenAll(calls));

        static Task WaitAsync(CancellationToken token)
        {
            var signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            token.Register(signal.SetResult);
            return signal.Task;
        }
    }

    [Fact]
    [Ledger(171)]
    public async Task A_server_that_is_slow_but_speaks_does_not_open_the_circuit()
    {
        var never = new TaskCompletionSource();
        await using var server = new ScriptedRespServer();
        server.On("GET", RespReply.Null.After(never.Task));
        await using var client = new ClientSetup(server.Port, settings => settings with { CommandTimeout = TimeSpan.FromSeconds(2) });
        client.Node.Begin();
        await Deadline.TrueAsync(() => client.Node.Reads is { IsReady: true } && client.Node.Writes is { IsReady: true });

        // Two without a sign of life within five seconds would be enough.
        for (var i = 0; i < 3; i++)
        {
            var call = client.GetAsync("slow");
            while (!call.IsCompleted)
            {
                await server.PushAsync(RespReply.Invalidate("sign of life"));
                await Task.Delay(10);
            }

            await Assert.ThrowsAsync<CacheTimeoutException>(() => call);
        }

        Assert.True(client.Node.Breaker.IsClosed);
        never.SetResult();
    }
}
