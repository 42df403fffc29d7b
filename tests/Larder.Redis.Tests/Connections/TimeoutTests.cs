using System.Diagnostics;
using System.Text.RegularExpressions;
using Larder.Redis.Commands;
using Larder.Redis.Connections;
using Larder.Redis.Protocol;
using Larder.Redis.Tests.Servers;
using Larder.Testing;
using Larder.Testing.Faults;

namespace Larder.Redis.Tests.Connections;

/// <summary>Time limits and cancellation: who gives up gets nothing, and nobody else gets his reply (the ChatGPT incident of 2023-03-20).</summary>
public sealed partial class TimeoutTests(SharedServers servers) : IAsyncDisposable
{
    private readonly ScriptedRespServer _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    [Ledger(20, 167, 168)]
    public async Task A_timeout_tells_the_setting_the_queue_and_the_last_sign_of_life()
    {
        var signal = new TaskCompletionSource();
        _server.On("GET", RespReply.Bulk("late").After(signal.Task));
        var clock = new FakeTimeProvider();
        await using var client = new ClientSetup(_server.Port, settings => settings with { TimeProvider = clock, CommandTimeout = TimeSpan.FromMilliseconds(150) });
        var call = client.GetFailsAsync<CacheTimeoutException>("key");
        await _server.WaitForAsync("GET");

        var exception = await EndsAsync(call, clock);

        Assert.Matches(Message(), exception.Message);
        Assert.StartsWith(_server.EndPoint, exception.Message, StringComparison.Ordinal);
        signal.SetResult();
    }

    [Fact]
    public async Task A_reply_that_comes_too_late_goes_to_nobody()
    {
        var signal = new TaskCompletionSource();
        _server.On("GET", command => RespReply.Bulk(command[0])).Once("GET", RespReply.Bulk("late").After(signal.Task));
        var clock = new FakeTimeProvider();
        await using var client = new ClientSetup(_server.Port, settings => settings with { TimeProvider = clock, CommandTimeout = TimeSpan.FromMilliseconds(300) });
        var first = client.GetFailsAsync<CacheTimeoutException>("first");
        await _server.WaitForAsync("GET first");
        await EndsAsync(first, clock);

        var next = client.GetAsync("next");
        await _server.WaitForAsync("GET next");
        signal.SetResult();

        Assert.Equal("next", await next);
        Assert.Equal(1, _server.AcceptedConnections);
    }

    [Fact]
    public async Task A_command_that_is_cancelled_before_it_is_sent_is_not_sent()
    {
        var signal = new TaskCompletionSource();
        _server.On("HELLO", RespReply.Raw("%1\r\n+proto\r\n:3\r\n").After(signal.Task)).On("GET", command => RespReply.Bulk(command[0]));
        await using var client = new ClientSetup(_server.Port);
        using var cancellation = new CancellationTokenSource();
        var cancelled = client.GetAsync("cancelled", cancellation.Token);
        var other = client.GetAsync("other");

        await cancellation.CancelAsync();
        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        signal.SetResult();

        Assert.Equal(cancellation.Token, exception.CancellationToken);
        Assert.Equal("other", await other);
        Assert.DoesNotContain(_server.Commands, command => command.Count > 0 && command[0] == "cancelled");
    }

    [Fact]
    public async Task A_command_that_is_cancelled_after_it_was_sent_keeps_its_place()
    {
        var signal = new TaskCompletionSource();
        _server.On("GET", command => RespReply.Bulk(command[0]).After(signal.Task));
        await using var client = new ClientSetup(_server.Port);
        using var cancellation = new CancellationTokenSource();
        var cancelled = client.GetAsync("cancelled", cancellation.Token);
        await _server.WaitForAsync("GET cancelled");
        var others = Enumerable.Range(0, 10).Select(i => client.GetAsync($"{i}")).ToArray();

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        signal.SetResult();

        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{i}"), await Task.WhenAll(others));
    }

