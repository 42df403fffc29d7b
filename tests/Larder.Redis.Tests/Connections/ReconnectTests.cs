using System.Diagnostics;
using Larder.Redis.Tests.Servers;
using Larder.Testing.Faults;

namespace Larder.Redis.Tests.Connections;

/// <summary>What comes after the loss of a connection.</summary>
[Trait("Category", "Slow")]
public sealed class ReconnectTests : IAsyncDisposable
{
    private readonly ScriptedRespServer _server = new ScriptedRespServer().On("GET", command => RespReply.Bulk(command[0]));

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    [Ledger(25)]
    public async Task After_a_loss_the_next_connection_comes_at_once_and_commands_wait_for_it()
    {
        // Who comes while the connection ends is not sent, and tried once more.
        await using var client = new ClientSetup(_server.Port, retryCount: 1);
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal("a", await client.GetAsync("a"));
            var lost = client.Node.Reads!;
            _server.ResetConnections();
            await Deadline.TrueAsync(() => lost.IsClosed);
            Assert.Equal("b", await client.GetAsync("b"));
        }
    }

    [Fact]
    public async Task Callers_who_meet_the_loss_itself_are_told_so_or_get_their_reply_and_are_never_refused()
    {
        await using var client = new ClientSetup(_server.Port);
        await client.GetAsync("first");
        var ended = new CancellationTokenSource();
        var refused = new List<string>();
        var callers = Enumerable.Range(0, 8).Select(caller => Task.Run(async () =>
        {
            for (var i = 0; !ended.IsCancellationRequested; i++)
            {
                try
                {
                    Assert.Equal($"{caller}:{i}", await client.GetAsync($"{caller}:{i}"));
                }
                catch (CacheConnectionException exception) when (exception.IsRefusal)
                {
                    lock (refused)
                    {
                        refused.Add(exception.Message);
                    }
                }
                catch (CacheConnectionException)
                {
                    // It was under way.
                }
            }
        })).ToArray();

        for (var i = 0; i < 40; i++)
        {
            var accepted = _server.AcceptedConnections;
            _server.ResetConnections();
            await Deadline.TrueAsync(() => _server.AcceptedConnections > accepted && client.Node.Reads is { IsReady: true });
        }

        await ended.CancelAsync();
        await Task.WhenAll(callers);
        Assert.Empty(refused);
    }

    [Fact]
    public async Task While_nobody_listens_calls_fail_at_once_and_attempts_are_few()
    {
        await using var client = new ClientSetup(_server.Port);
        Assert.Equal("a", await client.GetAsync("a"));
        _server.Stop();
        await Deadline.TrueAsync(() => client.Node.Reads is { IsClosed: true, Error: not null });
        await Deadline.InTimeAsync(TimeSpan.Zero, TimeSpan.FromMilliseconds(500), async _ =>
        {
            var slowest = TimeSpan.Zero;
            var begin = Stopwatch.GetTimestamp();
            var calls = 0;
            for (; Stopwatch.GetElapsedTime(begin) < TimeSpan.FromSeconds(1); calls++)
            {
                var taken = await client.TimeOfFailureAsync("b");
                slowest = taken > slowest ? taken : slowest;
            }

            return calls > 1000 ? slowest : TimeSpan.FromSeconds(1);
        });
        var start = Stopwatch.GetTimestamp();
        _server.Start();
        await Deadline.TrueAsync(async () => await Attempt(client) == "c");
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(2), $"back after {Stopwatch.GetElapsedTime(start)}");

        static async Task<string?> Attempt(ClientSetup client)
        {
            try
            {
                return await client.GetAsync("c");
            }
            catch (CacheConnectionException)
            {
                return null;
            }
        }
    }

    [Fact]
    [Ledger(25)]
    public async Task A_server_that_refuses_is_asked_again_with_growing_pauses()
    {
        _server.On("HELLO", RespReply.Error("NOAUTH Authentication required."));
        await using var client = new ClientSetup(_server.Port);
        await client.GetFailsAsync<CacheConnectionException>("a");
        var start = Stopwatch.GetTimestamp();
        var before = _server.AcceptedConnections;

        await Deadline.TrueAsync(async () =>
        {
            await client.GetFailsAsync<CacheConnectionException>("a");
            return Stopwatch.GetElapsedTime(start) > TimeSpan.FromSeconds(1.5);
        });

        // Pauses of about 40, 75, 150, 300, 375, 375 ms, and no shorter ones for who comes late to look.
        var accepted = _server.AcceptedConnections - before;
        Assert.InRange(accepted, 1, 12 + (int)((Stopwatch.GetElapsedTime(start).TotalSeconds - 1.5) / 0.125));
    }

    [Fact]
    public async Task Callers_are_told_the_latest_reason()
    {
        _server.Once("HELLO", RespReply.Error("LOADING Redis is loading the dataset in memory")).On("HELLO", RespReply.Error("WRONGPASS invalid username-password pair"));
        await using var client = new ClientSetup(_server.Port);
        Assert.Contains("LOADING", (await client.GetFailsAsync<CacheConnectionException>("a")).Message, StringComparison.Ordinal);

        await Deadline.TrueAsync(async () => (await client.GetFailsAsync<CacheConnectionException>("a")).Message.Contains("WRONGPASS", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_connection_that_is_lost_again_and_again_is_made_again_and_again()
    {
        await using var client = new ClientSetup(_server.Port, retryCount: 3);
        _server.Once("GET", [.. Enumerable.Range(0, 3).Select(_ => RespReply.Close)]);

        Assert.Equal("a", await client.GetAsync("a"));
        Assert.Equal(4, _server.AcceptedConnections);
    }
}