    [Fact]
    [Ledger(21)]
    public async Task In_a_storm_of_cancellations_every_reply_is_that_of_its_own_key()
    {
        const int callers = 32;
        const int calls = 400;
        var server = await servers.Standalone.GetAsync();
        var prefix = $"storm:{Guid.NewGuid():N}:";
        await using var client = new ClientSetup(server.Port);
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => client.SetAsync($"{prefix}{i}", $"value of {prefix}{i}")));
        var (cancelled, answered) = (0, 0);

        await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
        {
            var random = new Random(caller);
            for (var i = 0; i < calls; i++)
            {
                var key = $"{prefix}{random.Next(100)}";
                using var cancellation = new CancellationTokenSource();
                var call = client.GetAsync(key, cancellation.Token);
                if (random.Next(2) == 0)
                {
                    for (var spin = random.Next(2000); spin > 0; spin--)
                    {
                        Thread.SpinWait(1);
                    }

                    await cancellation.CancelAsync();
                }

                try
                {
                    Assert.Equal($"value of {key}", await call);
                    Interlocked.Increment(ref answered);
                }
                catch (OperationCanceledException exception)
                {
                    Assert.Equal(cancellation.Token, exception.CancellationToken);
                    Interlocked.Increment(ref cancelled);
                }
            }
        })));

        Assert.Equal(callers * calls, cancelled + answered);
        Assert.True(cancelled > 1000 && answered > 1000, $"{cancelled} cancelled, {answered} answered");
        Assert.Equal("value of " + prefix + "7", await client.GetAsync(prefix + "7"));
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => client.SendAsync(CommandKind.IdempotentWrite, CancellationToken.None, "DEL", $"{prefix}{i}")));
    }

    [Fact]
    public async Task In_a_storm_of_timeouts_every_reply_is_that_of_its_own_key()
    {
        var random = new Random(1);
        _server.On("GET", command =>
        {
            // Now and then the server hesitates, for about as long as callers wait.
            var reply = RespReply.Bulk(command[0]);
            return random.Next(300) == 0 ? reply.After(Task.Delay(random.Next(40, 90))) : reply;
        });
        await using var client = new ClientSetup(_server.Port, settings => settings with { CommandTimeout = TimeSpan.FromMilliseconds(50) });
        var (late, answered) = (0, 0);
        var start = TimeProvider.System.GetTimestamp();

        await Task.WhenAll(Enumerable.Range(0, 16).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; Volatile.Read(ref late) == 0 || Volatile.Read(ref answered) < 2_000; i++)
            {
                Assert.True(TimeProvider.System.GetElapsedTime(start) < Deadline.Limit, $"{late} late, {answered} answered");
                try
                {
                    Assert.Equal($"{caller}:{i}", await client.GetAsync($"{caller}:{i}"));
                    Interlocked.Increment(ref answered);
                }
                catch (CacheException)
                {
                    // After many of them the client does not ask for a moment.
                    Interlocked.Increment(ref late);
                    await Task.Delay(1);
                }
            }
        })));
    }

    [Fact]
    public async Task More_commands_than_the_queue_holds_are_refused()
    {
        _server.On("GET", RespReply.Silence);
        await using var client = new ClientSetup(_server.Port);
        _ = client.GetAsync("first");
        await _server.WaitForAsync("GET");
        var commands = Enumerable.Range(0, CommandQueue.MaxLength).Select(_ => RedisCommand.Rent("GET"u8, 1).AddKey("key"u8)).ToArray();

        foreach (var command in commands)
        {
            client.Node.Send(command, CommandKind.Read);
        }

        Assert.Equal(1, commands.Count(command => command.IsDone));
        var refusal = (CacheConnectionException)(await commands[^1].Reply).Failure!;
        Assert.Contains("131,072 commands", refusal.Message, StringComparison.Ordinal);
        Assert.False(refusal.MayHaveHappened);
        client.Node.Dispose();
        foreach (var command in commands)
        {
            Assert.True((await command.Reply).IsError);
            command.Dispose();
        }
    }

    [Fact]
    public async Task More_bytes_than_may_wait_are_refused()
    {
        _server.On("HELLO", RespReply.Silence);
        await using var client = new ClientSetup(_server.Port);
        var value = new byte[64 * 1024 * 1024];
        var commands = Enumerable.Range(0, 5).Select(_ => RedisCommand.Rent("SET"u8, 2).AddKey("key"u8).Add(value)).ToArray();

        foreach (var command in commands)
        {
            client.Node.Send(command, CommandKind.IdempotentWrite);
        }

        Assert.Equal([false, false, false, false, true], commands.Select(command => command.IsDone));
        Assert.Contains("256 MB wait", (await commands[4].Reply).Failure!.Message, StringComparison.Ordinal);
        client.Node.Dispose();
        foreach (var command in commands)
        {
            Assert.True((await command.Reply).IsError);
            command.Dispose();
        }
    }

    [Fact]
    public async Task Sending_to_a_server_that_stands_still_blocks_nobody()
    {
        await using var server = await RedisServer.StartAsync();
        await using var client = new ClientSetup(server.Port);
        await client.SetAsync("key", "value");
        server.Pause();
        var commands = Enumerable.Range(0, 200).Select(i => RedisCommand.Rent("SET"u8, 2).AddKey("key"u8).Add(new byte[i % 3 == 0 ? 500_000 : i % 3 == 1 ? 20_000 : 2_000])).ToArray();
        var longest = TimeSpan.Zero;

        foreach (var command in commands)
        {
            var start = Stopwatch.GetTimestamp();
            client.Node.Send(command, CommandKind.IdempotentWrite);
            var taken = Stopwatch.GetElapsedTime(start);
            longest = taken > longest ? taken : longest;
        }

        // Who is blocked is so until the server goes on.
        Assert.True(longest < TimeSpan.FromSeconds(5), $"a call took {longest}");
        server.Resume();
        foreach (var command in commands)
        {
            using var reply = await command.Reply;
            Assert.False(reply.IsError, reply.ToString());
            command.Dispose();
        }
    }

    /// <summary>Lets time pass until a call has ended.</summary>
    private static async Task<T> EndsAsync<T>(Task<T> call, FakeTimeProvider clock)
    {
        await Deadline.TrueAsync(() =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(20));
            return call.IsCompleted;
        });
        return await call;
    }

    [GeneratedRegex(@"^127\.0\.0\.1:\d+ did not answer within CommandTimeout, 150 ms; 1 commands wait for replies, 0 with 0 bytes to be sent; the last sign of life was \d+ ms ago\.$")]
    private static partial Regex Message();
}
